//! The real binary on a real line: ICMP, TCP and interfaces in network namespaces. Needs root, `ip` and
//! `python3`; elsewhere every test prints why it was skipped.

#![expect(
    clippy::disallowed_methods,
    reason = "these stories take real time, and wait for other processes"
)]

mod daemon;
mod echoes;
mod egress;
mod filters;
mod line;
mod outages;
mod privileges;
