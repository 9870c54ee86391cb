//! Once it runs, the loop's thread asks for no memory: neither a fragmented heap after months nor an
//! allocator's lock can make a tick late. What rustls does per TLS record is the one exception.

mod adaptive;
#[path = "../harness/adaptive_file.rs"]
mod adaptive_file;
mod counter;
#[path = "../harness/demo.rs"]
mod demo;
mod feed;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../house/mod.rs"]
mod house;
mod real_loop;
mod steer;
mod steering;
mod steering_link;
mod steering_program;
mod virtual_time;

use harness::WanFile;
