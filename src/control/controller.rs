//! One WAN: a step in, a decision out.

use crate::control::blackout::{Blind, Step};
use crate::control::delay::{Delay, DelayParams, DelayTracker};
use crate::control::law::Verdict;
use crate::control::law::classic::Shaper;
use crate::direction::Both;
use crate::units::{Millis, Rate};

/// Where the RTT of a judgement came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Echo replies.
    Icmp,
    /// TCP connects, while ICMP is silent.
    Tcp,
    /// The last load RTT once more, while nothing can be measured.
    LastRtt,
}

/// A judgement of both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The RTT that was judged.
    pub rtt: Millis,
    /// Where it came from.
    pub source: Source,
    /// The averages after it.
    pub delay: Delay,
    /// What the law says.
    pub verdicts: Both<Verdict>,
}

/// What one cycle decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// A time was there and both directions judged it.
    Judged(Judgement),
    /// Nothing new: averages and rates stand.
    Held,
    /// ICMP is silent but the network is there: averages and rates stand.
    Frozen,
    /// Nothing could be measured: averages and rates stand, the cycle failed.
    Failed(Blind),
}

/// The control law of one WAN with its averages.
#[derive(Clone, Debug)]
pub struct Controller {
    delay: DelayTracker,
    /// While ICMP is silent, TCP times go to a copy of the averages that is thrown away when ICMP
    /// returns: the same arithmetic as v1.7 without spoiling the ICMP baseline (W-10).
    tcp: Option<DelayTracker>,
    shapers: Both<Shaper>,
}

impl Controller {
    /// From its parts, fresh or restored.
    pub const fn new(delay: DelayTracker, shapers: Both<Shaper>) -> Self {
        Self {
            delay,
            tcp: None,
            shapers,
        }
    }

    /// One cycle.
    pub fn step(&mut self, step: Step) -> Decision {
        match step {
            Step::Judge(rtt) => {
                self.tcp = None;
                let delay = self.delay.update(rtt);
                self.judge(rtt, Source::Icmp, delay)
            }
            Step::JudgeTcp(rtt) => {
                let delay = self.tcp.get_or_insert(self.delay).update(rtt);
                self.judge(rtt, Source::Tcp, delay)
            }
            Step::Repeat => {
                let rtt = self.delay.current().load;
                let delay = self.delay.update(rtt);
                self.judge(rtt, Source::LastRtt, delay)
            }
            Step::Hold => Decision::Held,
            Step::Freeze => Decision::Frozen,
            Step::Fail(why) => Decision::Failed(why),
        }
    }

    /// What CAKE should be told now.
    pub fn rates(&self) -> Both<Rate> {
        self.shapers.as_ref().map(Shaper::rate)
    }

    /// The averages of ICMP.
    pub const fn delay(&self) -> Delay {
        self.delay.current()
    }

    /// How the averages are formed.
    pub const fn delay_params(&self) -> &DelayParams {
        self.delay.params()
    }

    /// The two directions, for the state document and the reports.
    pub const fn shapers(&self) -> &Both<Shaper> {
        &self.shapers
    }

    fn judge(&mut self, rtt: Millis, source: Source, delay: Delay) -> Decision {
        Decision::Judged(Judgement {
            rtt,
            source,
            delay,
            verdicts: Both {
                down: self.shapers.down.step(delay),
                up: self.shapers.up.step(delay),
            },
        })
    }
}
