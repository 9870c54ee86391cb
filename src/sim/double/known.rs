//! Answers that were given before: as long as nothing but counters changes, the same words with other numbers.

use std::io::Write as _;

use super::access::Access;
use super::http::{Request, Response};
use super::menu::Menu;
use super::table::Table;

/// Questions remembered; a client has a handful.
const KEPT: usize = 12;

/// The answer to a GET of a list, with holes where counters are.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    menu: Menu,
    text: Vec<u8>,
    holes: Vec<Hole>,
}

/// A counter's place in the text, and in the menu.
#[derive(Clone, Copy, Debug)]
struct Hole {
    at: usize,
    row: usize,
    place: usize,
}

impl Pattern {
    /// An empty list.
    pub(super) fn new(menu: Menu) -> Self {
        Self {
            menu,
            text: b"[".to_vec(),
            holes: Vec::new(),
        }
    }

    /// Another row, with these of its properties.
    pub(super) fn row(&mut self, table: &Table, row: usize, wanted: impl Fn(&str) -> bool) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        self.text.push(b'{');
        let mut first = true;
        let record = &table.rows()[row];
        for (name, value) in record.properties().filter(|(name, _)| wanted(name)) {
            if !core::mem::take(&mut first) {
                self.text.push(b',');
            }
            self.string(name);
            self.text.push(b':');
            if let Some(place) = record.place(name) {
                self.text.push(b'"');
                let at = self.text.len();
                self.holes.push(Hole { at, row, place });
                self.text.push(b'"');
            } else {
                self.string(value);
            }
        }
        self.text.push(b'}');
    }

    /// No more rows.
    pub(super) fn close(&mut self) {
        self.text.push(b']');
    }

    fn string(&mut self, text: &str) {
        // A string always serializes, and a Vec takes everything.
        let _ = serde_json::to_writer(&mut self.text, text);
    }

    /// With what the counters say now.
    pub(super) fn filled(&self, table: &Table) -> Response {
        const DIGITS: usize = 20;
        let mut body = Vec::with_capacity(self.text.len() + DIGITS * self.holes.len());
        let mut from = 0;
        for hole in &self.holes {
            body.extend_from_slice(&self.text[from..hole.at]);
            from = hole.at;
            let number = table.rows()[hole.row].number_at(hole.place);
            // A Vec takes everything.
            let _ = write!(body, "{number}");
        }
        body.extend_from_slice(&self.text[from..]);
        Response {
            status: 200,
            body,
            ..Response::default()
        }
    }
}

/// A question and its answer, with the versions of all that the answer depends on.
#[derive(Clone, Debug)]
struct Entry {
    path: String,
    authorization: Option<String>,
    /// As whom its credentials let it in.
    user: Option<String>,
    version: u64,
    pattern: Pattern,
}

/// The newest of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Vec<Entry>);

impl Known {
    /// Remembers an answer to whoever was let in.
    pub(super) fn note(
        &mut self,
        request: &Request,
        access: &Access,
        version: u64,
        pattern: Pattern,
    ) {
        self.0.retain(|entry| entry.version == version);
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(Entry {
            path: request.path.clone(),
            authorization: request.authorization.clone(),
            user: access.acting().map(str::to_owned),
            version,
            pattern,
        });
    }

    /// The menu and the pattern of the answer to this request, and as whom it was let in.
    pub(super) fn find(
        &self,
        request: &Request,
        version: u64,
    ) -> Option<(Menu, &Pattern, Option<&str>)> {
        if request.method != "GET" {
            return None;
        }
        let entry = self.0.iter().find(|entry| {
            entry.version == version
                && entry.path == request.path
                && entry.authorization == request.authorization
        })?;
        Some((entry.pattern.menu, &entry.pattern, entry.user.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::double::http::Request;
    use crate::sim::double::{Router, RouterOptions};
    use crate::time::Instant;
    use crate::units::Rate;

    const QUEUE: &str = "WAN-Download";

    fn asked(router: &mut Router) -> (u16, String) {
        let path = "/rest/queue/tree?name=WAN-Download&.proplist=name,max-limit,bytes";
        let request = Request::new("GET", path).signed("wanctl", "secret");
        let response = router.answer(Instant::ZERO, &request);
        let body = String::from_utf8(response.body).unwrap();
        (response.status, body)
    }

    fn row(max_limit: u64, bytes: u64) -> (u16, String) {
        let body = format!(
            r#"[{{".id":"*1000000","bytes":"{bytes}","max-limit":"{max_limit}","name":"WAN-Download"}}]"#
        );
        (200, body)
    }

    #[test]
    fn an_answer_given_again_has_the_counters_of_now() {
        let mut router = Router::new(&RouterOptions::default());
        assert_eq!(asked(&mut router), row(500_000_000, 0));
        for round in 1..=3 {
            router.carry(Instant::ZERO, QUEUE, 1_500, 0);
            assert_eq!(asked(&mut router), row(500_000_000, round * 1_500));
        }
        assert_eq!(router.journal.total(), 4);
    }

    #[test]
    fn whatever_is_changed_is_seen_by_who_asked_before() {
        let mut router = Router::new(&RouterOptions::default());
        let _ = (asked(&mut router), asked(&mut router));
        router.set_max_limit(QUEUE, Rate::mbit(7));
        assert_eq!(asked(&mut router), row(7_000_000, 0));
        router.remove_queue("WAN-Upload");
        router.access.grant("read", false);
        assert_eq!(asked(&mut router).0, 500);
        router.access.grant("read", true);
        assert_eq!(asked(&mut router), row(7_000_000, 0));
        router.access.set_password("another");
        assert_eq!(asked(&mut router).0, 401);
    }
}
