//! Whether a WAN's echo requests leave, told to people; the decisions see silence either way.

use super::Wan;
use super::wan::is_due;
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
                is_due(&mut self.unsent_told_at, now).then_some(Fact::Unsent { why })
            }
            (None, before) => {
                *was = None;
                before.map(|(since, _)| Fact::Leaving { after: now - since })
            }
        };
        if let Some(fact) = fact {
            out.push(Output::Tell { wan: id, fact });
        }
    }
}
