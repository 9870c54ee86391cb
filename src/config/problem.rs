//! What is wrong with a file, in sentences with a file name, a line, a key and a way out.

use std::fmt;
use std::path::{Path, PathBuf};

/// Longest piece of a value that a message repeats, in characters.
const VALUE_SHOWN: usize = 60;

/// One sentence about one place of a file.
///
/// ```text
/// wan1.yaml:31: continuous_monitoring.download.factor_down: 1.5 is out of range; expected a number from 0.1 to 1.0
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, counted from 1; `None` where there is none to point at.
    pub line: Option<usize>,
    /// The key with all its sections, `continuous_monitoring.ping_hosts[2]`; empty for the file itself.
    pub key: String,
    /// The value as written, shortened, strings in quotes; `None` where there is none, or where it
    /// must not be repeated (passwords).
    pub value: Option<String>,
    /// What is the matter with it: `is out of range`.
    pub complaint: String,
    /// What to do about it: `expected a number from 0.1 to 1.0`, `did you mean 'port'?`.
    pub advice: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        if let Some(value) = &self.value {
            write!(f, "{value} ")?;
        }
        f.write_str(&self.complaint)?;
        match &self.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with one file; never empty.
///
/// Prints v1.7's head line, one line per problem, and the warnings: the key that is missing may be
/// the unknown one, mistyped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Report {
    /// A report of these problems, to be put in the order of their lines.
    pub(super) fn new(mut problems: Vec<Problem>, warnings: Vec<Problem>) -> Self {
        problems.sort_by_key(|p| p.line);
        Self { problems, warnings }
    }

    /// A report that the file as a whole cannot be used.
    pub(super) fn of_file(file: &Path, line: Option<usize>, sentence: impl Into<String>) -> Self {
        let problem = Problem {
            file: file.to_owned(),
            line,
            key: String::new(),
            value: None,
            complaint: sentence.into(),
            advice: None,
        };
        Self::new(vec![problem], Vec::new())
    }

    /// The problems, in the order of their lines.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is odd besides, in the order of its lines.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.problems.len();
        write!(f, "Config validation failed with {n} error(s):")?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        for warning in &self.warnings {
            write!(f, "\n  Warning: {warning}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

/// A piece of a file as a message may show it: short, on one line, no terminal control codes.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(VALUE_SHOWN)
        .flat_map(|c| {
            let plain = !c.is_control();
            let escaped = (!plain).then(|| c.escape_default()).into_iter().flatten();
            plain.then_some(c).into_iter().chain(escaped)
        })
        .collect();
    if text.chars().nth(VALUE_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_sentence_with_its_place() {
        let problem = Problem {
            file: "wan1.yaml".into(),
            line: Some(31),
            key: "continuous_monitoring.download.factor_down".into(),
            value: Some("1.5".into()),
            complaint: "is out of range".into(),
            advice: Some("expected a number from 0.1 to 1.0".into()),
        };
        assert_eq!(
            problem.to_string(),
            "wan1.yaml:31: continuous_monitoring.download.factor_down: 1.5 is out of range; \
             expected a number from 0.1 to 1.0"
        );
        assert_eq!(
            Report::of_file(Path::new("x"), None, "is empty").to_string(),
            "Config validation failed with 1 error(s):\n  - x: is empty"
        );
    }

    #[test]
    fn a_shown_value_is_short_and_harmless() {
        assert_eq!(shown("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(shown(&"x".repeat(99)).chars().count(), VALUE_SHOWN + 1);
    }
}
