//! The one snapshot of everything worth telling. `/health`, the metrics, the state documents and the
//! terminal all read it; nobody else's state is asked.

mod adaptive;
pub mod histogram;
mod link;
mod pulse;

pub use self::adaptive::{AdaptiveStatus, CounterState, CounterStatus, Steps};
pub use self::link::LinkStatus;
pub use self::pulse::Pulse;

use self::histogram::{Histogram, RouterWrite, RttDelta};

use heapless::{String, Vec};

use crate::control::actuator::Act;
use crate::control::blackout::{Blind, Findings};
use crate::control::controller::Source;
use crate::control::delay::Delay;
use crate::control::law::Why;
use crate::control::law::adaptive::Learned;
use crate::control::law::classic::Floors;
use crate::control::prober::MAX_REFLECTORS;
use crate::control::zone::{Streaks, Zone};
use crate::direction::{Both, Direction};
use crate::router::Refusal;
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

/// WANs one process may run.
pub const MAX_WANS: usize = 8;
/// Longest `wan_name` (contract 1.1) and longest reflector label shown.
pub const MAX_LABEL: usize = 64;
/// Failed cycles in a row after which v1.7 calls itself degraded (contract 3.1).
pub const FAILURES_DEGRADED: u32 = 3;
/// How long control may be blind, or its writes refused, before health says so.
pub const GRACE: Duration = Duration::from_secs(10);

/// A label, cut to [`MAX_LABEL`] bytes.
pub type Label = String<MAX_LABEL>;

/// Makes a label of any text; what does not fit is cut off.
pub fn label(text: &str) -> Label {
    let mut label = Label::new();
    for c in text.chars() {
        if label.push(c).is_err() {
            break;
        }
    }
    label
}

/// The whole process.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// When this was written.
    pub now: Instant,
    /// The loop's own health.
    pub pulse: Pulse,
    /// Nothing is written to any router.
    pub dry_run: bool,
    /// One entry per WAN, in configured order.
    pub wans: Vec<WanStatus, MAX_WANS>,
}

/// One WAN.
#[derive(Clone, Debug, Default)]
pub struct WanStatus {
    /// `wan_name`.
    pub name: Label,
    /// The averages of ICMP.
    pub delay: Delay,
    /// What the law wants.
    pub rates: Both<Rate>,
    /// How bad the delay was when it last judged.
    pub zones: Both<Zone>,
    /// The lowest rates the law may want.
    pub floors: Both<Floors>,
    /// Why the rates are what they are.
    pub why: Both<Why>,
    /// Consecutive failed cycles; while ICMP is silent a cycle is one check round.
    pub consecutive_failures: u32,
    /// How well the line can be measured.
    pub measurement: Measurement,
    /// What the adaptive law goes by, if it decides.
    pub adaptive: Option<AdaptiveStatus>,
    /// The router's side.
    pub router: RouterStatus,
    /// How often the delta was how long, of those that were measured.
    pub deltas: Histogram<RttDelta>,
    /// Everything that is only counted.
    pub counters: Counters,
}

/// What the last cycle could see.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Sight {
    /// No reply has come yet since the start.
    #[default]
    Starting,
    /// Echo replies arrive.
    Icmp,
    /// ICMP is silent, TCP connects stand in.
    Tcp,
    /// ICMP is silent; the network is there, rates stand (or go on with the last RTT).
    Frozen,
    /// Nothing can be measured.
    Blind(Blind),
}

impl Sight {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Starting,
        Self::Icmp,
        Self::Tcp,
        Self::Frozen,
        Self::Blind(Blind::NoReply),
        Self::Blind(Blind::TotalLoss),
        Self::Blind(Blind::GaveUp),
    ];
}

/// Why echo requests do not even leave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unsent {
    /// There is no route to any reflector; Linux says the same of a source address that has gone.
    NoRoute,
    /// A firewall, or the lack of a privilege.
    Forbidden,
    /// The interface's queue is full.
    QueueFull,
    /// The interface has gone.
    NoInterface,
    /// The source address has gone.
    NoSource,
    /// The reflectors' names have no usable address yet.
    NoAddress,
    /// Anything else the system refused.
    Refused,
}

impl Unsent {
    /// Whether sockets tied to an interface fail like that once it has gone.
    pub const fn may_be_a_lost_interface(self) -> bool {
        matches!(self, Self::NoRoute | Self::NoInterface | Self::NoSource)
    }
}

/// How well a WAN can be measured.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// What the last cycle could see.
    pub sight: Sight,
    /// Since when it is so.
    pub since: Instant,
    /// The last RTT that was judged, when, and where it came from.
    pub last: Option<(Instant, Millis, Source)>,
    /// When a time was last measured; the start of the process before the first one. A last RTT judged
    /// once more is no measurement.
    pub measured_at: Instant,
    /// What the last check round found.
    pub findings: Findings,
    /// Why echo requests do not leave, and since when.
    pub unsent: Option<(Instant, Unsent)>,
    /// Each reflector.
    pub reflectors: Vec<ReflectorStatus, MAX_REFLECTORS>,
}

/// One reflector.
#[derive(Clone, Debug, Default)]
pub struct ReflectorStatus {
    /// As configured.
    pub label: Label,
    /// Last RTT and when it came.
    pub last: Option<(Instant, Millis)>,
    /// Share of recent echoes without an answer, 0.0 to 1.0.
    pub loss: f64,
    /// Echoes that were answered.
    pub replies: u64,
    /// Echoes that were not, while an answer would still have counted.
    pub losses: u64,
    /// What the adaptive law takes for its RTT over an empty line; `None` until it knows, and for v1.7's.
    pub baseline: Option<Millis>,
    /// Whether the adaptive law leaves it out for its conduct.
    pub left_out: bool,
    /// How much longer each way was than usual, if it tells its time reliably.
    pub one_way: Option<Both<Millis>>,
}

/// What is known about the router of one WAN.
#[derive(Clone, Debug)]
pub struct RouterStatus {
    /// Whether and how it can be reached.
    pub link: LinkStatus,
    /// What the router held when it was first read, before we wrote anything.
    pub found: Both<Option<Rate>>,
    /// What the router last said it holds; kept while it is unreachable.
    pub applied: Both<Option<Rate>>,
    /// What became of the last wish.
    pub act: Act,
    /// Why the last write of a direction did not take effect, and since when writes fail.
    pub refused: Both<Option<(Instant, Refusal)>>,
    /// Since when the router has not taken what is wanted, though it may be told.
    pub behind_since: Both<Option<Instant>>,
    /// The queue is switched off or invalid: its limit has no effect.
    pub inactive: Both<bool>,
    /// Writes left in the budget's window.
    pub budget_left: usize,
    /// The smallest raise that is worth a write now, as a share of the rate, where that is judged.
    pub least_raise: Option<f64>,
    /// How often a write took how long.
    pub writes: Histogram<RouterWrite>,
}

impl Default for RouterStatus {
    fn default() -> Self {
        Self {
            link: LinkStatus::default(),
            found: Both::default(),
            applied: Both::default(),
            act: Act::Waiting,
            refused: Both::default(),
            behind_since: Both::default(),
            inactive: Both::default(),
            budget_left: 0,
            least_raise: None,
            writes: Histogram::default(),
        }
    }
}

/// Totals since the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Cycles that judged a time.
    pub cycles: u64,
    /// Cycles, or check rounds, without a reply.
    pub ping_failures: u64,
    /// Changes of the zone.
    pub transitions: Both<u64>,
    /// Jumps of the load RTT.
    pub spikes: u64,
    /// Changes of the zone, spikes and cycles that were too many to be logged.
    pub suppressed: u64,
    /// Writes the router confirmed.
    pub updates: u64,
    /// Writes that did not take effect.
    pub refusals: Both<u64>,
    /// Cycles in which the budget held a write back.
    pub throttled: u64,
    /// Times the router held something else than it had confirmed.
    pub drifts: u64,
}

/// What is wrong with a WAN, in the order of how much it matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The last contact with the router failed.
    RouterUnreachable,
    /// v1.7's three failed cycles in a row.
    Failing,
    /// No time was measured for [`GRACE`] or longer, whatever is still being waited for.
    Blind,
    /// The router has refused a write for longer than [`GRACE`].
    WritesRefused,
    /// The router has not taken a new limit for longer than [`GRACE`], whatever it says.
    Behind,
    /// A queue is switched off or invalid.
    QueueInactive,
}

impl WanStatus {
    /// Whether the rate may not fall any further while the zone is what it is.
    pub fn is_at_floor(&self, direction: Direction) -> bool {
        self.rates[direction] <= self.floors[direction].of(self.zones[direction])
    }

    /// What is wrong, if anything.
    pub fn trouble(&self, now: Instant) -> Option<Trouble> {
        let long_ago = |since: Instant| now - since >= GRACE;
        let refused = |entry: Option<(Instant, Refusal)>| entry.is_some_and(|(at, _)| long_ago(at));
        let behind = |since: Option<Instant>| since.is_some_and(long_ago);
        if !self.router.link.reachable {
            Some(Trouble::RouterUnreachable)
        } else if self.consecutive_failures >= FAILURES_DEGRADED {
            Some(Trouble::Failing)
        } else if long_ago(self.measurement.measured_at) {
            Some(Trouble::Blind)
        } else if refused(self.router.refused.down) || refused(self.router.refused.up) {
            Some(Trouble::WritesRefused)
        } else if behind(self.router.behind_since.down) || behind(self.router.behind_since.up) {
            Some(Trouble::Behind)
        } else if self.router.inactive.down || self.router.inactive.up {
            Some(Trouble::QueueInactive)
        } else {
            None
        }
    }
}

/// What survives a restart (contract 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Saved {
    /// v1.7's counters per direction.
    pub streaks: Both<Streaks>,
    /// The law's rates.
    pub rates: Both<Rate>,
    /// The baseline RTT.
    pub baseline: Millis,
    /// The load RTT.
    pub load: Millis,
    /// What the router last said it holds.
    pub applied: Both<Option<Rate>>,
    /// What the adaptive law has learned, if it decides.
    pub learned: Option<Learned>,
}
