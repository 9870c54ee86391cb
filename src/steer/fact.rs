//! What steering has to tell. Sentences are made of it in `report/steering`.

use super::Trouble;
use crate::program::LinkFact;
use crate::router::steering::Refusal;
use crate::status::{Label, Unsent};
use crate::steering::assessment::Assessment;
use crate::steering::confidence::Scored;
use crate::steering::fact::{self, Standing};
use crate::steering::rule::Switch;
use crate::steering::{Counts, Decides};
use crate::time::Duration;
use crate::units::Millis;

/// One cycle in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    /// `<PRIMARY>`, as in `<PRIMARY>_GOOD`.
    pub prefix: Label,
    /// Whether queue, drops and loss count, and not the delay alone.
    pub cake_aware: bool,
    /// Where the connections go.
    pub standing: Standing,
    /// How bad the primary is, and why.
    pub assessment: Assessment,
    /// The newest RTT.
    pub rtt: Option<Millis>,
    /// The baseline in use.
    pub baseline: Option<Millis>,
    /// The raw delta.
    pub delta: Option<Millis>,
    /// The average of the deltas.
    pub smoothed: Option<Millis>,
    /// Drops within one sample's time, if they are known.
    pub drops: Option<u64>,
    /// Packets waiting, if that is known.
    pub queue: Option<u64>,
    /// Rows of samples.
    pub counts: Counts,
    /// The rows needed to switch, and to switch back.
    pub needed: (u32, u32),
    /// Who decides.
    pub decides: Decides,
    /// What is wrong, if anything.
    pub trouble: Option<Trouble>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The decisions' own.
    Decision {
        /// The name in it: of the rule its comment, of the queue its name, of a standing `<PRIMARY>`, of
        /// anything else the primary.
        about: Label,
        /// What.
        fact: fact::Fact,
    },
    /// Contact with the router changed.
    Link(LinkFact),
    /// A cycle. `notable`: a minute has passed since the last one, or a row of samples grew of which no
    /// [`Fact::Progress`] tells.
    Cycle {
        /// What it saw and thought.
        cycle: Cycle,
        /// Whether it belongs into the main log.
        notable: bool,
    },
    /// A row of samples grew, or it turned bad without one.
    Progress(Cycle),
    /// Samples have decided: the connections are to go another way.
    Sustained {
        /// Which.
        to: Standing,
        /// The cycle in which.
        cycle: Cycle,
    },
    /// The confidence score has decided so.
    Scored {
        /// Which way.
        to: Standing,
        /// The score.
        scored: Scored,
    },
    /// The alternate is dead and the primary is not: the connections are to return, however bad it is.
    Forsaken,
    /// The rule is going to be switched.
    Switching {
        /// Which way.
        to: Switch,
        /// Its comment.
        comment: Label,
    },
    /// Dry run: so the rule would be switched now.
    WouldSwitch(Switch),
    /// Dry run: and it is not.
    RoutingUnchanged,
    /// There is still no baseline, some time after the start: no delay can be told.
    NoBaseline {
        /// `topology.primary_wan`, whose autorate should know one.
        primary: Label,
    },
    /// The rule could not be read or switched; told once until it changes.
    RuleRefused(Refusal),
    /// The rule does nothing, whichever way it stands: it refers to something that is not there.
    RuleInvalid,
    /// An address list has another number of entries than before, or was counted for the first time.
    Entries {
        /// Its name.
        list: Label,
        /// So many.
        count: u32,
    },
    /// Echo requests do not leave over a line.
    Unsent {
        /// Over which.
        line: Side,
        /// Why.
        why: Unsent,
    },
    /// They do again.
    Leaving {
        /// Over which.
        line: Side,
        /// How long they did not.
        after: Duration,
    },
    /// The alternate answers, or has stopped to.
    Alternate {
        /// Whether it does.
        answers: bool,
    },
    /// The process ends, and leaves the rule.
    Left {
        /// How.
        left: Left,
        /// Its comment.
        comment: Label,
    },
}

/// How the rule is left at the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Left {
    /// Seen to be disabled.
    Off,
    /// Seen to be enabled, and left so on purpose.
    On,
    /// Left as it is, and nobody knows how that is; the connections went there last.
    Unknown(Standing),
    /// It should have been disabled and was not seen to be.
    NotDisabled,
}

/// Which line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The one that is watched.
    Primary,
    /// The one that helps out.
    Alternate,
}
