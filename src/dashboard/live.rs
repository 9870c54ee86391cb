//! `/api/live`: everything there is to say about now.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Settings;
use super::sources::{Seen, Sources};
use super::words::health;
use super::words::{self, Span};
use crate::history::database::Database;
use crate::history::metric;
use crate::history::trouble::{Kind, Trouble};
use crate::shell::clock::Clock;
use crate::time::Instant;

/// Where there is no history.
pub(super) const NO_HISTORY: &str =
    "no history is kept: storage.db_path is empty in the configuration";

/// What `/api/live` says.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    now: u64,
    version: &'static str,
    sources: Vec<Source>,
    wans: Vec<Heard<words::wan::Wan>>,
    steering: Vec<Heard<words::steering::Steering>>,
    history: History,
}

/// An address that is asked.
#[derive(Debug, Serialize)]
struct Source {
    address: String,
    /// `autorate` or `steering`, once it has answered.
    kind: Option<&'static str>,
    answers: bool,
    sentence: String,
    /// What it says is wrong, besides its lines.
    problem: Option<&'static str>,
}

/// What a daemon says, or said when it was last heard.
#[derive(Debug, Serialize)]
struct Heard<T> {
    /// Seconds since its daemon fell silent; `null`: it has not.
    silent_for: Option<f64>,
    #[serde(flatten)]
    what: T,
}

/// What can be charted.
#[derive(Debug, Default, Serialize)]
struct History {
    /// Why nothing can.
    problem: Option<String>,
    wans: Vec<String>,
    /// The first and the last second.
    bounds: Option<(i64, i64)>,
}

/// Download, upload, in Mbit/s.
type Known = BTreeMap<String, (f64, f64)>;

/// Puts it together.
pub(super) fn document(settings: &Settings, sources: &Sources, clock: Clock) -> Document {
    let (history, mut ceilings) = survey(settings.database.as_deref());
    // The files are newer than what was recorded at a start.
    for own in &settings.ceilings {
        ceilings.insert(own.wan.clone(), (own.download, own.upload));
    }
    let mut document = Document {
        now: clock.wall().secs,
        version: env!("CARGO_PKG_VERSION"),
        sources: Vec::new(),
        wans: Vec::new(),
        steering: Vec::new(),
        history,
    };
    for (address, seen) in sources.seen() {
        document.hear(address, seen, clock.now(), &ceilings);
    }
    document
}

impl Document {
    fn hear(&mut self, address: &str, seen: Seen, now: Instant, ceilings: &Known) {
        let silence = seen.silence;
        let silent_for = silence
            .as_ref()
            .map(|(since, _)| (now - *since).as_secs_f64().round());
        let mut source = Source {
            address: address.to_owned(),
            kind: None,
            answers: silence.is_none() && seen.last.is_some(),
            sentence: String::new(),
            problem: None,
        };
        source.sentence = match (&silence, &seen.last) {
            (Some((_, why)), last) => silent(why, silent_for, last.is_some()),
            (None, None) => "being asked".into(),
            (None, Some((_, health))) => self.say(&mut source, health, None, ceilings),
        };
        if let (Some(_), Some((_, health))) = (&silence, &seen.last) {
            self.say(&mut source, health, silent_for, ceilings);
        }
        self.sources.push(source);
    }

    /// Takes in what a daemon says; returns a sentence about the daemon.
    fn say(
        &mut self,
        source: &mut Source,
        health: &Arc<Value>,
        silent_for: Option<f64>,
        ceilings: &Known,
    ) -> String {
        if health.get("wans").is_some() {
            source.kind = Some("autorate");
            let process = health::Autorate::deserialize(&**health).unwrap_or_default();
            for wan in &process.wans {
                let known = ceilings.get(wan.name()).copied();
                self.wans.push(Heard {
                    silent_for,
                    what: words::wan::describe(&process, wan, known),
                });
            }
            source.problem = trouble(process.pulse);
            up(&process.version, process.uptime_seconds)
        } else {
            source.kind = Some("steering");
            let process = health::Steering::deserialize(&**health).unwrap_or_default();
            self.steering.push(Heard {
                silent_for,
                what: words::steering::describe(&process),
            });
            source.problem = trouble(process.pulse);
            up(&process.version, process.uptime_seconds)
        }
    }
}

fn trouble(pulse: health::Pulse) -> Option<&'static str> {
    let sentence = "cannot write the history, so its charts end there; its log says why";
    pulse.history_failing.then_some(sentence)
}

fn up(version: &str, seconds: f64) -> String {
    format!("wanctl {version}, running for {}", Span(seconds))
}

fn silent(why: &str, seconds: Option<f64>, was_heard: bool) -> String {
    let since = Span(seconds.unwrap_or_default());
    if was_heard {
        format!("silent for {since} ({why}); asked again every second")
    } else {
        format!("{why}; asked again every second")
    }
}

/// What the history knows; what it cannot tell is no reason not to tell the rest.
fn survey(path: Option<&Path>) -> (History, Known) {
    let mut known = Known::new();
    let Some(path) = path else {
        let problem = Some(NO_HISTORY.into());
        return (
            History {
                problem,
                ..History::default()
            },
            known,
        );
    };
    let surveyed = Database::read(path).and_then(|database| {
        let wans = database.wans()?;
        for wan in &wans {
            // A start of steering is told under the same name, and says nothing of them.
            let found = database.newest_labels(wan, metric::CONFIG_SNAPSHOT, ceilings)?;
            if let Some(ceilings) = found {
                known.insert(wan.clone(), ceilings);
            }
        }
        let bounds = database.bounds()?;
        let problem = bounds.is_none().then(|| {
            format!(
                "{} has no rows yet: wanctl writes them as it runs",
                path.display()
            )
        });
        Ok(History {
            problem,
            wans,
            bounds,
        })
    });
    let history = surveyed.unwrap_or_else(|trouble| History {
        problem: Some(unread(&trouble)),
        ..History::default()
    });
    (history, known)
}

/// Why the database cannot be read, for readers: they need not be able to write it.
pub(super) fn unread(trouble: &Trouble) -> String {
    let path = trouble.path.display();
    match trouble.kind {
        Kind::Missing => format!(
            "there is no history at {path} ({}): wanctl makes it when it runs with storage.db_path there",
            trouble.detail
        ),
        Kind::ReadOnly => format!(
            "{path} may not be read by this user ({}): run the dashboard as the user wanctl",
            trouble.detail
        ),
        _ => trouble.to_string(),
    }
}

/// From the labels of a start.
fn ceilings(labels: &str) -> Option<(f64, f64)> {
    let labels: Value = serde_json::from_str(labels).ok()?;
    let of = |name| labels.get("autorate")?.get(name)?.as_f64();
    of("download_ceiling_mbps").zip(of("upload_ceiling_mbps"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use serde_json::json;

    fn heard(seen: Seen) -> Value {
        let mut document = Document {
            now: 0,
            version: "",
            sources: Vec::new(),
            wans: Vec::new(),
            steering: Vec::new(),
            history: History::default(),
        };
        let now = Instant::ZERO + Duration::from_secs(100);
        document.hear("http://a/health", seen, now, &Known::new());
        serde_json::to_value(document).unwrap()
    }

    #[test]
    fn a_daemon_that_fell_silent_is_told_with_its_last_words() {
        let health = json!({"status": "healthy", "version": "2.0.0", "uptime_seconds": 50.0,
                            "wans": [{"name": "wan1"}]});
        let mut seen = Seen {
            last: Some((Instant::ZERO, Arc::new(health))),
            silence: None,
        };
        let all = heard(seen.clone());
        assert_eq!(all["sources"][0]["answers"], true);
        assert_eq!(
            all["sources"][0]["sentence"],
            "wanctl 2.0.0, running for 50 s"
        );
        assert_eq!(all["wans"][0]["silent_for"], Value::Null);
        seen.silence = Some((Instant::ZERO + Duration::from_secs(88), "gone".into()));
        let all = heard(seen);
        assert_eq!(all["sources"][0]["answers"], false);
        assert_eq!(
            all["sources"][0]["sentence"],
            "silent for 12 s (gone); asked again every second"
        );
        assert_eq!(all["wans"][0]["name"], "wan1");
        assert_eq!(all["wans"][0]["silent_for"], 12.0);
        assert_eq!(all["sources"][0]["problem"], Value::Null);
    }

    #[test]
    fn a_history_that_cannot_be_written_is_told() {
        let health = json!({"status": "healthy", "wans": [], "loop": {"history_failing": true}});
        let all = heard(Seen {
            last: Some((Instant::ZERO, Arc::new(health))),
            silence: None,
        });
        let problem = all["sources"][0]["problem"].as_str().unwrap();
        assert!(problem.starts_with("cannot write the history"), "{problem}");
    }

    #[test]
    fn ceilings_come_from_the_newest_start() {
        let labels = r#"{"trigger": "startup", "autorate": {"download_ceiling_mbps": 500.0,
                        "upload_ceiling_mbps": 40.0}, "steering": null}"#;
        assert_eq!(ceilings(labels), Some((500.0, 40.0)));
        assert_eq!(ceilings(r#"{"autorate": null}"#), None);
        assert_eq!(ceilings("{"), None);
    }

    #[test]
    fn a_missing_history_is_told_and_nothing_else_suffers() {
        let (history, known) = survey(Some(Path::new("/nowhere/at/all.db")));
        let problem = history.problem.unwrap();
        assert!(
            problem.starts_with("there is no history at /nowhere/at/all.db"),
            "{problem}"
        );
        assert!(known.is_empty());
        assert_eq!(survey(None).0.problem.as_deref(), Some(NO_HISTORY));
    }
}
