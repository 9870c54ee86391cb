//! Lines, into log files and to the console.

use core::fmt::Write as _;
use std::io::Write as _;

use log::Level;

use super::local_time::{iso_utc, text_local};
use super::log_file::LogFile;
use super::{LogFormat, ScribeParams};
use crate::program::WanId;
use crate::status::Label;
use crate::time::WallTime;

/// The logs of all WANs.
#[derive(Debug)]
pub(super) struct Logs {
    logger: &'static str,
    wans: Vec<WanLogs>,
    format: LogFormat,
    console: bool,
    debugging: bool,
}

/// One WAN's logs, open.
#[derive(Debug)]
struct WanLogs {
    name: Label,
    main: Option<LogFile>,
    debug: Option<LogFile>,
}

impl WanLogs {
    fn files(&mut self) -> impl Iterator<Item = &mut LogFile> {
        self.main.iter_mut().chain(&mut self.debug)
    }
}

impl Logs {
    /// `logger` is the first half of the `logger` of a JSON line.
    pub(super) fn new(logger: &'static str, params: ScribeParams) -> Self {
        let wans = params.wans.into_iter().map(|files| WanLogs {
            name: files.name,
            main: files.main_log.map(LogFile::new),
            debug: files.debug_log.map(LogFile::new),
        });
        Self {
            logger,
            wans: wans.collect(),
            format: params.format,
            console: params.console,
            debugging: params.debug,
        }
    }

    /// Whether debug lines are written from now on.
    pub(super) const fn debug(&mut self, on: bool) {
        self.debugging = on;
    }

    /// Whether a line so loud is written anywhere.
    pub(super) fn want(&self, level: Level) -> bool {
        level <= Level::Info || self.debugging
    }

    /// Writes what was appended.
    pub(super) fn flush(&mut self) {
        self.files().for_each(LogFile::flush);
    }

    /// The files were rotated.
    pub(super) fn reopen(&mut self) {
        self.files().for_each(LogFile::reopen);
    }

    fn files(&mut self) -> impl Iterator<Item = &mut LogFile> {
        self.wans.iter_mut().flat_map(WanLogs::files)
    }

    /// A line that concerns the process: into every log, but once to the console.
    pub(super) fn line_to_all(&mut self, at: WallTime, level: Level, text: &str) {
        let console = self.console;
        for wan in (0..).map(WanId).take(self.wans.len()) {
            self.line(wan, at, level, text);
            self.console = false;
        }
        self.console = console;
    }

    /// A line of one WAN's.
    pub(super) fn line(&mut self, wan: WanId, at: WallTime, level: Level, message: &str) {
        if !self.want(level) {
            return;
        }
        let logs = &mut self.wans[wan.index()];
        let name = &logs.name;
        let line = match self.format {
            LogFormat::Text => format!(
                "{} [{name}] [{}] {message}\n",
                text_local(at),
                level_name(level)
            ),
            LogFormat::Json => json_line(at, self.logger, name, level, message),
        };
        if level <= Level::Info
            && let Some(log) = &mut logs.main
        {
            log.append(&line);
        }
        if self.debugging
            && let Some(log) = &mut logs.debug
        {
            log.append(&line);
        }
        // v1.7's console: everything while debugging, otherwise what needs attention. The journal
        // is often that console; one it cannot take is no reason to stop.
        let wanted = self.debugging || level <= Level::Warn;
        if self.console && wanted {
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
        }
    }
}

/// v1.7's (Python's) level names.
const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warn => "WARNING",
        Level::Info => "INFO",
        Level::Debug | Level::Trace => "DEBUG",
    }
}

/// v1.7's JSON line: compact, non-ASCII escaped (contract 9.2).
fn json_line(at: WallTime, logger: &str, name: &str, level: Level, message: &str) -> String {
    let quoted = |text: &str| {
        let json = serde_json::Value::from(text).to_string();
        json.chars().fold(String::new(), |mut out, c| {
            if c.is_ascii() {
                out.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // A String takes everything.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            out
        })
    };
    format!(
        "{{\"timestamp\":\"{}\",\"level\":\"{}\",\"logger\":{},\"message\":{}}}\n",
        iso_utc(at),
        level_name(level),
        quoted(&format!("{logger}_{}", name.to_ascii_lowercase())),
        quoted(message)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_is_v1_7s() {
        let at = WallTime {
            secs: 1_763_682_869,
            nanos: 809_000_000,
        };
        assert_eq!(
            json_line(
                at,
                "cake_continuous",
                "WAN1",
                Level::Info,
                "GREEN→RED \"x\""
            ),
            "{\"timestamp\":\"2025-11-20T23:54:29.809Z\",\"level\":\"INFO\",\
             \"logger\":\"cake_continuous_wan1\",\"message\":\"GREEN\\u2192RED \\\"x\\\"\"}\n"
        );
    }
}
