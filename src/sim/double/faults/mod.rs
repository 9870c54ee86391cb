//! How a router fails, one way at a time.
//!
//! Some failures are other answers and live here; the rest are a matter of bytes and time, and the
//! server in `cli/stage` commits them. Some happen once, when they begin; some leave when they end.

mod console;
mod names;

pub(crate) use self::console::FOREVER;

use super::Router;
use super::http::{COMMAND_LIMIT, Request, Response};
use super::refusal::Refusal;
use super::www::Latency;
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
    /// Closes the connection after each answer, and says so in it.
    AnnouncedClose,
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
    /// Answers after delays as measured: REST mean 20 ms, p99 105; the console slower.
    Latency,
    /// Some 120 to 220 requests at a millisecond, all connections together, then 20 ms each.
    Budget,
    /// A command hangs so long, then `Session closed`; it has no effect (assumed).
    Hangs(Duration),
    /// Writes hang so long, then `Session closed`, and have no effect (assumed); everything else is
    /// answered. `Some`: only writes to the queue of this name.
    HangingWrites(Option<&'static str>, Duration),
    /// Takes writes without an answer, and does them so much later, whatever has been written since.
    ActsLate(Duration),
    /// Somebody's aborted requests break the web server: resets, and 401s that are not ours. It
    /// stays broken for 1.3 to 2.4 s after the fault has ended.
    AbortDamage,
    /// So many per cent of all requests are answered 401, with good credentials.
    UnauthorizedStorm(u8),
    /// Once, at the beginning: queues were made anew, and have each other's ids. No connection breaks.
    SwappedIds,
    /// Once, at the beginning: a backup was restored, all queues and rules have other ids.
    Renumbered,
    /// Once, at the beginning: connections break, the router is away for so long, uptime and
    /// counters start over, limits are those that were saved.
    Reboot(Duration),
    /// Just after a boot any path may answer with `/system/resource`.
    Confused,
    /// The user lacks the policy `write`.
    ReadOnlyUser,
    /// Refuses every look at paths with this word in them. No policy is that narrow; but so one look fails
    /// alone.
    Forbids(&'static str),
    /// No row has a `disabled` that is false: rules never have, here the others have not either.
    AbsentDisabled,
    /// The queues lost their parent: `invalid`, and nothing is shaped.
    InvalidQueues,
    /// Once, at the beginning: somebody gives all queues this limit.
    ChangedByHand(Rate),
    /// No more connections than so many; others are accepted and closed at once (assumed).
    SessionLimit(u16),
}

impl Fault {
    /// `Session closed` after RouterOS's own minute.
    pub const HANG: Self = Self::Hangs(COMMAND_LIMIT);

    /// What happens once, when it begins.
    pub(crate) fn begin(self, now: Instant, router: &mut Router) {
        match self {
            Self::Renumbered => {
                router.renumber_queues();
                router.renumber_rules();
            }
            Self::SwappedIds => router.swap_queue_ids(),
            Self::Reboot(_) => router.reboot(now),
            Self::ReadOnlyUser => router.access.grant("write", false),
            Self::InvalidQueues => router.set_every_queue("invalid", "true"),
            Self::ChangedByHand(rate) => {
                router.set_every_queue("max-limit", &rate.as_bps().to_string());
            }
            _ => {}
        }
    }

    /// What is left behind, or put right, when it ends.
    pub(crate) fn end(self, now: Instant, router: &mut Router) {
        match self {
            Self::AbortDamage => router.www.break_down(now),
            Self::ReadOnlyUser => router.access.grant("write", true),
            Self::InvalidQueues => router.set_every_queue("invalid", "false"),
            _ => {}
        }
    }

    /// The router's answer with this fault.
    pub fn answer(self, now: Instant, router: &mut Router, request: &Request) -> Response {
        if let Self::Hangs(span) = self {
            router.www.hang(now, span);
            return self.answer_now(now, router, request);
        }
        let wait = router.www.wait(now);
        later(self.answer_now(now, router, request), wait)
    }

    fn answer_now(self, now: Instant, router: &mut Router, request: &Request) -> Response {
        if self == Self::AbortDamage || router.www.is_broken(now) {
            router.journal.note(now, request);
            return router.www.broken_answer();
        }
        if let Some(refused) = self.instead(router, request) {
            router.journal.note(now, request);
            return refused;
        }
        match self {
            Self::EmptyList => router.without_queues(|router| router.answer(now, request)),
            Self::ClampsTo(rate) => {
                router.clamp(Some(rate));
                let response = router.answer(now, request);
                router.clamp(None);
                response
            }
            Self::ControlCharacters => with_control_characters(router.answer(now, request)),
            Self::AbsentDisabled => without_disabled(router.answer(now, request)),
            Self::RefusesWhatItDid if request.method != "GET" => {
                router.answer(now, request);
                Response::from(Refusal::NoSuchCommand)
            }
            Self::Confused => router.answer(now, &request.aimed_at("/rest/system/resource")),
            Self::SlowBy(more) => later(router.answer(now, request), more),
            Self::Latency => {
                let more = router.www.draw(Latency::Rest);
                later(router.answer(now, request), more)
            }
            Self::Budget => {
                let more = router.www.spend(now);
                later(router.answer(now, request), more)
            }
            _ => router.answer(now, request),
        }
    }

    /// What is answered without any effect.
    fn instead(self, router: &mut Router, request: &Request) -> Option<Response> {
        match self {
            Self::HangingWrites(queue, span) if router.is_written(queue, request) => {
                Some(Response {
                    after: span,
                    ..Response::from(Refusal::SessionClosed)
                })
            }
            Self::Forbids(word) if request.segments().iter().any(|part| part == word) => {
                Some(Refusal::NoPermission.into())
            }
            Self::Garbage | Self::Silence => Some(Response::default()),
            Self::Reset => Some(Response {
                reset: true,
                ..Response::default()
            }),
            Self::Status(401) => Some(Refusal::Unauthorized.into()),
            Self::Status(status) => Some(Response::plain_error(status)),
            Self::Hangs(span) => Some(Response {
                after: span,
                ..Response::from(Refusal::SessionClosed)
            }),
            Self::UnauthorizedStorm(share) => {
                let hit = router.www.happens(share);
                hit.then(|| Refusal::Unauthorized.into())
            }
            _ => None,
        }
    }
}

impl Router {
    /// Whether the request writes to the queue of this name, or to anything at all.
    fn is_written(&self, queue: Option<&str>, request: &Request) -> bool {
        let aimed_at = || request.segments().last().cloned().unwrap_or_default();
        let id = |name| self.queue(name).and_then(|queue| queue.value(".id"));
        request.method != "GET" && queue.is_none_or(|name| id(name) == Some(&*aimed_at()))
    }
}

fn later(mut response: Response, more: Duration) -> Response {
    response.after = response.after + more;
    response
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

fn without_disabled(mut response: Response) -> Response {
    let body = String::from_utf8_lossy(&response.body);
    response.body = body.replace("\"disabled\":\"false\",", "").into_bytes();
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
    fn hanging_writes_hang_while_the_rest_is_answered() {
        let hangs = |queue: Option<&'static str>, method: &str, path: &str| {
            let fault = Fault::HangingWrites(queue, COMMAND_LIMIT);
            let request = Request::new(method, path).signed("wanctl", "secret");
            let response = fault.answer(Instant::ZERO, &mut router(), &request);
            response.after == COMMAND_LIMIT
        };
        let (down, up) = ("/rest/queue/tree/*1000000", "/rest/queue/tree/*1000001");
        assert!(hangs(None, "PATCH", down) && hangs(None, "PATCH", up));
        assert!(!hangs(None, "GET", down));
        assert!(hangs(Some("WAN-Download"), "PATCH", down));
        assert!(!hangs(Some("WAN-Download"), "PATCH", up));
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
