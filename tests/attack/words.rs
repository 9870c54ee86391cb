//! What people write by hand: command lines, times, the file of secrets.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use wanctl::cli::args::{self, Command};
use wanctl::cli::secret::assigned;
use wanctl::cli::steering::assemble;
use wanctl::config;
use wanctl::shell::when;

/// Seconds from year 1 to the end of year 9999, with a day to spare for time zones.
const YEARS: core::ops::Range<i64> = -62_135_683_200..253_402_387_200;
const VARIABLE: &str = "ROUTER_PASSWORD";

/// A time is within the years that can be written; the same time further east is so much earlier; and a duration is what
/// its digits say.
pub(crate) fn times_sound(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(at) = when::timestamp(&text) {
        assert!(YEARS.contains(&at), "{text}: {at}");
        let local = text.len() >= 16 && !text[10..].contains(['Z', 'z', '+', '-']);
        if local {
            let [here, east] =
                ["Z", "+05:30"].map(|zone| when::timestamp(&format!("{text}{zone}")));
            let (here, east) = (here.expect("the same"), east.expect("the same"));
            assert_eq!(here - east, 19_800, "{text}");
            assert!(
                (here - at).abs() <= 26 * 3_600,
                "{text}: {at} is not near {here}"
            );
        }
    }
    if let Some(span) = when::duration(&text) {
        assert!(span >= 0);
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let count: i64 = digits.parse().unwrap_or(i64::MAX);
        assert!(
            span >= count && (count == 0) == (span == 0),
            "{text}: {span}"
        );
    }
}

/// Lines for systemd's `EnvironmentFile=`: the value that is found stands in its line, and is the last one.
pub(crate) fn secrets_sound(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(value) = assigned(&text, VARIABLE) {
        let line = text.lines().rfind(|line| {
            let line = line.trim().strip_prefix(VARIABLE);
            line.is_some_and(|rest| rest.starts_with('='))
        });
        assert!(line.expect("where it was found").contains(value));
        assert!(!value.contains('\n'));
    }
    // Whatever stands above it, a line of ours is found as it was written.
    let password = "a $b \"c\" #1";
    let added = format!("{text}\n{VARIABLE}='{password}'\n");
    assert_eq!(assigned(&added, VARIABLE), Some(password), "{text:?}");
    // Nothing else is taken for it.
    let other = text.replace(VARIABLE, "OTHER");
    assert_eq!(assigned(&other, VARIABLE), None, "{other:?}");
}

/// A command line is understood or refused with a sentence; a range of `wanctl history` is as it was written.
pub(crate) fn command_line_sound(bytes: &[u8]) {
    let words = bytes.split(|byte| *byte == 0 || *byte == b'\n');
    let words = words.map(|word| OsString::from_vec(word.to_vec()));
    match args::parse([OsString::from("wanctl")].into_iter().chain(words)) {
        Err(usage) => assert!(usage.to_string().contains("wanctl: error: ")),
        Ok(Command::History(asked)) => {
            assert!(asked.last.is_none_or(|seconds| seconds >= 0));
            let times = [asked.from, asked.to].into_iter().flatten();
            assert!(times.into_iter().all(|at| YEARS.contains(&at)));
            let names = &asked.metrics;
            assert!(
                names
                    .iter()
                    .all(|name| !name.is_empty() && !name.contains(','))
            );
        }
        Ok(_) => {}
    }
}

/// A steering file or a scenario is used, or refused with a reason.
pub(crate) fn steering_config_sound(bytes: &[u8]) {
    let path = Path::new("fuzz.yaml");
    match config::parse_steering(path, bytes) {
        Err(report) => assert!(!report.to_string().is_empty()),
        Ok(loaded) => {
            for warning in &loaded.warnings {
                assert!(!warning.to_string().is_empty());
            }
            super::steering::a_while(assemble::params(&loaded.config, None));
        }
    }
    if let Err(report) = config::parse_scenario(path, bytes) {
        assert!(!report.to_string().is_empty());
    }
}
