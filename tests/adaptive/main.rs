//! The real program and the real link with `control_law: adaptive`, against the RouterOS double and a line
//! that bloats, in virtual time.

#[path = "../harness/adaptive_file.rs"]
mod adaptive_file;
#[path = "../harness/mod.rs"]
mod harness;
mod stories;
mod troubles;
mod world;

use harness::WanFile;
