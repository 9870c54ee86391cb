//! The REST face: from a request to a menu and back.

use serde_json::{Map, Value};

use super::Router;
use super::access::Need;
use super::http::{Request, Response};
use super::menu::{COMMANDS, Menu};
use super::query::Query;
use super::record::Record;
use super::refusal::Refusal;
use super::table::Table;
use crate::time::Instant;

impl Router {
    pub(super) fn serve(&mut self, now: Instant, request: &Request) -> Result<Response, Refusal> {
        let segments = request.segments();
        let Some((root, path)) = segments.split_first() else {
            return Ok(web_page());
        };
        if root != "rest" {
            return Ok(Response::plain_error(404));
        }
        self.access.admit(request)?;
        if request.method == "HEAD" {
            return Err(Refusal::NotImplemented);
        }
        let (menu, rest) = Menu::locate(path)?;
        let words: Vec<&str> = rest.iter().map(String::as_str).collect();
        match (&*request.method, &*words) {
            (_, [_, deeper, ..]) => Err(Refusal::NoSuchPath((*deeper).to_owned())),
            ("GET", []) => self.list(now, menu, request),
            ("GET", [command]) if COMMANDS.contains(command) => Err(Refusal::NoSuchCommand),
            ("GET", [key]) => self.item(menu, key, request),
            ("PATCH", [key]) if menu.is_list() => self.patch(menu, key, request),
            ("POST", [command]) => self.command(now, menu, command, request),
            ("DELETE", [_]) => Err(Refusal::NotAcceptable("remove")),
            ("PUT", []) => Err(Refusal::NotAcceptable("add")),
            _ => Err(Refusal::NoSuchCommand),
        }
    }

    fn list(&self, now: Instant, menu: Menu, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(Need::Read)?;
        let query = Query::of_url(&request.query());
        if menu.is_list() {
            Ok(Response::json(200, &query.select(&self.table(menu).rows)))
        } else {
            Ok(Response::json(200, &query.project(&self.single(now, menu))))
        }
    }

    fn item(&self, menu: Menu, key: &str, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(Need::Read)?;
        if !menu.is_list() {
            return Err(Refusal::NoSuchPath(key.to_owned()));
        }
        let table = self.table(menu);
        // An unknown name answers like an unknown id (assumed).
        let index = table.find(key).ok_or(Refusal::NotFound)?;
        let query = Query::of_url(&request.query());
        Ok(Response::json(200, &query.project(&table.rows[index])))
    }

    fn patch(&mut self, menu: Menu, key: &str, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(Need::Write)?;
        let index = self.table(menu).find(key).ok_or(Refusal::NotFound)?;
        let change = values(&object(&request.body)?)?;
        self.change(menu, &[index], &change)?;
        Ok(Response::json(200, &self.table(menu).rows[index]))
    }

    fn command(
        &mut self,
        now: Instant,
        menu: Menu,
        command: &str,
        request: &Request,
    ) -> Result<Response, Refusal> {
        let mut body = object(&request.body)?;
        match (command, menu) {
            ("print", _) => {
                self.access.allow(Need::Read)?;
                let query = Query::of_body(&body)?;
                if menu.is_list() {
                    Ok(Response::json(200, &query.select(&self.table(menu).rows)))
                } else {
                    Ok(Response::json(
                        200,
                        &query.select(&[self.single(now, menu)]),
                    ))
                }
            }
            ("set", Menu::QueueTree | Menu::QueueType | Menu::Interface) => {
                self.access.allow(Need::Write)?;
                let rows = self.selected(menu, &mut body)?;
                self.change(menu, &rows, &values(&body)?)?;
                Ok(Response::done())
            }
            ("reset-counters", Menu::QueueTree) => {
                self.access.allow(Need::Write)?;
                for index in self.selected(menu, &mut body)? {
                    self.queues.reset_counters(Some(index));
                }
                Ok(Response::done())
            }
            ("reset-counters-all", Menu::QueueTree) => {
                self.access.allow(Need::Write)?;
                self.queues.reset_counters(None);
                Ok(Response::done())
            }
            _ => Err(Refusal::NoSuchPath(command.to_owned())),
        }
    }

    /// The rows a command is about, taken out of its body: `.id`, or `numbers` with commas.
    fn selected(&self, menu: Menu, body: &mut Map<String, Value>) -> Result<Vec<usize>, Refusal> {
        let key = body.remove(".id").or_else(|| body.remove("numbers"));
        let Some(Value::String(keys)) = key else {
            return Err(Refusal::Missing("numbers"));
        };
        let rows = keys.split(',').map(|key| self.table(menu).find(key));
        rows.collect::<Option<_>>().ok_or(Refusal::NoSuchItem)
    }

    /// Checks everything, then changes everything.
    fn change(&mut self, menu: Menu, rows: &[usize], change: &Record) -> Result<(), Refusal> {
        let mut checked = Vec::new();
        for &index in rows {
            let mut change = self.table(menu).check(index, change)?;
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
            if self.table_mut(menu).apply(index, &change) {
                self.system.writes += 1;
                self.system.writes_since_boot += 1;
            }
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

    /// The rows of a list menu.
    fn table(&self, menu: Menu) -> &Table {
        match menu {
            Menu::QueueType => &self.types,
            Menu::Interface => &self.interfaces,
            Menu::QueueTree | Menu::Resource | Menu::Identity => &self.queues.table,
        }
    }

    fn table_mut(&mut self, menu: Menu) -> &mut Table {
        match menu {
            Menu::QueueType => &mut self.types,
            Menu::Interface => &mut self.interfaces,
            Menu::QueueTree | Menu::Resource | Menu::Identity => &mut self.queues.table,
        }
    }

    /// The one object of a menu without rows.
    fn single(&self, now: Instant, menu: Menu) -> Record {
        match menu {
            Menu::Identity => self.system.identity(),
            _ => self.system.resource(now),
        }
    }
}

/// A body as a JSON object; none at all is an empty one.
fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|_| Refusal::NotJson)
}

/// The properties of a body as strings. Numbers and booleans are taken too; `null` empties.
fn values(body: &Map<String, Value>) -> Result<Record, Refusal> {
    let mut record = Record::default();
    for (name, value) in body {
        match value {
            Value::String(text) => record.set(name, text),
            Value::Number(number) => record.set(name, &number.to_string()),
            Value::Bool(flag) => record.set(name, &flag.to_string()),
            Value::Null => record.set(name, ""),
            Value::Array(_) | Value::Object(_) => return Err(Refusal::Invalid(name.clone())),
        }
    }
    Ok(record)
}

/// What people see at `/`; it is there without a login, and before the REST API is.
fn web_page() -> Response {
    Response {
        status: 200,
        body: b"<!DOCTYPE html><title>RouterOS</title>".to_vec(),
        ..Response::default()
    }
}
