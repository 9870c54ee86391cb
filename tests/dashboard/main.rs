//! The dashboard, the real binary: as a reader finds it, as an attacker does, and in a real browser.

mod api;
mod browser;
mod daemon;
mod hostile;
mod past;
mod process;
mod service;
