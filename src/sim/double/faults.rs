//! How a router fails, one way at a time.
//!
//! Some failures are other answers and live here; the rest are a matter of bytes and time, and the
//! server in `cli/stage` commits them.

use super::Router;
use super::cli::CliOutcome;
use super::http::{Request, Response};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// What is wrong with the router.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Answers with bytes that are no HTTP; the request has no effect.
    Garbage,
    /// Accepts and reads, never answers; the request has no effect.
    Silence,
    /// Serves the request, sends half of the answer and closes.
    HalfResponse,
    /// Resets the connection (RST) once the request is read; the request has no effect.
    Reset,
    /// Refuses everything with this status: 401, 403, 404, 500, 503.
    Status(u16),
    /// Closes the connection after each answer, without saying so in it.
    CloseAfterEach,
    /// Takes so much longer for every answer.
    SlowBy(Duration),
    /// The queues are missing.
    EmptyList,
    /// Applies no `max-limit` above this, and answers 200.
    ClampsTo(Rate),
    /// Queues have comments with control characters, which JSON would have escaped.
    ControlCharacters,
    /// Sends bodies in small chunks.
    Chunked,
    /// Applies a write, then says 400: a RouterOS refusal is not always one.
    RefusesWhatItDid,
}

impl Fault {
    /// The router's answer with this fault, as far as it is a matter of content.
    pub fn answer(self, now: Instant, router: &mut Router, request: &Request) -> Response {
        match self {
            Self::Garbage | Self::Silence | Self::Reset => {
                router.journal.note(now, request);
                Response::default()
            }
            Self::Status(401) => {
                router.journal.note(now, request);
                Response::from(super::refusal::Refusal::Unauthorized)
            }
            Self::Status(status) => {
                router.journal.note(now, request);
                Response::plain_error(status)
            }
            Self::EmptyList => {
                let queues = std::mem::take(&mut router.queues.table.rows);
                let response = router.answer(now, request);
                router.queues.table.rows = queues;
                response
            }
            Self::ClampsTo(rate) => {
                router.clamp(Some(rate));
                let response = router.answer(now, request);
                router.clamp(None);
                response
            }
            Self::ControlCharacters => with_control_characters(router.answer(now, request)),
            Self::RefusesWhatItDid => {
                let response = router.answer(now, request);
                match &*request.method {
                    "GET" => response,
                    _ => Response::from(super::refusal::Refusal::NoSuchCommand),
                }
            }
            Self::None
            | Self::HalfResponse
            | Self::CloseAfterEach
            | Self::SlowBy(_)
            | Self::Chunked => router.answer(now, request),
        }
    }

    /// What the console says with this fault, as far as it is a matter of content: a console has no
    /// status and no JSON of its own.
    pub fn run_cli(self, now: Instant, router: &mut Router, line: &str) -> CliOutcome {
        match self {
            Self::Garbage | Self::Silence | Self::Reset => {
                router.journal.note_cli(now, line);
                CliOutcome::default()
            }
            Self::EmptyList => {
                let queues = std::mem::take(&mut router.queues.table.rows);
                let outcome = router.run_cli(now, line);
                router.queues.table.rows = queues;
                outcome
            }
            Self::ClampsTo(rate) => {
                router.clamp(Some(rate));
                let outcome = router.run_cli(now, line);
                router.clamp(None);
                outcome
            }
            _ => router.run_cli(now, line),
        }
    }
}

/// Gives every queue in the answer a comment with a raw bell, tab and line feed in it.
fn with_control_characters(mut response: Response) -> Response {
    const NEXT_KEY: &str = "\"disabled\":";
    const COMMENT: &str = "\"comment\":\"ring \u{7} tab \t line\nend\",";
    let body = String::from_utf8_lossy(&response.body);
    response.body = body
        .replace(NEXT_KEY, &format!("{COMMENT}{NEXT_KEY}"))
        .into_bytes();
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::double::RouterOptions;

    fn patch(fault: Fault, router: &mut Router, max_limit: &str) -> (u16, String) {
        let request = Request::new("PATCH", "/rest/queue/tree/WAN-Download")
            .signed("wanctl", "secret")
            .carrying(&format!(r#"{{"max-limit":"{max_limit}"}}"#));
        let response = fault.answer(Instant::ZERO, router, &request);
        let body = String::from_utf8(response.body).unwrap();
        (response.status, body)
    }

    fn router() -> Router {
        Router::new(&RouterOptions::default())
    }

    #[test]
    fn a_clamping_router_says_200_and_applies_less() {
        let mut router = router();
        let (status, body) = patch(Fault::ClampsTo(Rate::mbit(100)), &mut router, "300M");
        assert_eq!(status, 200);
        assert!(body.contains(r#""max-limit":"100000000""#), "{body}");
        assert_eq!(patch(Fault::None, &mut router, "300M").0, 200);
        assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(300)));
    }

    #[test]
    fn missing_queues_come_back_when_the_fault_goes() {
        let mut router = router();
        assert_eq!(patch(Fault::EmptyList, &mut router, "300M").0, 404);
        assert_eq!(patch(Fault::None, &mut router, "300M").0, 200);
    }

    #[test]
    fn a_refusal_may_have_been_applied() {
        let mut router = router();
        assert_eq!(patch(Fault::RefusesWhatItDid, &mut router, "300M").0, 400);
        assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(300)));
    }

    #[test]
    fn a_status_fault_changes_nothing_but_is_remembered() {
        let mut router = router();
        for status in [401, 403, 404, 500, 503] {
            assert_eq!(patch(Fault::Status(status), &mut router, "300M").0, status);
        }
        assert_eq!(router.persisted_writes(), 0);
        assert_eq!(router.journal.total(), 5);
    }

    #[test]
    fn control_characters_are_raw_and_break_strict_json() {
        let (status, body) = patch(Fault::ControlCharacters, &mut router(), "300M");
        assert_eq!(status, 200);
        assert!(body.contains('\u{7}'));
        assert!(serde_json::from_str::<serde_json::Value>(&body).is_err());
    }
}
