//! The scripts for people who run wanctl elsewhere: deploy, validate, watch.

mod deploy;
mod host;
#[path = "../harness/wan_file.rs"]
mod wan_file;
mod watch;
