//! Why a dialogue ends before its end.

use std::fmt;

/// Nothing has been written then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// It cannot go on.
    Failed(String),
    /// An answer that was given beforehand is no answer.
    Bad(String),
    /// Nobody is to be asked, and these flags are missing.
    Missing(Vec<String>),
    /// Nobody answers any more.
    Ended,
    /// The person does not want it.
    Declined,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(sentence) | Self::Bad(sentence) => f.write_str(sentence),
            Self::Missing(flags) => write!(
                f,
                "these answers are missing: {}; give them as flags, or leave out --yes to be asked",
                flags.join(", ")
            ),
            Self::Ended => f.write_str("the answers ended; nothing was written"),
            Self::Declined => f.write_str("nothing was written"),
        }
    }
}

impl From<String> for Stop {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}
