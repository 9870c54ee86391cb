//! Works off the queue: lines to logs, states to documents.

use core::fmt::Write as _;
use core::marker::PhantomData;
use std::io::Write as _;

use log::Level;

use super::files::write_state;
use super::local_time::{iso_local, iso_utc, text_local};
use super::log_file::LogFile;
use super::{Desk, LogFormat, Record, RecordOf, ScribeParams, WanFiles};
use crate::report::{Line, Report};
use crate::time::WallTime;

/// One WAN's files, open.
#[derive(Debug)]
struct Desktop {
    files: WanFiles,
    main: Option<LogFile>,
    debug: Option<LogFile>,
    /// The last complaint about each state path, so that a full disk is reported once.
    unsaved: Vec<Option<String>>,
}

impl Desktop {
    fn logs(&mut self) -> impl Iterator<Item = &mut LogFile> {
        self.main.iter_mut().chain(&mut self.debug)
    }
}

/// Everything the scribe writes to.
#[derive(Debug)]
pub(super) struct Writer<P> {
    wans: Vec<Desktop>,
    format: LogFormat,
    console: bool,
    debugging: bool,
    lost_told: u64,
    program: PhantomData<P>,
}

impl<P: Report> Writer<P> {
    pub(super) fn new(params: ScribeParams) -> Self {
        let desktop = |files: WanFiles| Desktop {
            main: files.main_log.clone().map(LogFile::new),
            debug: files.debug_log.clone().map(LogFile::new),
            unsaved: vec![None; files.states.len()],
            files,
        };
        Self {
            wans: params.wans.into_iter().map(desktop).collect(),
            format: params.format,
            console: params.console,
            debugging: params.debug,
            lost_told: 0,
            program: PhantomData,
        }
    }

    /// Writes down all that waits.
    pub(super) fn work_off(&mut self, from: &Desk<P::Saved, P::Fact>) {
        use std::sync::atomic::Ordering::Relaxed;
        self.debugging = from.debug.load(Relaxed);
        let mut newest = None;
        while let Some(entry) = from.queue.pop() {
            newest = Some(entry.at);
            self.write(entry.at, &entry.record);
            if let Record::Save { saved, .. } = entry.record {
                // Who has no use for it lets it lie until there is no more room.
                let _ = from.written.push(saved);
            }
        }
        let unsaved = self.wans.iter().flat_map(|wan| &wan.unsaved).flatten();
        from.unsaved
            .store(u32::try_from(unsaved.count()).unwrap_or(u32::MAX), Relaxed);
        let lost = from.lost.load(Relaxed);
        if let Some(at) = newest
            && lost > self.lost_told
        {
            let text = format!(
                "{} records lost: the disk is too slow",
                lost - self.lost_told
            );
            self.lost_told = lost;
            self.line_to_all(at, Level::Warn, &text);
        }
        for wan in &mut self.wans {
            wan.logs().for_each(LogFile::flush);
        }
    }

    fn write(&mut self, at: WallTime, record: &RecordOf<P>) {
        match record {
            Record::Fact { wan, fact } => {
                let name = self.wans[wan.index()].files.name.clone();
                let line = Line::<P> { wan: &name, fact };
                self.line(wan.index(), at, P::level(fact), &line.to_string());
            }
            Record::Line { wan, level, text } => match wan {
                Some(wan) => self.line(wan.index(), at, *level, text),
                None => self.line_to_all(at, *level, text),
            },
            Record::Save { wan, saved } => {
                let document = P::document(saved, &|ago| iso_local(at.before(ago)));
                self.save(wan.index(), at, &document);
            }
            Record::Reopen => {
                for wan in &mut self.wans {
                    wan.logs().for_each(LogFile::reopen);
                }
            }
        }
    }

    fn line_to_all(&mut self, at: WallTime, level: Level, text: &str) {
        let console = self.console;
        for wan in 0..self.wans.len() {
            self.line(wan, at, level, text);
            // Into every log, but once to the console.
            self.console = false;
        }
        self.console = console;
    }

    fn line(&mut self, wan: usize, at: WallTime, level: Level, message: &str) {
        if level > Level::Info && !self.debugging {
            return;
        }
        let desktop = &mut self.wans[wan];
        let name = &desktop.files.name;
        let line = match self.format {
            LogFormat::Text => format!(
                "{} [{name}] [{}] {message}\n",
                text_local(at),
                level_name(level)
            ),
            LogFormat::Json => json_line(at, P::LOGGER, name, level, message),
        };
        if level <= Level::Info
            && let Some(log) = &mut desktop.main
        {
            log.append(&line);
        }
        if self.debugging
            && let Some(log) = &mut desktop.debug
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

    fn save(&mut self, wan: usize, at: WallTime, document: &str) {
        let name = self.wans[wan].files.name.clone();
        for n in 0..self.wans[wan].files.states.len() {
            let desktop = &mut self.wans[wan];
            let path = &desktop.files.states[n];
            let complaint = write_state(path, document)
                .err()
                .map(|e| format!("{name}: Could not save state: {}: {e}", path.display()));
            if complaint != desktop.unsaved[n] {
                desktop.unsaved[n].clone_from(&complaint);
                let (level, text) = match complaint {
                    Some(text) => (Level::Warn, text),
                    None => (Level::Info, format!("{name}: State is saved again")),
                };
                self.line(wan, at, level, &text);
            }
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
