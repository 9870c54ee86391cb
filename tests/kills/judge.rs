//! What must be there after a kill.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;
use wanctl::time::Instant;

use crate::moment::{BATCH, Kind};
use crate::router::Held;
use crate::tally::Found;
use crate::victim::{HALF_STATE, HISTORY, LOG, Role, STATE, STDERR};

/// How long a machine with a hundred daemons, and perhaps a compiler beside them, may keep one of them waiting; in
/// seconds, as all here.
const BUSY: i64 = 10;
/// What may be lost of the history: a batch.
const MAY_BE_LOST: i64 = BATCH.as_secs().cast_signed() + BUSY;
/// Between two seconds of a history.
const WIDEST_GAP: i64 = BUSY;
/// The state document is written with the first beat; another thread does it.
const SAVED_WITHIN: i64 = BUSY;
/// Afterwards, what the router was told is in it within a second (`Saver` of either daemon).
const BEHIND: Duration = Duration::from_secs(1 + BUSY.unsigned_abs());
/// Whatever lies in a directory that was lived in a thousand times.
const FILES: &[&str] = &[
    STATE,
    HALF_STATE,
    LOG,
    HISTORY,
    // SQLite's own, until a new file has a log.
    "metrics.db-journal",
    "metrics.db-wal",
    "metrics.db-shm",
    STDERR,
    "debug.log",
    "lock",
    // Where v1.7 has looked for it.
    "lock_state.json",
    "lock_state.json.tmp",
    "notify",
    "wan1.yaml",
    "wan1_state.json",
    "wan1_state.json.tmp",
    "steering.yaml",
];

/// What the log must not say after a restart.
const COMPLAINTS: &[&str] = &[
    "[ERROR]",
    "orrupt",
    "Could not",
    "cannot",
    "No history",
    "communication failed",
    "by hand",
    "not as it was left",
];

/// When and how a life ended.
#[derive(Debug)]
pub(crate) struct Death {
    pub(crate) kind: Kind,
    /// When it said that it was ready.
    pub(crate) ready: Option<SystemTime>,
    pub(crate) killed: SystemTime,
    /// The same by the router's clock.
    pub(crate) at: Instant,
}

/// Judges what one victim leaves.
#[derive(Debug)]
pub(crate) struct Judge {
    role: Role,
    home: PathBuf,
    /// It can show the history.
    binary: PathBuf,
    /// Where copies are looked at.
    desk: TempDir,
    /// Of the log, what was judged already.
    read: u64,
    /// Rows that were there after the last kill.
    rows: i64,
    /// Whether there was a state document after any kill.
    had_state: bool,
}

impl Judge {
    pub(crate) fn new(role: Role, home: &Path, binary: &Path) -> Self {
        Self {
            role,
            home: home.to_owned(),
            binary: binary.to_owned(),
            desk: tempfile::tempdir().expect("a place for temporary files"),
            read: 0,
            rows: 0,
            had_state: false,
        }
    }

    /// What a kill left, or what is wrong with it.
    pub(crate) fn examine(&mut self, death: &Death, held: &Held) -> Result<Found, String> {
        let of = |what: &str, e: String| format!("killed {}: {what}: {e}", death.kind);
        self.litter().map_err(|e| of("its directory", e))?;
        let behind = self.state(death, held).map_err(|e| of("its state", e))?;
        self.complaints().map_err(|e| of("its log", e))?;
        let lost = self.history(death).map_err(|e| of("its history", e))?;
        Ok(Found {
            kind: death.kind,
            ready: death.ready.is_some(),
            half: self.home.join(HALF_STATE).exists(),
            rows: self.rows,
            behind,
            lost,
        })
    }

    /// Nothing piles up.
    fn litter(&self) -> Result<(), String> {
        for entry in fs::read_dir(&self.home).map_err(|e| e.to_string())? {
            let name = entry.map_err(|e| e.to_string())?.file_name();
            if !FILES.iter().any(|file| name == *file) {
                return Err(format!("it left {}", name.display()));
            }
        }
        Ok(())
    }

    /// The old document or the new one, never a mixture and never none, and one of this life as soon as it could be.
    /// For how many seconds of this life it was behind the router.
    fn state(&mut self, death: &Death, held: &Held) -> Result<f64, String> {
        let path = self.home.join(STATE);
        let ran = death
            .ready
            .map_or(0, |ready| seconds(death.killed) - seconds(ready));
        let text = match fs::read(&path) {
            Err(_) if !self.had_state && ran <= SAVED_WITHIN => return Ok(0.0),
            read => read.map_err(|e| e.to_string())?,
        };
        self.had_state = true;
        let document: Value = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
        let key = match self.role {
            Role::Autorate => "last_applied",
            Role::Steering => "current_state",
        };
        if document[key].is_null() {
            return Err(format!("no {key} in {document}"));
        }
        let written = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let written = written.map_err(|e| e.to_string())?;
        match death.ready {
            Some(ready) if ran > SAVED_WITHIN && seconds(written) < seconds(ready) - 1 => Err(
                format!("{ran} s after the start it was that of another life"),
            ),
            _ => behind(&document, death, held),
        }
    }

    /// Every line is whole but the last one, and none complains: not of what the kill before has left, either.
    fn complaints(&mut self) -> Result<(), String> {
        let stderr = fs::read_to_string(self.home.join(STDERR)).map_err(|e| e.to_string())?;
        if let Some(line) = stderr.lines().find(|line| complains(line)) {
            return Err(format!("it said {line}"));
        }
        // Killed before it had one.
        let Ok(mut file) = fs::File::open(self.home.join(LOG)) else {
            return Ok(());
        };
        let mut text = String::new();
        file.seek(SeekFrom::Start(self.read))
            .and_then(|_| file.read_to_string(&mut text))
            .map_err(|e| e.to_string())?;
        self.read += text.len() as u64;
        for line in text.lines() {
            if complains(line) {
                return Err(format!("it complained: {line}"));
            }
            if !line.starts_with("20") || !line.contains("] ") {
                return Err(format!("half a line: {line:?}"));
            }
        }
        Ok(())
    }

    /// Whole; nothing that was there has gone, and of this life all is there but what may be lost. How much was.
    fn history(&mut self, death: &Death) -> Result<Option<i64>, String> {
        let path = self.home.join(HISTORY);
        // Killed before there was one, or before it was one.
        if fs::metadata(&path).map_or(0, |metadata| metadata.len()) == 0 {
            return if self.rows == 0 {
                Ok(None)
            } else {
                Err("gone".into())
            };
        }
        let said = |e: rusqlite::Error| e.to_string();
        let db = Connection::open(self.copy()?).map_err(said)?;
        let check: String = db
            .query_row("PRAGMA quick_check", [], |row| row.get(0))
            .map_err(said)?;
        if check != "ok" {
            return Err(check);
        }
        let tables = "SELECT count(*) FROM sqlite_master WHERE name = 'metrics'";
        let tables: i64 = db.query_row(tables, [], |row| row.get(0)).map_err(said)?;
        let rows = match tables {
            0 => 0,
            _ => db
                .query_row("SELECT count(*) FROM metrics", [], |row| row.get(0))
                .map_err(said)?,
        };
        if rows < self.rows {
            return Err(format!("{rows} rows of {}", self.rows));
        }
        self.rows = rows;
        self.this_life(&db, death)
    }

    /// The next start is to find what the kill has left, not what we have mended by looking.
    fn copy(&self) -> Result<PathBuf, String> {
        for ending in ["", "-journal", "-wal"] {
            let name = format!("{HISTORY}{ending}");
            let (from, to) = (self.home.join(&name), self.desk.path().join(&name));
            let done = if from.exists() {
                fs::copy(from, to).map(|_| ())
            } else if to.exists() {
                fs::remove_file(to)
            } else {
                Ok(())
            };
            done.map_err(|e| e.to_string())?;
        }
        Ok(self.desk.path().join(HISTORY))
    }

    fn this_life(&self, db: &Connection, death: &Death) -> Result<Option<i64>, String> {
        let killed = seconds(death.killed);
        let Some(ready) = death.ready.map(seconds) else {
            return Ok(None);
        };
        // A batch that is under way counts as lost.
        if killed - ready <= MAY_BE_LOST || death.kind == Kind::Recording {
            return Ok(None);
        }
        let mut newest = ready;
        let words = "SELECT DISTINCT timestamp FROM metrics \
                     WHERE wan_name = 'wan1' AND metric_name = 'wanctl_rtt_ms' AND timestamp >= ?1 ORDER BY timestamp";
        let mut statement = db.prepare(words).map_err(|e| e.to_string())?;
        let rows = statement.query_map([ready], |row| row.get::<_, i64>(0));
        for second in rows.map_err(|e| e.to_string())? {
            let second = second.map_err(|e| e.to_string())?;
            if second - newest > WIDEST_GAP {
                return Err(format!("nothing between {newest} and {second}"));
            }
            newest = second;
        }
        let lost = killed - newest;
        if lost > MAY_BE_LOST {
            return Err(format!(
                "the last {lost} s are missing, after {} s",
                killed - ready
            ));
        }
        self.is_shown(newest)?;
        Ok(Some(lost))
    }

    /// What a person would ask.
    fn is_shown(&self, second: i64) -> Result<(), String> {
        let mut command = Command::new(&self.binary);
        command
            .args([
                "history",
                "--wan",
                "wan1",
                "--json",
                "--metrics",
                "wanctl_rtt_ms",
                "--db",
            ])
            .arg(self.home.join(HISTORY))
            .args(["--last", "2m"]);
        let output = command.output().map_err(|e| e.to_string())?;
        let shown = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && shown.contains(&second.to_string()) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`wanctl history` shows no {second}: {shown}{said}"))
    }
}

/// For how many seconds of a life the router has held something else than the document says.
fn behind(document: &Value, death: &Death, held: &Held) -> Result<f64, String> {
    let (Some(left), Some(ready)) = (held.left(document)?, death.ready) else {
        return Ok(0.0);
    };
    let ran = death.killed.duration_since(ready).unwrap_or_default();
    let behind = (death.at - left).as_secs_f64().min(ran.as_secs_f64());
    if behind > BEHIND.as_secs_f64() {
        return Err(format!(
            "for {behind:.1} s the router had held something else than {document}"
        ));
    }
    Ok(behind)
}

/// Whether a line complains of what an earlier life has left; of the line itself, which is really bad, it may.
fn complains(line: &str) -> bool {
    COMPLAINTS.iter().any(|words| line.contains(words))
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs().cast_signed()
}
