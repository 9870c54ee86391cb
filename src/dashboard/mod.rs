//! `wanctl dashboard`: what `/health` says now and what the history says of before, as one page. A process of its
//! own, which only reads: whatever becomes of it, control does not notice.
//!
//! ```text
//! daemons ── /health, once a second ──▶ sources ──▶ words ──▶ /api/live ──┐
//!                                          └────▶ recent ──┐              ├─▶ door ──▶ a browser
//! metrics.db ── read-only ──────────────▶ series ◀──────────┘              │
//!                                          └────────────────▶ /api/series ─┘
//! ```
//!
//! | name | what is in it |
//! |---|---|
//! | `sources` | asks every daemon, remembers the last answer and since when there is none |
//! | `words` | an answer in plain language: why the rate is what it is |
//! | `recent` | the last minutes as they were heard, until the history has them |
//! | `series` | a range of the history as so many points, of which none hides a spike |
//! | `page` | one document without a request to anywhere, and the policy that forbids one |
//! | `routes` | which path is answered with what |
//! | `request`, `door` | a client's bytes, how many of them, and for how long |
//!
//! # The API
//! Both answers are JSON, for GET and HEAD; a refusal is `{"error": "a sentence"}` with its status.
//!
//! - `/api/live`: `now` (seconds since 1970), `sources` (every address asked: `answers`, `sentence`, `problem`), `wans` (numbers,
//!   and sentences for people: `problem`, `download` and `upload` with `rate`, `ceiling` (Mbit/s), `zone`, `sentence`,
//!   `why`; `delay`, `router`, `reflectors`), `steering`, `history` (whether it can be read, its WANs, its bounds).
//! - `/api/series?from=&to=[&wan=][&points=]`: `from`, `to` in seconds since 1970; `points` from 50 to 2000, 800
//!   without. The answer has `from`, `step` (seconds) and for each WAN arrays with one value per step, `null` where
//!   nothing is known: `rtt`, `delta` (ms), `down`, `up` (Mbit/s), each with `mean`, `min`, `max`; `baseline`;
//!   `zone_down`, `zone_up` (the worst, 0 GREEN to 3 RED), `steered`, `writes`; over all steps, `time_down`, `time_up`
//!   (seconds in each zone) and `time_steered` (off, on), of which only shares count where v1.7 wrote twenty rows a
//!   second; and `events`, the worst of each kind and step, with how many they stand for. `cut` says why it does not
//!   reach back to `from`, if it does not.

mod answer;
mod door;
mod live;
mod page;
mod recent;
mod request;
mod routes;
mod series;
mod sources;
mod words;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use crate::shell::clock::Clock;

/// What a dashboard is about.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// `http://` addresses of `/health`, of autorate and of steering alike.
    pub health: Vec<String>,
    /// The history database; `None`: none is kept.
    pub database: Option<PathBuf>,
    /// What is known of the WANs beforehand.
    pub ceilings: Vec<Ceilings>,
}

/// The highest rates of a WAN, which `/health` does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceilings {
    /// `wan_name`.
    pub wan: String,
    /// Mbit/s.
    pub download: f64,
    /// Mbit/s.
    pub upload: f64,
}

/// Starts to listen, to ask and to answer, in threads that end with the process; returns where it listens.
///
/// # Errors
/// If it cannot listen there.
pub fn start(settings: Settings, clock: Clock) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(settings.listen)?;
    let address = listener.local_addr()?;
    let sources = sources::watch(&settings.health, clock)?;
    let routes = routes::Routes::new(settings, address, sources, clock);
    door::open(listener, routes, clock)?;
    Ok(address)
}
