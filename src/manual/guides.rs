//! The guides: Markdown, as it lies beside this file and reads on GitHub.

use super::document::{Block, Document};
use super::markdown;

/// One guide.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    /// `routeros`: what `wanctl manual` calls it.
    pub name: &'static str,
    /// Markdown; its title says what it is about.
    pub text: &'static str,
}

macro_rules! guides {
    ($($name:literal),* $(,)?) => {
        [$(Guide { name: $name, text: include_str!(concat!("guides/", $name, ".md")) }),*]
    };
}

/// All of them, in the order in which somebody needs them.
pub static ALL: [Guide; 18] = guides![
    "install",
    "setup",
    "routeros",
    "check",
    "calibrate",
    "laws",
    "simulate",
    "link",
    "operating",
    "troubleshooting",
    "faults",
    "notices",
    "history",
    "dashboard",
    "steering",
    "prometheus",
    "security",
    "upgrade",
];

impl Guide {
    /// The title, without the text.
    pub fn summary(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }

    /// The text, without the title.
    pub fn document(&self) -> Document {
        let mut document = markdown::document(self.text);
        document
            .blocks
            .retain(|block| !matches!(block, Block::Heading(1, _)));
        document
    }
}

/// The man page that a link to a guide's file stands for.
pub(super) fn named_by(target: &str) -> Option<String> {
    let file = target.split('#').next()?.rsplit('/').next()?;
    let name = file.strip_suffix(".md")?;
    let guide = ALL.iter().find(|guide| guide.name == name)?;
    Some(format!("wanctl-{}(7)", guide.name))
}
