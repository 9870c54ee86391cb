//! What happens to a router behind a client's back: people, power, restored backups.

use super::menu::Menu;
use super::record::Record;
use super::{Router, certificate, queue_simple, queue_type};
use crate::time::Instant;
use crate::units::Rate;

impl Router {
    /// Adds a queue below `parent`.
    pub fn add_queue(&mut self, name: &str, parent: &str, queue_type: &str, max_limit: Rate) {
        self.queues.add(name, parent, queue_type, max_limit);
        self.save();
    }

    /// Removes a queue; its traffic is no longer shaped.
    pub fn remove_queue(&mut self, name: &str) {
        let rows = self.queues.table.rows_mut();
        rows.retain(|row| row.value("name") != Some(name));
        self.save();
    }

    /// Somebody changed a queue by hand.
    pub fn set_max_limit(&mut self, queue: &str, rate: Rate) {
        self.set_queue_property(queue, "max-limit", &rate.as_bps().to_string());
    }

    /// Somebody changed anything else of a queue by hand: a property, or a comment with odd bytes.
    pub fn set_queue_property(&mut self, queue: &str, name: &str, value: &str) {
        if let Some(row) = self.queues.named_mut(queue) {
            row.set(name, value);
        }
        self.save();
    }

    /// The same for all queues.
    pub(super) fn set_every_queue(&mut self, name: &str, value: &str) {
        for row in self.queues.table.rows_mut() {
            row.set(name, value);
        }
        self.save();
    }

    /// Adds a mangle rule; its id. A rule that was never switched has no `disabled`.
    pub fn add_mangle(&mut self, properties: &[(&str, &str)]) -> String {
        let id = self.mangle.insert(&Record::of(properties));
        self.save();
        id
    }

    /// Adds the rule that steers new connections to a second line, as people add it: switched off. Its id.
    pub fn add_steering_rule(&mut self, comment: &str) -> String {
        self.add_mangle(&[
            ("chain", "prerouting"),
            ("action", "mark-routing"),
            ("comment", comment),
            ("connection-state", "new"),
            ("disabled", "true"),
            ("new-routing-mark", "to-WAN2"),
        ])
    }

    /// Somebody changed every mangle rule with this comment.
    pub fn set_mangle_property(&mut self, comment: &str, name: &str, value: &str) {
        for rule in self.mangle.rows_mut() {
            if rule.value("comment") == Some(comment) {
                rule.set(name, value);
            }
        }
        self.save();
    }

    /// Somebody removed the first mangle rule with this comment.
    pub fn remove_mangle(&mut self, comment: &str) {
        let rules = self.mangle.rows_mut();
        let first = rules
            .iter()
            .position(|rule| rule.value("comment") == Some(comment));
        first.map(|index| rules.remove(index));
        self.save();
    }

    /// Rules were removed and added again: the same, with other ids.
    pub fn renumber_rules(&mut self) {
        self.mangle.renumber();
        self.save();
    }

    /// Adds an entry to an address list.
    pub fn add_address(&mut self, list: &str, address: &str, disabled: bool) {
        let disabled = if disabled { "true" } else { "false" };
        let entry = [("list", list), ("address", address), ("disabled", disabled)];
        self.address_list.insert(&Record::of(&entry));
    }

    /// The first mangle rule with this comment, as it would be printed.
    pub fn mangle(&self, comment: &str) -> Option<&Record> {
        let mut rules = self.mangle.rows().iter();
        rules.find(|rule| rule.value("comment") == Some(comment))
    }

    /// Adds a simple queue; its limits are pairs.
    pub fn add_simple_queue(&mut self, name: &str, target: &str, max_limit: &str) {
        let row = queue_simple::queue(name, target, max_limit);
        self.simple.insert(&row);
    }

    /// Adds a CAKE type.
    pub fn add_queue_type(&mut self, name: &str) {
        self.types.insert(&queue_type::cake("", name));
    }

    /// Another RouterOS by its name, `7.8 (stable)`; what it can do is the profile's.
    pub fn set_version(&mut self, version: &str) {
        version.clone_into(&mut self.system.version);
    }

    /// Adds a rule to the filter; its id.
    pub fn add_filter(&mut self, properties: &[(&str, &str)]) -> String {
        self.filter.insert(&Record::of(properties))
    }

    /// A service, `www`, is on from now on and has this port, or is off.
    pub fn set_service(&mut self, name: &str, port: Option<u16>) {
        if let Some(index) = self.services.find(name) {
            let service = &mut self.services.rows_mut()[index];
            service.set("disabled", if port.is_some() { "false" } else { "true" });
            if let Some(port) = port {
                service.set_number("port", port.into());
            }
        }
    }

    /// `www-ssl` has a certificate of this name, whose SHA-256 is `fingerprint`, in hexadecimal digits, or
    /// any.
    pub fn certify(&mut self, name: &str, fingerprint: Option<&str>) {
        self.certificates.insert(&Record::of(&[("name", name)]));
        if let Some(row) = self.certificates.rows_mut().last_mut() {
            certificate::sign(row, fingerprint, 0);
        }
        if let Some(index) = self.services.find("www-ssl") {
            self.services.rows_mut()[index].set("certificate", name);
        }
    }

    /// Changes a property of a queue type.
    pub fn set_queue_type_property(&mut self, queue_type: &str, name: &str, value: &str) {
        if let Some(index) = self.types.find(queue_type) {
            self.types.rows_mut()[index].set(name, value);
        }
    }

    /// A backup was restored: the same queues, other ids.
    pub fn renumber_queues(&mut self) {
        self.queues.renumber();
        self.save();
    }

    /// Queues were made anew in another order: they have each other's ids.
    pub fn swap_queue_ids(&mut self) {
        self.queues.swap_ids();
        self.save();
    }

    /// Power failed and came back: what was saved stays, counters and uptime start over.
    pub fn reboot(&mut self, now: Instant) {
        self.flush(now);
        self.queues.table.rows_mut().clone_from(&self.saved);
        self.mangle.rows_mut().clone_from(&self.saved_rules);
        self.dirty_since = None;
        self.system.booted_at = now;
        self.system.writes_since_boot = 0;
        for menu in [Menu::QueueTree, Menu::Mangle] {
            self.reset_counters(menu, None);
        }
        // Entries with a timeout were in memory only.
        self.address_list
            .rows_mut()
            .retain(|row| !row.is_on("dynamic"));
    }

    /// Queues missing for a moment, which is not written to flash.
    pub(super) fn without_queues<T>(&mut self, then: impl FnOnce(&mut Self) -> T) -> T {
        let dirty_since = self.dirty_since.take();
        let queues = std::mem::take(self.queues.table.rows_mut());
        let result = then(self);
        *self.queues.table.rows_mut() = queues;
        self.dirty_since = dirty_since.or(self.dirty_since);
        result
    }

    /// What is old enough goes to flash.
    fn flush(&mut self, now: Instant) {
        if self
            .dirty_since
            .is_some_and(|since| now - since >= self.flush_after)
        {
            self.save();
        }
    }

    /// Does one thing that may change the tables: flash is then behind.
    pub(super) fn watched<T>(&mut self, now: Instant, work: impl FnOnce(&mut Self) -> T) -> T {
        let writes = self.system.writes;
        self.passed.show(&mut self.interfaces);
        self.flush(now);
        let result = work(self);
        if self.system.writes != writes {
            self.dirty_since.get_or_insert(now);
        }
        self.flush(now);
        result
    }

    fn save(&mut self) {
        self.queues.table.rows().clone_into(&mut self.saved);
        self.mangle.rows().clone_into(&mut self.saved_rules);
        self.dirty_since = None;
    }
}
