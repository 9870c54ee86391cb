//! What is wanted, seen, believed, asked and told of the rule.

use crate::time::Duration;

/// Which way the rule stands, or should.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Switch {
    /// Disabled: over the primary.
    #[default]
    Off,
    /// Enabled: new latency-sensitive connections over the alternate.
    On,
}

impl Switch {
    /// On if so, else off.
    pub const fn on_if(yes: bool) -> Self {
        if yes { Self::On } else { Self::Off }
    }
}

/// What the router showed when its rules were listed and compared with the comment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// One rule has the comment, and stands so.
    One(Switch),
    /// No rule has the comment.
    Missing,
    /// So many rules have it.
    Ambiguous(u16),
}

/// What we believe of the rule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Belief {
    /// Not read since the start, since the connection was lost, or since a write.
    #[default]
    Unknown,
    /// Read as enabled.
    On,
    /// Read as disabled.
    Off,
    /// Several rules have the comment: none is touched.
    Ambiguous(u16),
    /// No rule has the comment.
    Missing,
}

/// What to ask the router.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// List the rules and tell what the one with our comment says.
    Read,
    /// Enable or disable it.
    Set(Switch),
}

/// What is worth a line about the rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RuleFact {
    /// Switched, and read back so.
    Verified(Switch),
    /// The router refused to switch it, or did not answer; told once per wish.
    WriteFailed(Switch),
    /// Written, but read back otherwise after all tries; told once per wish.
    NotVerified(Switch),
    /// Somebody else switched it so; ours is written again after this time.
    ByHand(Switch, Duration),
    /// It stands otherwise and is not left so: it is switched back to this.
    Reasserting(Switch, Since),
    /// It is as we want it again, without our doing.
    Undone(Switch),
    /// No rule has the comment: nothing can be switched.
    Missing,
    /// So many rules have the comment: nothing is switched.
    Ambiguous(u16),
    /// There is exactly one again.
    Found,
}

/// Why a rule that stands otherwise is not left so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Since {
    /// Somebody switched it, and the time for that is over.
    Grace,
    /// The router was away for so long, [`super::REBOOT`] at least, and has forgotten.
    Away(Duration),
}

impl From<Reading> for Belief {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::One(Switch::On) => Self::On,
            Reading::One(Switch::Off) => Self::Off,
            Reading::Missing => Self::Missing,
            Reading::Ambiguous(n) => Self::Ambiguous(n),
        }
    }
}
