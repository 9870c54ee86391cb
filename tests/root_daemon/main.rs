//! The real binary on a real line: ICMP, TCP and interfaces in network namespaces. Needs root, `ip` and
//! `python3`; elsewhere every test prints why it was skipped.

mod daemon;
mod egress;
mod line;
mod outages;
mod privileges;
