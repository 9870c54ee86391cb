//! `wanctl calibrate`, the real binary in real time, on a simulated line behind the RouterOS double: what it
//! finds, what it writes, and that the router's limits come back whatever happens.

mod cut_short;
mod daemon;
mod files;
mod found;
mod refusals;
mod setup;
mod tool;
