//! How bad the primary is, and why: v1.7's truth table (contract 4.4) and our ways to a RED that a
//! RouterOS router can justify.

use core::fmt;

use crate::control::zone::Zone;
use crate::steering::elsewhere::Comparison;
use crate::steering::evidence::{Alternate, FeedState, Line, Picture};
use crate::steering::params::{Edges, Judging};
use crate::time::{Duration, Instant};

/// Backlog and delay must stand this long to replace the drops that RouterOS does not show: CAKE drops
/// within a fraction of a second, and a download burst that fills a queue is over in about one.
pub const BACKLOG_FOR: Duration = Duration::from_secs(3);

/// Delay alone must stand this long where the queue cannot be read: what v1.7's legacy mode, which knows
/// nothing but delay, takes with its 8 samples of 2 s.
pub const DELAY_ALONE_FOR: Duration = Duration::from_secs(14);

/// Delay that autorate sees as well, with the rate above its floor, must stand this long: it has its own
/// means, and 14 s are plenty for them. v1.7's law holds its rate in SOFT_RED, however long that lasts.
pub const DELAY_SEEN_FOR: Duration = DELAY_ALONE_FOR;

/// The verdict on one cycle.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Assessment {
    /// GREEN, YELLOW or RED; steering knows no SOFT_RED of its own.
    pub zone: Zone,
    /// Why.
    pub reason: Reason,
}

/// Why the primary is judged as it is, the weightiest first.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reason {
    /// RED: nothing answers over the primary. v1.7 went on with the last good RTT and stayed GREEN while the
    /// line was dead (W-51); whatever the alternate is like, it is better than that.
    Dead,
    /// RED: v1.7's own, delay above `red_rtt_ms` with drops and a queue. Only on routers that count drops.
    DelayDropsQueue,
    /// RED: delay and a queue of `min_queue_red` together for [`BACKLOG_FOR`]. RouterOS shows no drops under
    /// CAKE, so that v1.7's RED can never come there; a queue that does not drain for seconds while the
    /// round trip is long is the same congestion, seen later.
    Backlog,
    /// RED: the queue cannot be read, and the delay has been above `red_rtt_ms` for [`DELAY_ALONE_FOR`].
    /// v1.7 announced RTT-only decisions in that case and then could make none (W-25).
    DelayAlone,
    /// RED: delay above `red_rtt_ms` while autorate is in RED or SOFT_RED with its rate at the floor. The
    /// shaper has given all it may; what delay is left lies upstream, where no queue of ours can help.
    AtFloor,
    /// RED: delay above `red_rtt_ms` for [`DELAY_SEEN_FOR`] while autorate is in RED or SOFT_RED: two hosts
    /// that have nothing to do with each other see it, and nothing that the shaper does has helped.
    DelaySeen,
    /// RED: `max_loss_percent` of the echoes were lost. A call does not survive that, however short the
    /// round trips of those that came back.
    Loss,
    /// YELLOW: the primary would be RED for its delay, but the alternate's own is as long, or it does not
    /// answer. Lost packets are worse than any delay: for them only an alternate that is silent counts.
    AlternateWorse,
    /// YELLOW: delay above `yellow_rtt_ms`.
    Delay,
    /// YELLOW: `min_queue_yellow` packets wait.
    Queue,
    /// YELLOW: no RTT, or an old one. Not calm, for nobody knows; not bad, for nobody knows.
    NoRtt,
    /// YELLOW: there has been no usable baseline yet, so a delay cannot be told.
    NoBaseline,
    /// YELLOW: `ping_host` is silent, the line is not.
    HostSilent,
    /// YELLOW: neither line answers; a toggle would win nothing.
    BothSilent,
    /// GREEN: none of these.
    #[default]
    Calm,
}

impl Reason {
    /// The zone it stands for.
    pub const fn zone(self) -> Zone {
        match self {
            Self::Dead
            | Self::DelayDropsQueue
            | Self::Backlog
            | Self::DelayAlone
            | Self::AtFloor
            | Self::DelaySeen
            | Self::Loss => Zone::Red,
            Self::AlternateWorse
            | Self::Delay
            | Self::Queue
            | Self::NoRtt
            | Self::NoBaseline
            | Self::HostSilent
            | Self::BothSilent => Zone::Yellow,
            Self::Calm => Zone::Green,
        }
    }
}

/// For people and `/health`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dead => "primary does not answer",
            Self::DelayDropsQueue => "delay, drops and queue",
            Self::Backlog => "delay with a standing queue",
            Self::DelayAlone => "delay, and the queue cannot be read",
            Self::AtFloor => "delay with the rate at its floor",
            Self::DelaySeen => "delay that the shaper cannot remove",
            Self::Loss => "packet loss",
            Self::AlternateWorse => "the alternate is no better",
            Self::Delay => "delay",
            Self::Queue => "queue",
            Self::NoRtt => "no current RTT",
            Self::NoBaseline => "no baseline RTT",
            Self::HostSilent => "ping host does not answer",
            Self::BothSilent => "neither line answers",
            Self::Calm => "calm",
        })
    }
}

/// What the hysteresis makes of a cycle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// One step toward the alternate.
    Bad,
    /// Neither.
    Between,
    /// One step back to the primary.
    Good,
}

/// Judges cycle by cycle.
#[derive(Clone, Copy, Debug)]
pub struct Assessor {
    judging: Judging,
    /// Since when delay and backlog have stood together.
    backlog_since: Option<Instant>,
    /// Since when delay has stood without any word about the queue.
    alone_since: Option<Instant>,
    /// Since when autorate has seen the delay as well.
    seen_since: Option<Instant>,
}

impl Assessor {
    /// With these edges.
    pub const fn new(judging: Judging) -> Self {
        Self {
            judging,
            backlog_since: None,
            alone_since: None,
            seen_since: None,
        }
    }

    /// Judges one cycle.
    pub fn observe(&mut self, now: Instant, picture: &Picture) -> (Assessment, Condition) {
        let (reason, condition) = match self.judging {
            Judging::CakeAware(edges) => {
                let reason = self.cake_aware(now, picture, edges);
                let condition = match reason.zone() {
                    Zone::Red | Zone::SoftRed => Condition::Bad,
                    Zone::Yellow => Condition::Between,
                    Zone::Green => Condition::Good,
                };
                (reason, condition)
            }
            // v1.7 had no zone in this mode. Death counts in both: W-51.
            Judging::Legacy { bad, recovery } => match (blind(picture), picture.delta) {
                (Some(Reason::Dead), _) => (Reason::Dead, Condition::Bad),
                (_, Some(delta)) if delta > bad => (Reason::Delay, Condition::Bad),
                (_, Some(delta)) if delta < recovery => (Reason::Calm, Condition::Good),
                (_, Some(_)) => (Reason::Delay, Condition::Between),
                (Some(reason), None) => (reason, Condition::Between),
                (None, None) => (Reason::NoBaseline, Condition::Between),
            },
        };
        let (reason, condition) = compared(reason, condition, picture);
        (of(reason), condition)
    }

    /// Cycles were missed: what stood is not known to stand.
    pub const fn interrupt(&mut self) {
        self.backlog_since = None;
        self.alone_since = None;
        self.seen_since = None;
    }

    fn cake_aware(&mut self, now: Instant, picture: &Picture, edges: Edges) -> Reason {
        let long = picture.smoothed.is_some_and(|delta| delta > edges.red);
        let queued = picture.queue.is_some_and(|n| n >= edges.queue_red);
        let dropped = picture.drops.is_some_and(|n| n >= edges.drops_red);
        let together = long && queued && !picture.counts_drops;
        let standing = stands(&mut self.backlog_since, now, together, BACKLOG_FOR);
        let alone = long && picture.queue.is_none();
        let alone = stands(&mut self.alone_since, now, alone, DELAY_ALONE_FOR);
        let braking = long && matches!(picture.zone, Some(Zone::Red | Zone::SoftRed));
        let seen = stands(&mut self.seen_since, now, braking, DELAY_SEEN_FOR);
        let blind = blind(picture);
        match blind {
            Some(Reason::Dead) => Reason::Dead,
            _ if long && dropped && queued => Reason::DelayDropsQueue,
            _ if standing => Reason::Backlog,
            _ if alone => Reason::DelayAlone,
            _ if braking && picture.at_floor => Reason::AtFloor,
            _ if seen => Reason::DelaySeen,
            // Of a host that alone is silent, or of both lines, loss says nothing.
            None | Some(Reason::NoRtt | Reason::NoBaseline)
                if picture.loss.is_some_and(|loss| loss >= edges.loss_red)
                    && picture.line == Line::Heard =>
            {
                Reason::Loss
            }
            Some(reason) => reason,
            None if picture.smoothed.is_some_and(|delta| delta > edges.yellow) => Reason::Delay,
            None if picture.queue.is_some_and(|n| n >= edges.queue_yellow) => Reason::Queue,
            None => Reason::Calm,
        }
    }
}

/// The judgement in the light of the alternate: nobody is sent to a line that is no better, and nobody has to
/// stay on one that is worse.
fn compared(reason: Reason, condition: Condition, picture: &Picture) -> (Reason, Condition) {
    use Reason::{AlternateWorse, AtFloor, Backlog, Delay, DelayAlone, DelayDropsQueue};
    use Reason::{DelaySeen, Loss, Queue};

    let comparison = Comparison::of(picture);
    let silent = picture.alternate == Alternate::Silent;
    match (reason, condition, comparison) {
        (Loss, ..) if silent => (AlternateWorse, Condition::Good),
        (
            DelayDropsQueue | Backlog | DelayAlone | AtFloor | DelaySeen | Delay,
            Condition::Bad,
            _,
        ) => match comparison {
            Comparison::Better => (reason, condition),
            Comparison::Same => (AlternateWorse, Condition::Between),
            Comparison::Worse => (AlternateWorse, Condition::Good),
        },
        (Delay | Queue, Condition::Between, Comparison::Worse) => (reason, Condition::Good),
        _ => (reason, condition),
    }
}

/// Whether something that holds now has held for long enough.
fn stands(since: &mut Option<Instant>, now: Instant, holds: bool, long: Duration) -> bool {
    if !holds {
        *since = None;
        return false;
    }
    now - *since.get_or_insert(now) >= long
}

fn of(reason: Reason) -> Assessment {
    Assessment {
        zone: reason.zone(),
        reason,
    }
}

/// What is wrong with the sight itself.
fn blind(picture: &Picture) -> Option<Reason> {
    match picture.line {
        Line::Dead => Some(Reason::Dead),
        Line::BothSilent => Some(Reason::BothSilent),
        Line::HostSilent => Some(Reason::HostSilent),
        Line::Heard | Line::NeverHeard if picture.delta.is_some() => None,
        Line::Heard | Line::NeverHeard => Some(match picture.feed {
            FeedState::Missing => Reason::NoBaseline,
            _ => Reason::NoRtt,
        }),
    }
}

#[cfg(test)]
mod tests;
