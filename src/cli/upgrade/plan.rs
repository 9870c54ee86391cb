//! What was found, and what is to become of it.

use std::path::{Path, PathBuf};

/// Under which heading a file stands in the table.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Group {
    Configuration,
    Secrets,
    State,
    History,
    Logs,
    Locks,
    Services,
    Rest,
}

impl Group {
    pub(super) const ALL: [Self; 8] = [
        Self::Configuration,
        Self::Secrets,
        Self::State,
        Self::History,
        Self::Logs,
        Self::Locks,
        Self::Services,
        Self::Rest,
    ];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Secrets => "Secrets and keys",
            Self::State => "State",
            Self::History => "History",
            Self::Logs => "Logs",
            Self::Locks => "Locks",
            Self::Services => "Services",
            Self::Rest => "Program and the rest",
        }
    }
}

/// One file of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) group: Group,
    pub(super) path: String,
    /// What it is, and what happens to it.
    pub(super) fate: String,
}

/// Mode and owner that a file is to have; `None` leaves what it has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Rights {
    pub(super) path: PathBuf,
    pub(super) mode: Option<u32>,
    /// User and group.
    pub(super) owner: Option<(u32, u32)>,
}

/// What the service manager is to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Services {
    /// v1.7's that run, as far as that can be known.
    pub(super) running: Vec<String>,
    /// v1.7's that start with the machine.
    pub(super) enabled: Vec<String>,
    /// Ours, to start with the machine.
    pub(super) enable: Vec<String>,
    /// Ours, to start now.
    pub(super) start: Vec<String>,
}

impl Services {
    /// Ours, whether they start now or with the machine.
    pub(super) fn ours(&self) -> Vec<String> {
        let mut ours = self.enable.clone();
        ours.extend(self.start.clone());
        ours.sort();
        ours.dedup();
        ours
    }
}

/// Everything, before anything is done.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) rows: Vec<Row>,
    /// Why it cannot be done yet, with what to do about it.
    pub(super) obstacles: Vec<String>,
    /// What should be known before.
    pub(super) warnings: Vec<String>,
    /// Files to be kept elsewhere, as they would be in our services' way.
    pub(super) moves: Vec<PathBuf>,
    /// Files of ours, and what is in them.
    pub(super) writes: Vec<(PathBuf, String)>,
    pub(super) rights: Vec<Rights>,
    /// Configuration to keep a copy of: who goes back may have changed it meanwhile.
    pub(super) copies: Vec<PathBuf>,
    pub(super) services: Services,
}

impl Plan {
    /// A line of the table.
    pub(super) fn row(
        &mut self,
        group: Group,
        path: impl AsRef<Path>,
        fate: impl Into<String>,
    ) -> &mut Row {
        self.rows.push(Row {
            group,
            path: path.as_ref().display().to_string(),
            fate: fate.into(),
        });
        self.rows.last_mut().expect("just pushed")
    }

    /// Whether the table has this path already: two files may name one log or one database.
    pub(super) fn tells_of(&self, path: &Path) -> bool {
        let path = path.display().to_string();
        self.rows.iter().any(|row| row.path == path)
    }

    /// A file that is to be kept elsewhere, with its line of the table.
    pub(super) fn move_away(&mut self, group: Group, path: &Path, what: &str) {
        let kept = super::manifest::kept(path);
        self.row(group, path, format!("{what}; kept as {}", kept.display()));
        self.moves.push(path.to_owned());
    }

    /// Whether anything of v1.7 is in our place.
    pub(super) fn has_work(&self) -> bool {
        !self.moves.is_empty() || !self.services.enabled.is_empty()
    }
}
