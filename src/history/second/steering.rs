//! What steering tells. All of it says so in its labels: it shares the names of metrics and WAN with
//! autorate, and v1.7 threw the two together (W-22).

use super::{Labels, Recorded, Second};
use crate::control::zone::Zone;
use crate::history::metric;
use crate::history::row::Row;
use crate::router::steering::Refusal;
use crate::steer::{Cycle, Fact};
use crate::steering::fact::{Fact as Decided, Standing};
use crate::steering::rule::{RuleFact, Switch};

const SOURCE: &str = r#"{"source": "steering"}"#;

/// Its one "WAN" is `topology.primary_wan`.
impl Recorded for Fact {
    fn record(&self, second: &mut Second, out: &mut impl FnMut(Row)) {
        match self {
            Fact::Cycle { cycle, .. } => second.cycle(cycle),
            Fact::Decision {
                about,
                fact: Decided::Moved { from, to },
            } => out(second.moved(about, *from, *to)),
            Fact::Decision {
                fact: Decided::Rule(fact),
                ..
            } => second.rule(*fact).into_iter().for_each(out),
            Fact::RuleRefused(why) => out(second.refused(*why)),
            _ => {}
        }
    }
}

impl Second {
    fn cycle(&mut self, cycle: &Cycle) {
        let numbers = [
            (metric::RTT, cycle.rtt),
            (metric::BASELINE, cycle.baseline),
            (metric::DELTA, cycle.delta),
        ];
        for (metric, value) in numbers {
            if let Some(value) = value {
                self.value(metric, value.as_f64(), Some(SOURCE));
            }
        }
        let enabled = f64::from(u8::from(cycle.standing == Standing::Degraded));
        self.value(metric::STEERING_ENABLED, enabled, Some(SOURCE));
        self.value(
            metric::STATE,
            code(cycle.assessment.zone).into(),
            Some(SOURCE),
        );
    }

    fn moved(&self, prefix: &str, from: Standing, to: Standing) -> Row {
        let state = |standing: Standing| format!("{prefix}_{}", standing.word());
        let (from, now) = (state(from), state(to));
        let labels = Labels::new()
            .text("reason", format_args!("Transitioned from {from} to {now}"))
            .text("from_state", &from)
            .text("to_state", &now);
        let enabled = u8::from(to == Standing::Degraded);
        self.event(metric::STEERING_TRANSITION, enabled.into(), labels)
    }

    fn rule(&self, fact: RuleFact) -> Option<Row> {
        let (switch, outcome) = match fact {
            RuleFact::Verified(switch) => (switch, "applied"),
            RuleFact::WriteFailed(switch) => (switch, "failed"),
            RuleFact::NotVerified(switch) => (switch, "not_verified"),
            _ => return None,
        };
        let wanted = match switch {
            Switch::On => "on",
            Switch::Off => "off",
        };
        let labels = source().text("outcome", outcome).text("rule", wanted);
        let confirmed = u8::from(outcome == "applied");
        Some(self.event(metric::WRITE, confirmed.into(), labels))
    }

    fn refused(&self, why: Refusal) -> Row {
        let labels = source()
            .text("outcome", "refused")
            .text("reason", why.explain());
        self.event(metric::WRITE, 0.0, labels)
    }
}

fn source() -> Labels {
    Labels::new().text("source", "steering")
}

/// v1.7's code of a zone of steering's, which knows no SOFT_RED (contract 7.3).
const fn code(zone: Zone) -> u8 {
    match zone {
        Zone::Green => 0,
        Zone::Yellow => 1,
        Zone::SoftRed | Zone::Red => 2,
    }
}
