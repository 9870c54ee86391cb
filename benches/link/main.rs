//! What one write to the router costs, beside other HTTP clients: `cargo bench --bench link`.
//!
//! All of them keep one plain connection to the same server alive and write the same bodies, a few
//! milliseconds apart, as ticks do. Numbers are for people to look at, ratios above all.

mod clients;
#[path = "../shared/clocks.rs"]
mod clocks;
mod server;

use self::clients::Client;
use self::server::Server;

/// Writes per client; the first few of each are not counted.
const WRITES: usize = 400;
const WARM_UP: usize = 20;

/// The clock that all processes of a machine share, in nanoseconds.
fn shared_clock() -> u64 {
    clocks::read(libc::CLOCK_MONOTONIC)
}

/// What a client's writes cost.
struct Cost {
    /// Microseconds of CPU time, the median.
    cpu: f64,
    /// Microseconds from the decision to the server's first byte.
    first_byte: [f64; 2],
}

fn main() {
    println!(
        "One PATCH on a connection that stands, {} of them ({WARM_UP} to warm up), loopback, plain HTTP\n\
         {:34} {:>8} {:>6}   {:>12} {:>8} {:>6}",
        WRITES, "client", "CPU us", "ratio", "to 1st byte", "p99", "ratio"
    );
    let mut ours = None;
    for (name, client) in clients::ALL {
        match measure(client) {
            Some(cost) => {
                let base = ours.get_or_insert((cost.cpu, cost.first_byte[0]));
                println!(
                    "{name:34} {:>8.0} {:>6.1}   {:>12.0} {:>8.0} {:>6.1}",
                    cost.cpu,
                    cost.cpu / base.0,
                    cost.first_byte[0],
                    cost.first_byte[1],
                    cost.first_byte[0] / base.1,
                );
            }
            None => println!("{name:34} skipped: python3 with the requests package is not here"),
        }
    }
    println!(
        "(CPU is the client's thread alone: deciding, writing, reading, understanding the answer)"
    );
}

fn measure(client: Client) -> Option<Cost> {
    let server = Server::start();
    let run = client(server.port(), WRITES)?;
    let arrivals = server.arrivals();
    assert_eq!(
        run.decided.len(),
        arrivals.len(),
        "one request per decision"
    );
    let first_byte = run.decided.iter().zip(&arrivals);
    let first_byte = first_byte.map(|(decided, arrived)| arrived.saturating_sub(*decided));
    let first_byte = sorted_micros(first_byte.skip(WARM_UP));
    let cpu = sorted_micros(run.cpu.into_iter().skip(WARM_UP));
    Some(Cost {
        cpu: cpu[cpu.len() / 2],
        first_byte: [
            first_byte[first_byte.len() / 2],
            first_byte[first_byte.len() * 99 / 100],
        ],
    })
}

fn sorted_micros(nanos: impl Iterator<Item = u64>) -> Vec<f64> {
    let mut micros: Vec<_> = nanos.map(|nanos| nanos as f64 / 1_000.0).collect();
    micros.sort_by(f64::total_cmp);
    micros
}
