//! Steering's snapshot of everything worth telling.

use heapless::Vec;

use crate::router::steering::{MAX_LISTS, Refusal};
use crate::status::{FAILURES_DEGRADED, GRACE, Label, LinkStatus, Pulse, Unsent};
use crate::steering::assessment::Assessment;
use crate::steering::evidence::{Alternate, FeedState, Line, Picture};
use crate::steering::fact::Standing;
use crate::steering::rule::{Belief, HAND_GRACE, Switch};
use crate::steering::{Counts, Decides};
use crate::time::{Duration, Instant, WallTime};
use crate::units::Millis;

/// The whole process.
#[derive(Clone, Debug, Default)]
pub struct SteerStatus {
    /// When this was written.
    pub now: Instant,
    /// The loop's own health.
    pub pulse: Pulse,
    /// Names and edges, as configured.
    pub setup: Setup,
    /// Cycles so far.
    pub cycles: u64,
    /// When the next cycle is due.
    pub next_cycle: Instant,
    /// Cycles in a row that could not tell a delay.
    pub consecutive_failures: u32,
    /// Where the connections go, as far as the router has confirmed it.
    pub standing: Standing,
    /// Which way the rule should stand.
    pub wanted: Switch,
    /// When the standing changed last in this run, on both clocks.
    pub moved: Option<(Instant, WallTime)>,
    /// Changes of standing in this run: to the alternate, and back.
    pub moves: [u64; 2],
    /// How bad the primary is, and why.
    pub assessment: Assessment,
    /// The evidence of the last cycle.
    pub picture: Picture,
    /// The newest RTT, however old.
    pub rtt: Option<Millis>,
    /// The baseline in use.
    pub baseline: Option<Millis>,
    /// v1.7's counters.
    pub counts: Counts,
    /// The confidence score, if it is on.
    pub confidence: Option<u8>,
    /// The rule.
    pub rule: RuleStatus,
    /// Why the queue could not be read last, and since when it cannot.
    pub queue_refused: Option<(Instant, Refusal)>,
    /// The router.
    pub link: LinkStatus,
    /// The word of autorate.
    pub feed: FeedStatus,
    /// Echoes over the primary.
    pub primary: EchoStatus,
    /// Echoes over the alternate, if it is measured.
    pub alternate: Option<EchoStatus>,
    /// Whether the alternate answers.
    pub alternate_answers: Alternate,
    /// Address lists, as far as they are counted.
    pub lists: Vec<ListStatus, MAX_LISTS>,
}

/// What the file says and reports show.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// `wan_name`.
    pub name: Label,
    /// `topology.primary_wan`.
    pub primary: Label,
    /// The same in upper case: the first half of the names of states.
    pub prefix: Label,
    /// `topology.alternate_wan`.
    pub alternate: Label,
    /// `mangle_rule.comment`, cut to a label.
    pub comment: Label,
    /// `cake_queues.primary_download`, cut to a label.
    pub queue: Label,
    /// The process, as v1.7's `/health` shows it.
    pub pid: u32,
    /// Who decides.
    pub decides: Decides,
    /// `green_rtt_ms`, `yellow_rtt_ms`, `red_rtt_ms`.
    pub edges: [Millis; 3],
    /// Samples needed to switch, and to switch back.
    pub samples: (u32, u32),
}

/// The rule on the router.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuleStatus {
    /// What is believed of it.
    pub belief: Belief,
    /// It does nothing, whichever way it stands.
    pub invalid: bool,
    /// Why it could not be read or switched last; `None` since it could.
    pub refused: Option<(Instant, Refusal)>,
    /// Since when it does not stand as wanted, or nobody knows how it stands; the grace of a hand is not
    /// counted once it is over.
    pub behind_since: Option<Instant>,
    /// Until when a switch by hand is left alone.
    pub yielding_until: Option<Instant>,
    /// Times it was switched and read back so.
    pub switched: u64,
    /// Times somebody else switched it.
    pub by_hand: u64,
    /// Times it could not be read or switched.
    pub failed: u64,
}

/// Autorate's word.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeedStatus {
    /// What it is worth.
    pub state: FeedState,
    /// How old it is.
    pub age: Option<Duration>,
    /// Since when it is not fresh.
    pub unfit_since: Option<Instant>,
}

/// Echoes over one line.
#[derive(Clone, Copy, Debug, Default)]
pub struct EchoStatus {
    /// Answered so far.
    pub answered: u64,
    /// Lost so far.
    pub lost: u64,
    /// When the last answer came.
    pub heard_at: Option<Instant>,
    /// The last round trip.
    pub rtt: Option<Millis>,
    /// Why requests do not leave, and since when.
    pub unsent: Option<(Instant, Unsent)>,
}

/// One address list.
#[derive(Clone, Debug, Default)]
pub struct ListStatus {
    /// Its name.
    pub name: Label,
    /// Entries that are not switched off, if the router says it.
    pub entries: Option<u32>,
}

/// What is wrong, in the order of how much it matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The last contact with the router failed.
    RouterUnreachable,
    /// No rule has the comment.
    RuleMissing,
    /// Several rules have it.
    RuleAmbiguous,
    /// The rule does nothing.
    RuleInvalid,
    /// The rule could not be switched for longer than [`GRACE`].
    RuleRefused,
    /// The rule does not stand as wanted, or is unknown, for longer than [`GRACE`]; a switch by hand has
    /// [`HAND_GRACE`] besides.
    RuleBehind,
    /// v1.7's three cycles in a row without a delay.
    Failing,
    /// Nothing answers over either line.
    BothSilent,
    /// Autorate's word is missing, stale or out of bounds for longer than [`GRACE`].
    Feed,
    /// The queue could not be read for longer than [`GRACE`].
    QueueUnreadable,
}

impl SteerStatus {
    /// Whether there was a cycle yet.
    pub const fn has_started(&self) -> bool {
        self.cycles > 0
    }

    /// What is wrong, if anything.
    pub fn trouble(&self) -> Option<Trouble> {
        let long_ago = |since: Option<Instant>| since.is_some_and(|at| self.now - at >= GRACE);
        let refused = |entry: Option<(Instant, Refusal)>| long_ago(entry.map(|(at, _)| at));
        let rule = &self.rule;
        let excused = rule.yielding_until.is_some_and(|_| {
            rule.behind_since
                .is_some_and(|at| self.now - at < HAND_GRACE + GRACE)
        });
        if !self.link.reachable {
            Some(Trouble::RouterUnreachable)
        } else if rule.belief == Belief::Missing {
            Some(Trouble::RuleMissing)
        } else if matches!(rule.belief, Belief::Ambiguous(_)) {
            Some(Trouble::RuleAmbiguous)
        } else if rule.invalid {
            Some(Trouble::RuleInvalid)
        } else if refused(rule.refused) {
            Some(Trouble::RuleRefused)
        } else if !excused && long_ago(rule.behind_since) {
            Some(Trouble::RuleBehind)
        } else if self.picture.line == Line::BothSilent {
            Some(Trouble::BothSilent)
        } else if self.consecutive_failures >= FAILURES_DEGRADED {
            Some(Trouble::Failing)
        } else if long_ago(self.feed.unfit_since) {
            Some(Trouble::Feed)
        } else if refused(self.queue_refused) {
            Some(Trouble::QueueUnreadable)
        } else {
            None
        }
    }
}
