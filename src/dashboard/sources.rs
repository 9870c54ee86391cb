//! Asks every daemon for its `/health`, once a second, each in a thread of its own: one that hangs delays no other.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;
use ureq::Agent;

use super::recent::Recent;
use super::words::{Span, health};
use crate::shell::clock::{self, Clock};
use crate::time::{Duration, Instant};

/// From one answer to the next question.
const PAUSE: Duration = Duration::from_secs(1);
/// It answers within milliseconds; across a house's network, still at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// Eight WANs' document has a fifth of that, in bytes.
const MOST: u64 = 256 * 1024;

/// All daemons there are.
#[derive(Debug)]
pub(super) struct Sources {
    all: Vec<Source>,
    recent: Mutex<Recent>,
}

/// One address.
#[derive(Debug)]
struct Source {
    address: String,
    seen: Mutex<Seen>,
}

/// What is known of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Its last document, and when it came.
    pub(super) last: Option<(Instant, Arc<Value>)>,
    /// Why there is no answer now, and since when not.
    pub(super) silence: Option<(Instant, String)>,
}

/// Begins to ask.
pub(super) fn watch(addresses: &[String], clock: Clock) -> io::Result<Arc<Sources>> {
    let source = |address: &String| Source {
        address: address.clone(),
        seen: Mutex::default(),
    };
    let sources = Arc::new(Sources {
        all: addresses.iter().map(source).collect(),
        recent: Mutex::default(),
    });
    for n in 0..addresses.len() {
        let sources = Arc::clone(&sources);
        let asking = move || {
            let (agent, source) = (agent(), &sources.all[n]);
            loop {
                let answer = ask(&agent, &source.address);
                if let Ok(document) = &answer {
                    let at = i64::try_from(clock.wall().secs).unwrap_or(i64::MAX);
                    sources.recent().note(at, document);
                }
                source.hear(clock.now(), answer);
                clock::pause(PAUSE);
            }
        };
        thread::Builder::new().name("asking".into()).spawn(asking)?;
    }
    Ok(sources)
}

impl Sources {
    /// Every address and what is known of it.
    pub(super) fn seen(&self) -> impl Iterator<Item = (&str, Seen)> {
        let seen = |source: &Source| source.seen().clone();
        self.all.iter().map(move |one| (&*one.address, seen(one)))
    }

    /// What was heard in the last minutes.
    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, now: Instant, answer: Result<Value, String>) {
        let mut seen = self.seen();
        match answer {
            Ok(document) => {
                *seen = Seen {
                    last: Some((now, Arc::new(document))),
                    silence: None,
                }
            }
            Err(why) => {
                let since = seen.silence.as_ref().map_or(now, |(since, _)| *since);
                seen.silence = Some((since, why));
            }
        }
    }
}

fn agent() -> Agent {
    let settings = Agent::config_builder()
        // 503 comes with a document that says why.
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .timeout_global(Some(std::time::Duration::from_micros(PATIENCE.as_micros())))
        .build();
    settings.into()
}

fn ask(agent: &Agent, address: &str) -> Result<Value, String> {
    let mut response = agent.get(address).call().map_err(|e| words(&e))?;
    let body = response.body_mut().with_config().limit(MOST);
    let text = body.read_to_string().map_err(|e| words(&e))?;
    let document: Option<Value> = serde_json::from_str(&text).ok();
    document.filter(health::is_ours).ok_or_else(|| {
        format!(
            "what it says (HTTP {}) is no /health of wanctl's",
            response.status().as_u16()
        )
    })
}

fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::ConnectionRefused => {
            "nobody listens there, so the daemon may be down".into()
        }
        ureq::Error::Timeout(_) => format!("no answer within {}", Span(PATIENCE.as_secs_f64())),
        ureq::Error::HostNotFound => "the name has no address".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_word_outlives_the_silence_that_follows_it() {
        let source = Source {
            address: "http://127.0.0.1:9101/health".into(),
            seen: Mutex::default(),
        };
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        source.hear(at(1), Ok(json!({"status": "healthy"})));
        source.hear(at(2), Err("gone".into()));
        source.hear(at(3), Err("still gone".into()));
        let seen = source.seen().clone();
        assert_eq!(seen.last.map(|(when, _)| when), Some(at(1)));
        assert_eq!(seen.silence, Some((at(2), "still gone".into())));
        source.hear(at(4), Ok(json!({"status": "healthy"})));
        assert_eq!(source.seen().silence, None);
    }
}
