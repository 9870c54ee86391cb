//! v1.7's law with its averages.

use super::{Decision, Judgement, Source};
use crate::control::blackout::Step;
use crate::control::delay::{Delay, DelayTracker};
use crate::control::law::classic::Shaper;
use crate::direction::Both;
use crate::units::Millis;

#[derive(Clone, Debug)]
pub(super) struct Classic {
    delay: DelayTracker,
    /// While ICMP is silent, TCP times go to a copy of the averages that is thrown away when ICMP
    /// returns: the same arithmetic as v1.7 without spoiling the ICMP baseline (W-10).
    tcp: Option<DelayTracker>,
    shapers: Both<Shaper>,
}

impl Classic {
    pub(super) const fn new(delay: DelayTracker, shapers: Both<Shaper>) -> Self {
        Self {
            delay,
            tcp: None,
            shapers,
        }
    }

    pub(super) fn step(&mut self, step: Step) -> Decision {
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

    pub(super) const fn delay(&self) -> Delay {
        self.delay.current()
    }

    pub(super) const fn spike_above(&self) -> Millis {
        self.delay.params().spike_above
    }

    pub(super) const fn baseline_bounds(&self) -> (Millis, Millis) {
        self.delay.params().baseline_bounds
    }

    pub(super) const fn shapers(&self) -> &Both<Shaper> {
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
