//! Lines, into log files and to the console.

use core::fmt::Write as _;

use log::Level;

use super::console::Console;
use super::local_time::{iso_utc, text_local};
use super::log_file::LogFile;
use super::repeats::{LeftOut, Repeats};
use super::{LogFormat, Moment, ScribeParams};
use crate::program::WanId;
use crate::status::Label;
use crate::time::{Instant, WallTime};

/// The logs of all WANs.
#[derive(Debug)]
pub(super) struct Logs {
    wans: Vec<WanLogs>,
    style: Style,
    console: Console,
    debugging: bool,
    /// For how often something was said; as of when the scribe looked last.
    now: Instant,
}

/// How lines look.
#[derive(Clone, Copy, Debug)]
struct Style {
    logger: &'static str,
    format: LogFormat,
}

/// One WAN's logs, open.
#[derive(Debug)]
struct WanLogs {
    name: Label,
    main: Option<LogFile>,
    debug: Option<LogFile>,
    repeats: Repeats<Said>,
}

/// A line, and whether the console is to have it.
#[derive(Debug)]
struct Said {
    level: Level,
    message: String,
    console: Console,
}

impl Logs {
    /// `logger` is the first half of the `logger` of a JSON line.
    pub(super) fn new(logger: &'static str, params: ScribeParams) -> Self {
        let wans = params.wans.into_iter().map(|files| WanLogs {
            name: files.name,
            main: files.main_log.map(LogFile::new),
            debug: files.debug_log.map(LogFile::new),
            repeats: Repeats::new(),
        });
        Self {
            wans: wans.collect(),
            style: Style {
                logger,
                format: params.format,
            },
            console: Console::new(params.console),
            debugging: params.debug,
            now: Instant::ZERO,
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

    /// Says what was left out for some time, and writes what was appended. Returns how many lines could not be
    /// written.
    pub(super) fn flush(&mut self, at: Moment) -> u64 {
        self.now = at.now;
        self.summarize(at, Repeats::due)
    }

    /// The process ends: says whatever was left out.
    pub(super) fn close(&mut self, at: Moment) {
        // Nobody is left to be told how many could not be written.
        let _ = self.summarize(at, Repeats::all);
    }

    fn summarize(
        &mut self,
        at: Moment,
        which: impl Fn(&mut Repeats<Said>, Instant) -> Vec<LeftOut<Said>>,
    ) -> u64 {
        let mut dropped = 0;
        for logs in &mut self.wans {
            for left_out in which(&mut logs.repeats, at.now) {
                logs.write(at.wall, self.style, &left_out.into());
            }
            dropped += logs.files().map(LogFile::flush).sum::<u64>();
        }
        dropped
    }

    /// The files were rotated.
    pub(super) fn reopen(&mut self) {
        let files = self.wans.iter_mut().flat_map(WanLogs::files);
        files.for_each(LogFile::reopen);
    }

    /// A line that concerns the process: into every log, but once to the console.
    pub(super) fn line_to_all(&mut self, at: WallTime, level: Level, text: &str) {
        let console = self.console;
        for wan in (0..).map(WanId).take(self.wans.len()) {
            self.line(wan, at, level, text);
            self.console = Console::Closed;
        }
        self.console = console;
    }

    /// A line of one WAN's: whole into the log for debugging, and elsewhere unless it was said too often.
    pub(super) fn line(&mut self, wan: WanId, at: WallTime, level: Level, message: &str) {
        if !self.want(level) {
            return;
        }
        let logs = &mut self.wans[wan.index()];
        let said = Said {
            level,
            message: message.to_owned(),
            console: self.console,
        };
        if self.debugging {
            let line = self.style.line(at, &logs.name, &said);
            self.console
                .write(level, self.style.format, &text_local(at), &line);
            if let Some(debug) = &mut logs.debug {
                debug.append(&line);
            }
            if level > Level::Info {
                return;
            }
        }
        // A console that has all of it needs no summary.
        let console = match level {
            Level::Error | Level::Warn if !self.debugging => said.console,
            _ => Console::Closed,
        };
        let (displaced, said) = logs
            .repeats
            .hear(self.now, message, Said { console, ..said });
        if let Some(left_out) = displaced {
            logs.write(at, self.style, &left_out.into());
        }
        if let Some(said) = said {
            logs.write(at, self.style, &said);
        }
    }
}

impl WanLogs {
    fn files(&mut self) -> impl Iterator<Item = &mut LogFile> {
        self.main.iter_mut().chain(&mut self.debug)
    }

    /// Into the main log and to the console.
    fn write(&mut self, at: WallTime, style: Style, said: &Said) {
        let line = style.line(at, &self.name, said);
        if let Some(main) = &mut self.main {
            main.append(&line);
        }
        said.console
            .write(said.level, style.format, &text_local(at), &line);
    }
}

impl Style {
    fn line(self, at: WallTime, name: &Label, said: &Said) -> String {
        let Said { level, message, .. } = said;
        match self.format {
            LogFormat::Text => format!(
                "{} [{name}] [{}] {message}\n",
                text_local(at),
                level_name(*level)
            ),
            LogFormat::Json => json_line(at, self.logger, name, *level, message),
        }
    }
}

/// `wan1: Refused (… 118 more in 60 s)`
impl From<LeftOut<Said>> for Said {
    fn from(left_out: LeftOut<Self>) -> Self {
        let LeftOut {
            newest,
            count,
            time,
        } = left_out;
        let secs = time.as_secs_f64();
        Self {
            message: format!("{} (… {count} more in {secs:.0} s)", newest.message),
            ..newest
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
