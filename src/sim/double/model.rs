//! What can be done to the menus, whichever face asks: REST or console.

use std::borrow::Cow;

use super::Router;
use super::menu::Menu;
use super::package;
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
            Menu::Filter => &self.filter,
            Menu::Service => &self.services,
            Menu::Webserver => &self.webserver,
            Menu::Settings => &self.settings,
            Menu::User => &self.access.users,
            Menu::UserGroup => &self.access.groups,
            Menu::UserActive => &self.access.active,
            Menu::Certificate => &self.certificates,
            Menu::Identity => &self.identity,
            Menu::PackageUpdate => &self.package_update,
            // It has no table: `single` knows it.
            Menu::QueueTree | Menu::Resource => &self.queues.table,
        }
    }

    const fn table_mut(&mut self, menu: Menu) -> &mut Table {
        match menu {
            Menu::QueueType => &mut self.types,
            Menu::QueueSimple => &mut self.simple,
            Menu::Mangle => &mut self.mangle,
            Menu::AddressList => &mut self.address_list,
            Menu::Interface => &mut self.interfaces,
            Menu::Filter => &mut self.filter,
            Menu::Service => &mut self.services,
            Menu::Webserver => &mut self.webserver,
            Menu::Settings => &mut self.settings,
            Menu::User => &mut self.access.users,
            Menu::UserGroup => &mut self.access.groups,
            Menu::UserActive => &mut self.access.active,
            Menu::Certificate => &mut self.certificates,
            Menu::Identity => &mut self.identity,
            Menu::PackageUpdate => &mut self.package_update,
            Menu::QueueTree | Menu::Resource => &mut self.queues.table,
        }
    }

    /// The one object of a menu without rows.
    pub(super) fn single(&self, now: Instant, menu: Menu) -> Record {
        match menu {
            Menu::Resource => self.system.resource(now),
            Menu::PackageUpdate => {
                let mut row = self.package_update.rows()[0].clone();
                row.set("installed-version", package::number(&self.system.version));
                row
            }
            Menu::Settings => {
                let mut row = self.settings.rows()[0].clone();
                row.set("ipv4-fasttrack-active", &self.fasttracks().to_string());
                row
            }
            _ => self.table(menu).rows()[0].clone(),
        }
    }

    /// A row, or the one object.
    pub(super) fn rows(&self, now: Instant, menu: Menu) -> Cow<'_, [Record]> {
        if menu.is_list() {
            Cow::Borrowed(self.table(menu).rows())
        } else {
            Cow::Owned(vec![self.single(now, menu)])
        }
    }

    /// Checks everything, then changes everything.
    pub(super) fn change(
        &mut self,
        menu: Menu,
        rows: &[usize],
        change: &Record,
    ) -> Result<(), Refusal> {
        let mut checked = Vec::new();
        for &index in rows {
            let mut change = self.check_row(menu, Some(index), change)?;
            if menu == Menu::QueueTree {
                self.clamped(&mut change);
                // A parent that exists makes a queue valid.
                if change.value("parent").is_some() {
                    change.set("invalid", "false");
                }
            }
            // Whoever switches himself off is answered as if it had worked (routeros.md 1.4).
            let user = self.table(menu).rows()[index].value("name");
            if menu == Menu::User && user.is_some_and(|name| self.access.is_acting(name)) {
                change.unset("disabled");
            }
            checked.push((index, change));
        }
        for (index, mut change) in checked {
            let id = self.table(menu).rows()[index].id().to_owned();
            if menu == Menu::User {
                self.access.keep_password(&id, &mut change);
            }
            let changed = self.table_mut(menu).apply(index, &change);
            let in_flash = !self.table(menu).rows()[index].is_on("dynamic");
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
        let mut checked = self.check_row(menu, None, wanted)?;
        for &name in self.table(menu).mandatory() {
            if checked.value(name).is_none() {
                return Err(Refusal::Missing(name));
            }
        }
        if menu == Menu::User {
            let id = self.access.users.next_id();
            self.access.keep_password(&id, &mut checked);
        }
        let id = self.table_mut(menu).insert(&checked);
        if menu == Menu::AddressList
            && let Some(row) = self.address_list.rows_mut().last_mut()
        {
            super::firewall::stamp(row, &self.profile.time(now));
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
        table.rows_mut().retain(|_| {
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
        for (index, row) in table.rows_mut().iter_mut().enumerate() {
            if rows.is_none_or(|rows| rows.contains(&index)) {
                super::table::clear(row);
            }
        }
    }

    /// `check-for-updates`, or `install`, which restarts the router.
    pub(super) fn update(&mut self, now: Instant, command: &str) {
        let row = &mut self.package_update.rows_mut()[0];
        package::look(row, &self.system.version);
        if command == "install" && row.value("status") == Some(package::AVAILABLE) {
            row.set("status", package::INSTALLING);
            self.profile = package::NEWEST;
            self.system.profile = package::NEWEST;
            package::NEWEST
                .version()
                .clone_into(&mut self.system.version);
            self.services = super::ip::updated(&self.services, package::NEWEST);
            self.reboot(now);
        }
    }

    /// `/certificate sign` without another authority.
    pub(super) fn sign(&mut self, rows: &[usize]) {
        for &index in rows {
            let seed = index as u64;
            super::certificate::sign(&mut self.certificates.rows_mut()[index], None, seed);
            self.system.persist();
        }
    }

    /// Checks a change of a row, or of one to be added, and that what it refers to is there.
    fn check_row(
        &self,
        menu: Menu,
        index: Option<usize>,
        change: &Record,
    ) -> Result<Record, Refusal> {
        let mut checked = self.table(menu).check(index, change).map_err(|refusal| {
            let twin = refusal == Refusal::AlreadyExists && menu == Menu::User;
            if twin { Refusal::UserExists } else { refusal }
        })?;
        match menu {
            Menu::QueueTree => self.check_queue(&checked)?,
            Menu::User => self.access.check_user(&checked)?,
            Menu::UserGroup => {
                let group = index.map(|index| &self.access.groups.rows()[index]);
                super::access::change_group(group, &mut checked)?;
            }
            Menu::Service => self.check_service(&checked)?,
            _ => {}
        }
        Ok(checked)
    }

    /// A service's certificate must exist and be signed.
    fn check_service(&self, change: &Record) -> Result<(), Refusal> {
        let wanted = change.value("certificate");
        let known = wanted.is_none_or(|name| {
            let found = self.certificates.named(name);
            name == super::ip::NO_CERTIFICATE || found.is_some_and(super::certificate::is_signed)
        });
        if known {
            Ok(())
        } else {
            Err(Refusal::NoMatch("certificate".to_owned()))
        }
    }

    /// A queue's type and parent must exist.
    fn check_queue(&self, change: &Record) -> Result<(), Refusal> {
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

    /// A menu that this version does not have.
    pub(super) fn check_version(&self, menu: Menu) -> Result<(), Refusal> {
        if menu == Menu::Webserver && !self.profile.has_webserver() {
            return Err(Refusal::NoSuchPath("webserver".to_owned()));
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
