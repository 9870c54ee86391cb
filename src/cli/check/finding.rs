//! One thing a check has to say.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// wanctl works, but worse than it could, or less safely.
    Warning,
    /// wanctl cannot do its work.
    Error,
}

/// What it is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Subject {
    /// The file.
    Config,
    /// This machine and user.
    Machine,
    /// The router and the way to it.
    Router,
    /// The download queue.
    Download,
    /// The upload queue.
    Upload,
    /// What writes cost.
    Writes,
    /// The mangle rule of a steering file.
    Rule,
    /// The primary line of a steering file, and its autorate.
    Primary,
    /// The alternate line of a steering file.
    Alternate,
}

impl Subject {
    /// All, in the order of a report.
    pub(super) const ALL: [Self; 9] = [
        Self::Config,
        Self::Machine,
        Self::Router,
        Self::Download,
        Self::Upload,
        Self::Writes,
        Self::Rule,
        Self::Primary,
        Self::Alternate,
    ];

    /// The heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Config => "The file",
            Self::Machine => "This machine",
            Self::Router => "The router",
            Self::Download => "The download queue",
            Self::Upload => "The upload queue",
            Self::Writes => "What a write costs",
            Self::Rule => "The mangle rule",
            Self::Primary => "The primary line and its autorate",
            Self::Alternate => "The alternate line",
        }
    }
}

impl From<crate::direction::Direction> for Subject {
    fn from(direction: crate::direction::Direction) -> Self {
        match direction {
            crate::direction::Direction::Down => Self::Download,
            crate::direction::Direction::Up => Self::Upload,
        }
    }
}

/// Where a step of a fix is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    /// A RouterOS terminal.
    Router,
    /// The file; the text is YAML to be merged into it.
    Config,
    /// A shell on this machine.
    Shell,
    /// None of these: advice in words.
    Advice,
}

impl Place {
    /// What stands before the step.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Router => "on the router:",
            Self::Config => "in the file:",
            Self::Shell => "in a shell:",
            Self::Advice => "",
        }
    }
}

/// One step of a fix.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Step {
    pub(super) place: Place,
    pub(super) text: String,
}

/// What is so, why it matters, what to do.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Finding {
    /// Stays the same from release to release.
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) subject: Subject,
    pub(super) what: String,
    /// Empty where all is well.
    pub(super) why: String,
    pub(super) fix: Vec<Step>,
}

impl Finding {
    fn new(severity: Severity, subject: Subject, id: &'static str, what: String) -> Self {
        Self {
            id,
            severity,
            subject,
            what,
            why: String::new(),
            fix: Vec::new(),
        }
    }

    pub(super) fn ok(subject: Subject, id: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Ok, subject, id, what.into())
    }

    pub(super) fn note(subject: Subject, id: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Note, subject, id, what.into())
    }

    pub(super) fn warning(subject: Subject, id: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, subject, id, what.into())
    }

    pub(super) fn error(subject: Subject, id: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, subject, id, what.into())
    }

    #[must_use]
    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    #[must_use]
    pub(super) fn on_router(self, command: impl Into<String>) -> Self {
        self.step(Place::Router, command.into())
    }

    #[must_use]
    pub(super) fn in_file(self, yaml: impl Into<String>) -> Self {
        self.step(Place::Config, yaml.into())
    }

    #[must_use]
    pub(super) fn in_shell(self, command: impl Into<String>) -> Self {
        self.step(Place::Shell, command.into())
    }

    #[must_use]
    pub(super) fn advice(self, words: impl Into<String>) -> Self {
        self.step(Place::Advice, words.into())
    }

    fn step(mut self, place: Place, text: String) -> Self {
        self.fix.push(Step { place, text });
        self
    }
}
