//! Whether a WAN's echo requests leave, told to people; the decisions see silence either way.

use super::Wan;
use super::wan::Spell;
use crate::program::{Fact, Outbox, Output, WanId};
use crate::status::{Unsent, WanStatus};
use crate::time::Instant;

impl Wan {
    pub(super) fn leaving(
        &mut self,
        now: Instant,
        id: WanId,
        unsent: Option<Unsent>,
        status: &mut WanStatus,
        out: &mut Outbox,
    ) {
        let was = &mut status.measurement.unsent;
        let fact = match (unsent, *was) {
            (Some(why), before) => {
                *was = Some((before.map_or(now, |(since, _)| since), why));
                // It may come and go for days.
                let spell = Spell::begin(now, &mut self.quotas.unsent);
                status.counters.suppressed += u64::from(!spell.is_told());
                if !self.unsent.is_some_and(Spell::is_told) {
                    self.unsent = Some(spell);
                }
                spell.is_told().then_some(Fact::Unsent { why })
            }
            (None, before) => {
                *was = None;
                let known = self.unsent.take().is_some_and(Spell::is_told);
                let ended = before.filter(|_| known);
                ended.map(|(since, _)| Fact::Leaving { after: now - since })
            }
        };
        if let Some(fact) = fact {
            out.push(Output::Tell { wan: id, fact });
        }
    }

    /// What was kept back as one of many and has turned out to last.
    pub(super) fn still_unsent(
        &mut self,
        now: Instant,
        status: &WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        if let (Some(spell), Some((_, why))) = (&mut self.unsent, status.measurement.unsent)
            && spell.outlasts(now)
        {
            tell(Fact::Unsent { why });
        }
    }
}
