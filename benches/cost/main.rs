//! What the daemon costs on this machine: `cargo bench`, or `cargo bench -- --seconds 5`.
//!
//! With `--day` instead: what the history of two lines costs in a day, in peace and in trouble. With `--lateness`: only
//! how late the beat is.
//!
//! Numbers beside their aims, for people to look at. Nothing fails here because a machine is slow.

#[path = "../../tests/harness/adaptive_file.rs"]
mod adaptive_file;
mod beats;
#[path = "../shared/clocks.rs"]
mod clocks;
#[cfg(feature = "history")]
mod day;
#[path = "../../tests/harness/demo.rs"]
mod demo;
#[path = "../../tests/harness/mod.rs"]
mod harness;
mod lateness;
#[cfg(feature = "history")]
#[path = "../../tests/history/mount.rs"]
mod mount;
mod pair;
mod process;
mod thinking;
mod yardstick;

use std::env;

use harness::WanFile;

/// How long each process is watched.
const SECONDS: u64 = 20;

fn main() {
    let mut args = env::args().skip(1);
    let mut seconds = SECONDS;
    let mut all = true;
    while let Some(arg) = args.next() {
        match &*arg {
            "--seconds" => {
                let n = args.next().and_then(|n| n.parse().ok());
                seconds = n.expect("--seconds N");
            }
            // The yardsticks are this program, started again.
            "--as" => match &*args.next().expect("--as NAME") {
                name @ ("bare" | "autorate") => return beats::be(name, args),
                name => return yardstick::be(name, args),
            },
            "--lateness" => all = false,
            #[cfg(feature = "history")]
            "--day" => return day::run(),
            // Cargo says so itself.
            _ => {}
        }
    }
    let seconds = seconds.max(2);
    println!("wanctl's cost on this machine ({} cores)\n", cores());
    if all {
        thinking::report();
        process::report(seconds);
        pair::report(seconds);
    }
    lateness::report(seconds);
    println!(
        "\n(aims are those of the project's issues; a virtual machine's numbers vary by half and more)"
    );
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One line of the report.
fn line(what: &str, value: &str, aim: &str) {
    println!("  {what:<54}{value:>16}  {aim}");
}
