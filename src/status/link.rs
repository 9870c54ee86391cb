//! Whether a router can be reached, and over which transport.

use crate::program::LinkFact;
use crate::router::{Failure, Transport};
use crate::time::{Duration, Instant};

/// Contact with one router.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four things that are so or not, and not one thing with states"
)]
pub struct LinkStatus {
    /// v1.7's word for "the last contact succeeded"; true before the first.
    pub reachable: bool,
    /// Whether the link takes orders.
    pub up: bool,
    /// The transport of the config file.
    pub preferred: Transport,
    /// The one that serves, or served last.
    pub transport: Transport,
    /// Why that is not the preferred one.
    pub transport_why: Option<Failure>,
    /// Whether there is another transport to turn to.
    pub has_spare: bool,
    /// The last failure of the transport that does not serve.
    pub spare_failure: Option<(Instant, Failure)>,
    /// Failed contacts in a row.
    pub consecutive_failures: u32,
    /// Failed contacts since the start.
    pub failures: u64,
    /// The last failure and when it was.
    pub last_failure: Option<(Instant, Failure)>,
    /// When contact was lost.
    pub outage_since: Option<Instant>,
    /// How long the last exchange took.
    pub took: Option<Duration>,
    /// Times another transport took over, or the preferred one took back.
    pub switches: u64,
    /// That it was reached for the first time has been told.
    met: bool,
}

impl Default for LinkStatus {
    fn default() -> Self {
        Self {
            reachable: true,
            up: false,
            preferred: Transport::default(),
            transport: Transport::default(),
            transport_why: None,
            has_spare: false,
            spare_failure: None,
            consecutive_failures: 0,
            failures: 0,
            last_failure: None,
            outage_since: None,
            took: None,
            switches: 0,
            met: false,
        }
    }
}

/// Which of a row of failures are told, as in v1.7: the first, the third, every tenth.
const fn is_told(failures: u32) -> bool {
    failures == 1 || failures == 3 || failures.is_multiple_of(10)
}

impl LinkStatus {
    /// Before the first contact.
    pub fn new(preferred: Transport, has_spare: bool) -> Self {
        Self {
            preferred,
            transport: preferred,
            has_spare,
            ..Self::default()
        }
    }

    /// The router answers.
    pub fn reached(&mut self, now: Instant) -> Option<LinkFact> {
        let failures = core::mem::take(&mut self.consecutive_failures);
        let outage = self
            .outage_since
            .take()
            .map(|since| (now - since, failures));
        self.up = true;
        self.reachable = true;
        let first = !core::mem::replace(&mut self.met, true);
        (first || outage.is_some()).then_some(LinkFact::Up { outage })
    }

    /// The connection is gone; `None`: closed while idle, which is no failure.
    pub fn lost(&mut self, now: Instant, why: Option<Failure>) -> Option<LinkFact> {
        self.up = false;
        let why = why?;
        self.reachable = false;
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.failures += 1;
        self.outage_since.get_or_insert(now);
        self.last_failure = Some((now, why));
        let failures = self.consecutive_failures;
        is_told(failures).then_some(LinkFact::Failed { why, failures })
    }

    /// Another transport serves from now on; `why` the preferred one does not.
    pub fn switched(&mut self, now: Instant, to: Transport, why: Option<Failure>) -> LinkFact {
        self.transport = to;
        self.transport_why = why;
        // It is known from now on, and worth no line of its own at the next probe.
        self.spare_failure = why.map(|why| (now, why));
        self.switches += 1;
        LinkFact::Switched { to, why }
    }

    /// The transport that does not serve failed, too.
    pub fn spare_failed(&mut self, now: Instant, why: Failure) -> Option<LinkFact> {
        let before = self.spare_failure.replace((now, why));
        let new = before.is_none_or(|(_, earlier)| earlier != why);
        let transport = self.transport.other();
        new.then_some(LinkFact::SpareFailed { transport, why })
    }
}
