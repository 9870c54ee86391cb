//! What can be done to the menus, whichever face asks: REST or console.

use super::Router;
use super::menu::Menu;
use super::record::Record;
use super::refusal::Refusal;
use super::table::Table;
use crate::time::Instant;

impl Router {
    /// The rows of a list menu.
    pub(super) const fn table(&self, menu: Menu) -> &Table {
        match menu {
            Menu::QueueType => &self.types,
            Menu::QueueSimple => &self.simple,
            Menu::Mangle => &self.mangle,
            Menu::AddressList => &self.address_list,
            Menu::Interface => &self.interfaces,
            Menu::QueueTree | Menu::Resource | Menu::Identity => &self.queues.table,
        }
    }

    const fn table_mut(&mut self, menu: Menu) -> &mut Table {
        match menu {
            Menu::QueueType => &mut self.types,
            Menu::QueueSimple => &mut self.simple,
            Menu::Mangle => &mut self.mangle,
            Menu::AddressList => &mut self.address_list,
            Menu::Interface => &mut self.interfaces,
            Menu::QueueTree | Menu::Resource | Menu::Identity => &mut self.queues.table,
        }
    }

    /// The one object of a menu without rows.
    pub(super) fn single(&self, now: Instant, menu: Menu) -> Record {
        match menu {
            Menu::Identity => self.system.identity(),
            _ => self.system.resource(now),
        }
    }

    /// A row, or the one object.
    pub(super) fn rows(&self, now: Instant, menu: Menu) -> Vec<Record> {
        if menu.is_list() {
            self.table(menu).rows.clone()
        } else {
            vec![self.single(now, menu)]
        }
    }

    /// Checks everything, then changes everything.
    pub(super) fn change(
        &mut self,
        menu: Menu,
        rows: &[usize],
        change: &Record,
    ) -> Result<(), Refusal> {
        if menu == Menu::Identity {
            return self.rename(change);
        }
        let mut checked = Vec::new();
        for &index in rows {
            let mut change = self.table(menu).check(Some(index), change)?;
            if menu == Menu::QueueTree {
                self.check_references(&change)?;
                self.clamped(&mut change);
                // A parent that exists makes a queue valid.
                if change.value("parent").is_some() {
                    change.set("invalid", "false");
                }
            }
            checked.push((index, change));
        }
        for (index, change) in checked {
            let changed = self.table_mut(menu).apply(index, &change);
            let in_flash = !self.table(menu).rows[index].is_on("dynamic");
            if changed && in_flash {
                self.system.persist();
            }
            self.needless += u64::from(!changed && menu == Menu::QueueTree);
        }
        Ok(())
    }

    /// `enable` and `disable`.
    pub(super) fn switch(&mut self, menu: Menu, rows: &[usize], on: bool) -> Result<(), Refusal> {
        let disabled = if on { "no" } else { "yes" };
        self.change(menu, rows, &Record::of(&[("disabled", disabled)]))
    }

    /// A new row; its id.
    pub(super) fn add(
        &mut self,
        now: Instant,
        menu: Menu,
        wanted: &Record,
    ) -> Result<String, Refusal> {
        let checked = self.table(menu).check(None, wanted)?;
        for &name in self.table(menu).mandatory() {
            if checked.value(name).is_none() {
                return Err(Refusal::Missing(name));
            }
        }
        if menu == Menu::QueueTree {
            self.check_references(&checked)?;
        }
        let id = self.table_mut(menu).insert(&checked);
        if menu == Menu::AddressList {
            let old_dates = self.profile.has_old_dates();
            if let Some(row) = self.address_list.rows.last_mut() {
                super::firewall::stamp(row, now, old_dates);
            }
        }
        // An entry with a timeout lives in memory only.
        if checked.value("timeout").is_none() {
            self.system.persist();
        }
        Ok(id)
    }

    /// Removes rows.
    pub(super) fn remove(&mut self, menu: Menu, rows: &[usize]) {
        let table = self.table_mut(menu);
        let mut index = 0;
        table.rows.retain(|_| {
            index += 1;
            !rows.contains(&(index - 1))
        });
        for _ in rows {
            self.system.persist();
        }
    }

    /// `reset-counters` of some rows, or of all.
    pub(super) fn reset_counters(&mut self, menu: Menu, rows: Option<&[usize]>) {
        let table = self.table_mut(menu);
        for (index, row) in table.rows.iter_mut().enumerate() {
            if rows.is_none_or(|rows| rows.contains(&index)) {
                super::table::clear(row);
            }
        }
    }

    fn rename(&mut self, change: &Record) -> Result<(), Refusal> {
        for (name, value) in change.properties() {
            if name != "name" {
                return Err(Refusal::UnknownParameter(name.to_owned()));
            }
            value.clone_into(&mut self.system.name);
            self.system.persist();
        }
        Ok(())
    }

    /// A queue's type and parent must exist.
    fn check_references(&self, change: &Record) -> Result<(), Refusal> {
        if let Some(kind) = change.value("queue")
            && self.types.named(kind).is_none()
        {
            return Err(Refusal::NoMatch("queue".to_owned()));
        }
        if let Some(parent) = change.value("parent")
            && parent != "global"
            && self.interfaces.named(parent).is_none()
            && self.queues.table.named(parent).is_none()
        {
            return Err(Refusal::NoMatch("parent".to_owned()));
        }
        Ok(())
    }

    fn clamped(&self, change: &mut Record) {
        if let (Some(most), Some(_)) = (self.clamp, change.value("max-limit")) {
            let asked = change.number("max-limit");
            if asked == 0 || asked > most.as_bps() {
                change.set_number("max-limit", most.as_bps());
            }
        }
    }
}
