//! Findings as a page for people, and as JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::finding::{Finding, Place, Severity, Subject};
use crate::manual::wrap::hang;

/// As wide as people like to read.
pub(super) const WIDTH: usize = 100;
/// Below that, words stand alone.
pub(super) const NARROWEST: usize = 60;
/// Under the words, beside the severity.
const INDENT: &str = "           ";

/// What was found about one WAN.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// The file, as it was named.
    pub(super) file: String,
    /// Its WAN and router, if the file could be read.
    pub(super) about: Option<String>,
    pub(super) findings: Vec<Finding>,
}

/// The page, in lines of at most so many columns.
pub(super) fn text(reports: &[Report], width: usize) -> String {
    let mut page = String::new();
    for report in reports {
        page.push_str(&report.file);
        if let Some(about) = &report.about {
            let _ = write!(page, ": {about}");
        }
        page.push('\n');
        for subject in Subject::ALL {
            let mut findings = report
                .findings
                .iter()
                .filter(|f| f.subject == subject)
                .peekable();
            if findings.peek().is_some() {
                let _ = writeln!(page, "\n{}", subject.title());
                findings.for_each(|finding| paragraph(&mut page, finding, width));
            }
        }
        page.push('\n');
    }
    page.push_str(&summary(reports));
    page
}

/// One finding, its words in lines of at most so many columns.
pub(super) fn paragraph(page: &mut String, finding: &Finding, width: usize) {
    let word = match finding.severity {
        Severity::Ok => "ok",
        Severity::Note => "note",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    };
    hang(page, &format!("  {word:<9}"), &finding.what, width);
    if !finding.why.is_empty() {
        hang(page, INDENT, &finding.why, width);
    }
    let mut before = None;
    for step in &finding.fix {
        if step.place == Place::Advice {
            hang(page, INDENT, &step.text, width);
        } else {
            if before != Some(step.place) {
                let _ = writeln!(page, "{INDENT}→ {}", step.place.title());
            }
            // To be copied: never wrapped.
            for line in step.text.lines() {
                let _ = writeln!(page, "{INDENT}    {line}");
            }
        }
        before = Some(step.place);
    }
}

fn summary(reports: &[Report]) -> String {
    let count = |severity| all(reports).filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let counts = format!(
        "{}, {}, {}; {} fine.",
        plural(errors, "error"),
        plural(warnings, "warning"),
        plural(count(Severity::Note), "note"),
        count(Severity::Ok)
    );
    let verdict = match (errors, warnings) {
        (0, 0) => "Nothing to do.",
        (0, _) => "wanctl works like this, but not as well or as safely as it could.",
        (1, _) => "Begin with the error: wanctl cannot do its work like this.",
        _ => "Begin with the errors: wanctl cannot do its work like this.",
    };
    format!("{counts}\n{verdict}\n")
}

fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

fn all(reports: &[Report]) -> impl Iterator<Item = &Finding> {
    reports.iter().flat_map(|report| &report.findings)
}

/// The worst there is.
pub(super) fn worst(reports: &[Report]) -> Severity {
    let severities = all(reports).map(|finding| finding.severity);
    severities.max().unwrap_or(Severity::Ok)
}

#[derive(Serialize)]
struct Row<'r> {
    file: &'r str,
    #[serde(flatten)]
    finding: &'r Finding,
}

/// One array, a finding per object.
pub(super) fn json(reports: &[Report]) -> String {
    let rows: Vec<Row<'_>> = reports
        .iter()
        .flat_map(|report| {
            let row = |finding| Row {
                file: &report.file,
                finding,
            };
            report.findings.iter().map(row)
        })
        .collect();
    // Strings and enums always serialize.
    let mut text = serde_json::to_string_pretty(&rows).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let long = "the download queue lets bursts through for a tenth of a second, which is longer than \
                    any call or game forgives";
        Report {
            file: "wan1.yaml".into(),
            about: Some("wan1".into()),
            findings: vec![
                Finding::warning(Subject::Download, "queue-bucket", long)
                    .why("Short.")
                    .on_router("/queue tree set [find name=\"a\"] bucket-size=0.01")
                    .on_router("/second line")
                    .in_file("router:\n  port: 443"),
                Finding::ok(Subject::Machine, "ping", "may ping"),
            ],
        }
    }

    #[test]
    fn a_page_is_grouped_wrapped_and_summed_up() {
        let expected = "\
wan1.yaml: wan1

This machine
  ok       may ping

The download queue
  WARNING  the download queue lets bursts through for a tenth of a second, which is longer than any
           call or game forgives
           Short.
           → on the router:
               /queue tree set [find name=\"a\"] bucket-size=0.01
               /second line
           → in the file:
               router:
                 port: 443

0 errors, 1 warning, 0 notes; 1 fine.
wanctl works like this, but not as well or as safely as it could.
";
        assert_eq!(text(&[report()], WIDTH), expected);
        assert_eq!(worst(&[report()]), Severity::Warning);
    }

    #[test]
    fn json_is_an_array_of_flat_objects() {
        let rows: serde_json::Value = serde_json::from_str(&json(&[report()])).unwrap();
        assert_eq!(rows[0]["id"], "queue-bucket");
        assert_eq!(rows[0]["severity"], "warning");
        assert_eq!(rows[0]["fix"][0]["place"], "router");
        assert_eq!(rows[1]["subject"], "machine");
        assert_eq!(rows[1]["file"], "wan1.yaml");
    }
}
