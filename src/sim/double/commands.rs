//! What is posted: `POST /rest/<menu>/<command>` and `POST /rest/execute`.

use serde_json::{Map, Value};

use super::Router;
use super::access::Need;
use super::http::{COMMAND_LIMIT, Request, Response};
use super::menu::Menu;
use super::query::Query;
use super::record::Record;
use super::refusal::Refusal;
use super::serve::{object, values};
use crate::time::{Duration, Instant};

impl Router {
    pub(super) fn command(
        &mut self,
        now: Instant,
        menu: Menu,
        command: &str,
        request: &Request,
    ) -> Result<Response, Refusal> {
        let mut body = object(&request.body)?;
        match command {
            "print" => {
                self.access.allow(Need::Read)?;
                let query = Query::of_body(&body)?;
                return Ok(Response::json(200, &query.select(&self.rows(now, menu))));
            }
            // Accepted, and then nothing comes, no header either.
            "listen" => return self.access.allow(Need::Read).map(|()| Response::endless()),
            "monitor-traffic" if menu == Menu::Interface => {
                self.access.allow(Need::Read)?;
                return self.monitor(&body);
            }
            // What it may unset of a rule nobody found: it refuses everything.
            "unset" if menu.is_list() => return Err(Refusal::NoMatch("value-name".to_owned())),
            _ => {}
        }
        let Some(command) = menu.command(command) else {
            return Err(Refusal::NoSuchPath(command.to_owned()));
        };
        self.access.allow(menu.need())?;
        self.act(now, menu, command, &mut body)
    }

    /// The commands that change something.
    fn act(
        &mut self,
        now: Instant,
        menu: Menu,
        command: &str,
        body: &mut Map<String, Value>,
    ) -> Result<Response, Refusal> {
        match command {
            "add" => {
                let id = self.add(now, menu, &values(body)?)?;
                return Ok(returned(&id));
            }
            "reset-counters-all" => self.reset_counters(menu, None),
            "set" if !menu.is_list() => self.change(menu, &[0], &values(body)?)?,
            "check-for-updates" | "install" => self.update(now, command),
            _ => {
                let rows = self.selected(menu, body)?;
                match command {
                    "set" => self.change(menu, &rows, &values(body)?)?,
                    "enable" => self.switch(menu, &rows, true)?,
                    "disable" => self.switch(menu, &rows, false)?,
                    "remove" => self.remove(menu, &rows),
                    "sign" => self.sign(&rows),
                    "reset-counters" => self.reset_counters(menu, Some(&rows)),
                    // `find` and `get` are for scripts.
                    _ => return Err(Refusal::NoSuchCommand),
                }
            }
        }
        Ok(Response::done())
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

    /// `once` answers at once, `duration` when it is over, with neither it never ends.
    fn monitor(&self, body: &Map<String, Value>) -> Result<Response, Refusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let name = text("interface").ok_or(Refusal::Missing("interface"))?;
        if self.interfaces.named(name).is_none() {
            return Err(Refusal::NoMatch("interface".to_owned()));
        }
        let frame = Record::of(&[
            ("name", name),
            ("rx-bits-per-second", "512"),
            ("tx-bits-per-second", "336"),
        ]);
        if text("once").is_some_and(|once| once != "false") {
            return Ok(Response::json(200, &[frame]));
        }
        let duration = text("duration").map(|span| span.trim_end_matches('s').parse());
        match duration {
            Some(Ok(seconds)) if Duration::from_secs(seconds) < COMMAND_LIMIT => {
                let frames = (0..seconds).map(|section| {
                    let mut frame = frame.clone();
                    frame.set_number(".section", section);
                    frame
                });
                let frames: Vec<Record> = frames.collect();
                Ok(Response {
                    after: Duration::from_secs(seconds),
                    ..Response::json(200, &frames)
                })
            }
            Some(Err(_)) => Err(Refusal::Invalid("duration".to_owned())),
            _ => Ok(Response::endless()),
        }
    }

    /// `/execute`: with `as-string` what the script printed, without it a job that runs by itself.
    pub(super) fn script(&mut self, now: Instant, request: &Request) -> Result<Response, Refusal> {
        let (script, as_string) = script_of(&request.body)?;
        // The script itself runs with the user's policies.
        let outcome = self.script_output(now, &script);
        Ok(if as_string {
            returned(&outcome)
        } else {
            // Where the numbers of jobs begin nobody says (assumed).
            returned(&format!("*{:X}", 0xB546 + self.journal.total()))
        })
    }
}

/// The script of an `/execute`, and whether its output is wanted.
pub(super) fn script_of(body: &[u8]) -> Result<(String, bool), Refusal> {
    let body = object(body)?;
    let script = body.get("script").and_then(Value::as_str);
    let script = script.ok_or(Refusal::Missing("script"))?;
    let as_string = body.get("as-string").is_some_and(|flag| flag != "false");
    Ok((script.to_owned(), as_string))
}

fn returned(text: &str) -> Response {
    Response::json(200, &Record::of(&[("ret", text)]))
}
