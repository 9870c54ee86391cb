//! The REST face: from a request to a menu and back. What is posted is in `commands`.

use serde_json::{Map, Value};

use super::Router;
use super::access::Need;
use super::http::{Request, Response};
use super::menu::{COMMANDS, Menu};
use super::query::Query;
use super::record::Record;
use super::refusal::Refusal;
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
        let profile = self.profile;
        self.access.note_login(|| profile.time(now));
        if request.method == "HEAD" {
            return Err(Refusal::NotImplemented);
        }
        if path == ["execute"] && request.method == "POST" {
            return self.script(now, request);
        }
        let (menu, rest) = Menu::locate(path)?;
        self.check_version(menu)?;
        let words: Vec<&str> = rest.iter().map(String::as_str).collect();
        match (&*request.method, &*words) {
            (_, [_, deeper, ..]) => Err(Refusal::NoSuchPath((*deeper).to_owned())),
            ("GET", []) => self.list(now, menu, request),
            ("GET", [command]) if COMMANDS.contains(command) => Err(Refusal::NoSuchCommand),
            ("GET", [key]) => self.item(menu, key, request),
            ("PATCH", [key]) if menu.is_list() => self.patch(menu, key, request),
            ("POST", [command]) => self.command(now, menu, command, request),
            ("DELETE", [key]) => self.delete(menu, key),
            ("PUT", []) => self.put(now, menu, request),
            _ => Err(Refusal::NoSuchCommand),
        }
    }

    fn list(&mut self, now: Instant, menu: Menu, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(Need::Read)?;
        let query = Query::of_url(&request.query());
        if !menu.is_list() {
            return Ok(Response::json(200, &query.project(&self.single(now, menu))));
        }
        let table = self.table(menu);
        let pattern = query.pattern(menu, table);
        let response = pattern.filled(table);
        // What the ports count is shown to who asks for the first time.
        if menu != Menu::Interface {
            let version = self.version();
            self.known.note(request, &self.access, version, pattern);
        }
        Ok(response)
    }

    /// The answer to what was asked before, if nothing but counters has changed since.
    pub(super) fn serve_again(&mut self, request: &Request) -> Option<Response> {
        let (menu, pattern, user) = self.known.find(request, self.version())?;
        let response = pattern.filled(self.table(menu));
        self.access.act_again_as(user);
        Some(response)
    }

    fn item(&self, menu: Menu, key: &str, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(Need::Read)?;
        if !menu.is_list() {
            return Err(Refusal::NoSuchPath(key.to_owned()));
        }
        let table = self.table(menu);
        let index = table.find(key).ok_or_else(|| unknown(menu, key))?;
        let query = Query::of_url(&request.query());
        Ok(Response::json(200, &query.project(&table.rows()[index])))
    }

    fn patch(&mut self, menu: Menu, key: &str, request: &Request) -> Result<Response, Refusal> {
        self.access.allow(menu.need())?;
        if menu.command("set").is_none() {
            return Err(Refusal::NoSuchCommand);
        }
        let index = self.table(menu).find(key);
        let index = index.ok_or_else(|| unknown(menu, key))?;
        let change = values(&object(&request.body)?)?;
        self.change(menu, &[index], &change)?;
        Ok(Response::json(200, &self.table(menu).rows()[index]))
    }

    fn put(&mut self, now: Instant, menu: Menu, request: &Request) -> Result<Response, Refusal> {
        if menu.command("add").is_none() {
            return Err(Refusal::NotAcceptable("add"));
        }
        self.access.allow(menu.need())?;
        self.add(now, menu, &values(&object(&request.body)?)?)?;
        Ok(Response::json(201, &self.table(menu).rows().last()))
    }

    fn delete(&mut self, menu: Menu, key: &str) -> Result<Response, Refusal> {
        if menu.command("remove").is_none() {
            return Err(Refusal::NotAcceptable("remove"));
        }
        self.access.allow(menu.need())?;
        let index = self.table(menu).find(key);
        let index = index.ok_or_else(|| unknown(menu, key))?;
        self.remove(menu, &[index]);
        Ok(Response {
            status: 204,
            ..Response::default()
        })
    }
}

/// An unknown name answers like an unknown id (assumed), unless the menu has no names.
fn unknown(menu: Menu, key: &str) -> Refusal {
    if menu.is_nameless() && !key.starts_with('*') {
        Refusal::NoSuchPrefix
    } else {
        Refusal::NotFound
    }
}

/// A body as a JSON object; none at all is an empty one.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|_| Refusal::NotJson)
}

/// The properties of a body as strings. Numbers and booleans are taken too; `null` empties.
pub(super) fn values(body: &Map<String, Value>) -> Result<Record, Refusal> {
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
