//! wanctl keeps a home internet line fast *and* responsive. This is the map.
//!
//! ```text
//!      bytes                messages               numbers             decisions
//! ┌───────────────┐    ┌───────────────┐    ┌─────────────────┐    ┌──────────────┐
//! │ shell         │ ─▶ │ wire, router  │ ─▶ │ autorate        │ ─▶ │ control      │
//! │ mio, sockets, │    │ codecs, link  │    │ the program:    │    │ laws, filters│
//! │ TLS, clock    │ ◀─ │ state machine │ ◀─ │ five beats      │ ◀─ │ machines     │
//! └───────────────┘    └───────────────┘    └────────┬────────┘    └──────────────┘
//!   the only system calls                 status ──▶ report: one snapshot, many spellings
//!                                           └──────▶ scribe: the second thread, all that touches a disk
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | [`units`], [`time`], [`direction`] | quantities with their unit in the type |
//! | [`control`] | pure decisions: prober, blackout, delay, bloat, load, the two laws, the actuator |
//! | [`steering`] | pure decisions: evidence, assessment, hysteresis, confidence, the mangle rule |
//! | [`wire`] | bytes to messages and back: ICMP, HTTP, RouterOS JSON and command line, certificates |
//! | [`router`] | the links, REST and SSH, as state machines without a socket; ways and failover between them |
//! | [`program`], [`status`] | the border between decisions and the world; the one snapshot |
//! | [`autorate`] | the daemon: measure, judge, act, tell, ask again |
//! | [`steer`] | the steering daemon: watch the primary, move the rule |
//! | [`report`] | the snapshot as `/health`, metrics, state documents, log lines |
//! | [`notices`] | what is worth waking someone for: from facts to messages |
//! | [`history`] | what happened, in SQLite: seconds, tiers, queries, the writer that stops nothing |
//! | [`sim`] | a line and a RouterOS double in virtual time, and trials of the laws on them |
//! | [`shell`] | event loop, sockets, TLS, signals, the scribe thread |
//! | [`config`] | the YAML files, checked and turned into typed parameters |
//! | [`dashboard`] | a page to look at: `/health` and the history, in words and pictures; a process of its own |
//! | [`manual`] | what it says of itself: a page per command, guides, every key; `--help`, man pages, completions |
//! | [`cli`] | the commands; may block |
//!
//! Who may use whom: the list in this order, downwards only; `tests/layers.rs` checks it. Time is always
//! an argument; only `shell/clock.rs` (and the stage of the demo) reads a clock.

pub mod autorate;
pub mod cli;
pub mod config;
pub mod control;
#[cfg(feature = "dashboard")]
pub mod dashboard;
pub mod direction;
#[cfg(feature = "history")]
pub mod history;
pub mod manual;
pub mod notices;
pub mod program;
pub mod report;
pub mod router;
pub mod shell;
pub mod sim;
pub mod status;
pub mod steer;
pub mod steering;
pub mod time;
pub mod units;
pub mod wire;
