//! What happened: rows in SQLite, in v1.7's schema, so that its databases open here and its reader reads ours.
//!
//! ```text
//! facts ─▶ second ─▶ rows of 1 s ─▶ recorder ─▶ metrics.db ─▶ query ─▶ `wanctl history`
//!          20 Hz → 1 Hz             batches      ▲    │
//!                                                └────┴ maintain: 1 s → 1 m → 5 m → 1 h, pruned, bounded
//! ```
//!
//! | name | what a row says |
//! |---|---|
//! | [`metric`] | the names, and how many values become one |
//! | [`blend`] | the one place where values become one: cycles to seconds, rows to tiers, rows to answers |
//! | [`tier`] | the four granularities, how long each is kept, which one answers |
//! | [`database`] | schema and connection |
//! | [`maintain`] | tiers, pruning and the bound of the file, in steps of a few milliseconds |
//! | [`query`] | a range in, rows out, newest first, one at a time |
//! | [`recorder`] | the writer that stops nothing: what it cannot write waits, then is counted |
//! | [`second`] | from the facts of a program to rows |
//! | [`survey`] | what a database is about: its WANs, its extent, its newest settings |
//!
//! Three differences from v1.7's database, none of which its reader minds: every tier holds the whole
//! time up to now, so that any range has an answer (W-37); what is in the tiers keeps its labels, and
//! a zone is never averaged (W-22); steering says so in the labels of all its rows.
//!
//! What it costs (`cargo bench --bench history`, two WANs, the defaults): 1.4 million rows and 2.2 GB written a
//! day, 222 MB of file, 0.04 % of a core. Six tenths of what is written is one index of v1.7's, which its own
//! reader needs and ours does not.

pub mod blend;
pub mod database;
pub mod maintain;
pub mod metric;
pub mod query;
pub mod recorder;
pub mod row;
pub mod second;
pub mod survey;
pub mod tier;
pub mod trouble;
