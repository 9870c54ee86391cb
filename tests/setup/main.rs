//! `wanctl setup`, the real binary, against the RouterOS double: what it asks, what it writes, and what it never
//! shows.

mod bench;
mod care;
mod secrecy;
mod terminal;
mod transcripts;
mod unattended;
