//! The scenarios that come with the program, and those in files.

use std::fmt::Write as _;
use std::path::Path;

use super::complain;
use crate::config::{self, Loaded, Report};
use crate::sim::trial::story::Story;

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../configs/scenarios/", $name, ".yaml")))),*]
    };
}

/// Name and text of what `configs/scenarios` holds, from plain to odd.
const SHIPPED: [(&str, &str); 15] = shipped![
    "steps",
    "docsis-evening",
    "lte",
    "starlink",
    "on-off",
    "bursty-shallow",
    "bursty-deep",
    "both-ways",
    "upload",
    "jitter",
    "bad-reflectors",
    "weather",
    "filtered",
    "outage",
    "slow-router",
];

/// A line for each built-in scenario.
pub(super) fn list() -> String {
    let mut text = String::new();
    for (name, yaml) in SHIPPED {
        let about = match parse(name, yaml) {
            Ok(loaded) => loaded.config.about,
            Err(sentence) => sentence,
        };
        let _ = writeln!(text, "{name:16} {about}");
    }
    text
}

/// What is asked for, or everything built in.
///
/// # Errors
/// What is wrong with any of them.
pub(super) fn stories(asked: &[String]) -> Result<Vec<Story>, String> {
    let loaded: Vec<_> = if asked.is_empty() {
        let shipped = SHIPPED.iter();
        shipped.map(|(name, yaml)| parse(name, yaml)).collect()
    } else {
        asked.iter().map(|asked| find(asked)).collect()
    };
    let (mut stories, mut sentences) = (Vec::new(), Vec::new());
    for loaded in loaded {
        match loaded {
            Ok(loaded) => {
                for warning in loaded.warnings {
                    complain(&format!("Warning: {warning}"));
                }
                stories.push(loaded.config);
            }
            Err(sentence) => sentences.push(sentence),
        }
    }
    if sentences.is_empty() {
        Ok(stories)
    } else {
        Err(sentences.join("\n"))
    }
}

/// A name if there is such a scenario, else a file.
fn find(asked: &str) -> Result<Loaded<Story>, String> {
    if let Some((name, yaml)) = SHIPPED.iter().find(|(name, _)| *name == asked) {
        return parse(name, yaml);
    }
    let path = Path::new(asked);
    let is_name = path.extension().is_none() && path.components().count() == 1;
    if is_name && !path.exists() {
        let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        return Err(format!(
            "{asked}: there is no such scenario; expected one of {names}, or a file"
        ));
    }
    config::load_scenario(path).map_err(|report| said(path, &report))
}

fn parse(name: &str, yaml: &str) -> Result<Loaded<Story>, String> {
    let path = Path::new(name);
    config::parse_scenario(path, yaml.as_bytes()).map_err(|report| said(path, &report))
}

fn said(path: &Path, report: &Report) -> String {
    let mut text = format!("{}: cannot be played:", path.display());
    for problem in report.problems() {
        let _ = write!(text, "\n  - {problem}");
    }
    for warning in report.warnings() {
        let _ = write!(text, "\n  Warning: {warning}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::commands::SCENARIOS;

    #[test]
    fn every_shipped_scenario_can_be_played_and_says_what_it_is() {
        for story in stories(&[]).unwrap() {
            assert!(!story.about.is_empty(), "{}", story.name);
        }
        for (name, yaml) in SHIPPED {
            assert!(parse(name, yaml).unwrap().warnings.is_empty(), "{name}");
            assert!(
                yaml.starts_with("# "),
                "{name} begins with what it stands for"
            );
        }
        assert_eq!(list().lines().count(), SHIPPED.len());
    }

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let mut built_in = SHIPPED.map(|(name, _)| name.to_owned()).to_vec();
        files.sort();
        built_in.sort();
        assert_eq!(files, built_in);
    }

    #[test]
    fn the_page_of_the_command_knows_all_of_them() {
        assert_eq!(SHIPPED.map(|(name, _)| name), SCENARIOS);
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        let sentence = find("lte5").unwrap_err();
        assert!(sentence.starts_with("lte5: there is no such scenario; expected one of steps, "));
        let sentence = find("none/lte.yaml").unwrap_err();
        assert!(sentence.contains("there is no such file"), "{sentence}");
    }
}
