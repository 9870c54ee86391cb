//! What steering's facts mean.

use super::notice::Notice;
use super::trouble::{Pace, Trouble};
use super::words::{self, Cause};
use super::{NoticeParams, Watch, When};
use crate::program::LinkFact;
use crate::router::Failure;
use crate::status::Label;
use crate::steer::{Cycle, Fact, Trouble as Wrong};
use crate::steering::fact::{self, Standing};
use crate::time::Duration;

/// Watches steering.
#[derive(Clone, Debug)]
pub struct SteeringWatch {
    name: Label,
    params: NoticeParams,
    link: Option<Failure>,
    wrong: Option<Wrong>,
    steering: Trouble,
    router: Trouble,
    rule: Trouble,
}

impl SteeringWatch {
    /// One that has seen nothing yet.
    pub fn new(name: &Label, params: NoticeParams) -> Self {
        let trouble = |after| {
            Trouble::new(Pace {
                after,
                cooldown: params.cooldown,
            })
        };
        Self {
            name: name.clone(),
            params,
            link: None,
            wrong: None,
            steering: trouble(Duration::ZERO),
            router: trouble(params.outage),
            rule: trouble(params.outage),
        }
    }

    fn cycle(&mut self, when: When, cycle: &Cycle) {
        self.stands(when, cycle.standing);
        let unreachable = cycle.trouble == Some(Wrong::RouterUnreachable);
        self.router.set(when, unreachable);
        if unreachable {
            // Of a rule that nobody sees there is no news.
            return;
        }
        let of_rule = cycle.trouble.filter(|wrong| {
            matches!(
                wrong,
                Wrong::RuleMissing
                    | Wrong::RuleAmbiguous
                    | Wrong::RuleInvalid
                    | Wrong::RuleRefused
                    | Wrong::RuleBehind
            )
        });
        self.wrong = of_rule.or(self.wrong);
        self.rule.set(when, of_rule.is_some());
    }

    fn stands(&mut self, when: When, standing: Standing) {
        self.steering.set(when, standing == Standing::Degraded);
    }

    fn causes(&mut self, when: When) -> impl Iterator<Item = (Cause, super::trouble::Told)> {
        let link = self.link.unwrap_or(Failure::TimedOut);
        let wrong = self.wrong.unwrap_or(Wrong::RuleBehind);
        [
            (Cause::Steering, self.steering.due(when)),
            (Cause::Router(link), self.router.due(when)),
            (Cause::Rule(wrong), self.rule.due(when)),
        ]
        .into_iter()
        .filter_map(|(cause, told)| Some((cause, told?)))
    }
}

impl Watch<Fact> for SteeringWatch {
    fn hear(&mut self, when: When, fact: &Fact) {
        match fact {
            Fact::Cycle { cycle, .. } => self.cycle(when, cycle),
            Fact::Decision {
                fact: fact::Fact::Moved { to, .. },
                ..
            } => self.stands(when, *to),
            Fact::Link(LinkFact::Failed { why, .. }) => self.link = Some(*why),
            _ => {}
        }
    }

    fn due(&mut self, when: When) -> Vec<Notice> {
        let name = self.name.clone();
        let causes = self.causes(when);
        let mut notices: Vec<_> = causes
            .map(|(cause, told)| words::notice(when, &name, cause, told))
            .collect();
        notices.retain(|notice| self.params.want(notice));
        notices
    }
}
