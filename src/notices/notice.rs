//! One notice.

use super::When;
use super::kind::{Kind, Severity};
use crate::direction::Direction;
use crate::status::Label;
use crate::time::{Duration, WallTime};

/// What a notice is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    /// A trouble.
    Kind(Kind),
    /// Nothing: somebody wanted to see one.
    Test,
}

/// Whether it begins or ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Turn {
    /// It is there.
    Problem,
    /// It is over.
    Resolved,
}

/// What somebody should know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// What it is about.
    pub subject: Subject,
    /// Whether that begins or ends.
    pub turn: Turn,
    /// Of which WAN, by its `wan_name`.
    pub wan: Label,
    /// Of which direction, if it is one's own.
    pub direction: Option<Direction>,
    /// When the notice was made.
    pub at: When,
    /// When it began.
    pub since: WallTime,
    /// How long it has lasted, or did.
    pub lasted: Duration,
    /// How often it came and went since the notice before, without one of its own.
    pub untold: u32,
    /// One line: `wan1: the router does not answer`.
    pub title: String,
    /// What there is to say, in sentences.
    pub message: String,
    /// What to do about it; empty when it is over.
    pub advice: String,
}

impl Notice {
    /// One that tells that notices arrive.
    pub fn test(at: When, wan: &Label) -> Self {
        Self {
            subject: Subject::Test,
            turn: Turn::Problem,
            wan: wan.clone(),
            direction: None,
            at,
            since: at.wall,
            lasted: Duration::ZERO,
            untold: 0,
            title: format!("{wan}: a test"),
            message: "Somebody wanted to see a notice of wanctl. This is one.".to_owned(),
            advice: String::new(),
        }
    }

    /// How much it matters.
    pub const fn severity(&self) -> Severity {
        match (self.subject, self.turn) {
            (Subject::Kind(kind), Turn::Problem) => kind.severity(),
            (Subject::Test, _) | (_, Turn::Resolved) => Severity::Info,
        }
    }

    /// The word for what it is about.
    pub const fn kind(&self) -> &'static str {
        match self.subject {
            Subject::Kind(kind) => kind.word(),
            Subject::Test => "test",
        }
    }
}
