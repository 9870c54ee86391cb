//! `wanctl demo`: the real daemon, with its real loop and REST link over loopback TCP, on a simulated
//! line with three reflectors and a RouterOS double. Nothing to set up; nothing is left behind.

mod table;

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use self::table::Table;
use super::args::{DemoArgs, RunArgs};
use super::daemon::{Daemon, Manner};
use super::printed;
use super::stage::world::{World, WorldOptions};
use crate::autorate::Autorate;
use crate::config::{self, ControlLaw};
use crate::program::Program;
use crate::shell::event_loop::After;
use crate::sim::line::LineOptions;
use crate::sim::schedule::Schedule;
use crate::time::{Duration, Instant};

/// The user and password of the double.
const ROUTER_USER: &str = "wanctl";
const ROUTER_PASSWORD: &str = "secret";

pub(super) fn run(args: &DemoArgs) -> Result<ExitCode, String> {
    let line = LineOptions::default();
    let world = World::start(WorldOptions {
        schedule: Schedule::demo(line.capacity),
        line,
        ..WorldOptions::default()
    })
    .map_err(|e| format!("cannot set up the simulated world: {e}"))?;
    let law = args.law.unwrap_or(ControlLaw::Adaptive);
    let text = config_text(law, world.router_port(), world.reflector_addresses());
    let loaded = config::parse(Path::new("demo.yaml"), text.as_bytes())
        .map_err(|report| format!("the demo's own config is broken: {report}"))?;
    let mut daemon = Daemon::prepare(&[loaded], &RunArgs::default(), Manner::Demo)?;
    let mut table = Table::new(daemon.event_loop.health_address());
    let mut shown = table.begin(&text);
    let end_at = args
        .seconds
        .map_or(Instant::NEVER, |n| Instant::ZERO + Duration::from_secs(n));
    let ended = daemon.event_loop.run(|now, program: &mut Autorate| {
        if shown.is_ok() {
            shown = table.tick(now, program.status(), &world);
        }
        if now >= end_at || shown.is_err() {
            After::Stop
        } else {
            After::GoOn
        }
    });
    let status = daemon.event_loop.program().status().clone();
    daemon.end();
    ended?;
    printed(shown.and_then(|()| table.end(&status, &world)))
}

/// A WAN file like a user's. The write budget is v1.7's in the wild; here it would be spent in half a
/// second of congestion and the rest of the minute would show nothing.
fn config_text(law: ControlLaw, router_port: u16, reflectors: &[SocketAddr]) -> String {
    let hosts: Vec<String> = reflectors
        .iter()
        .map(|address| format!("\"udp://{address}\""))
        .collect();
    format!(
        "\
wan_name: demo
router:
  host: 127.0.0.1
  port: {router_port}
  scheme: http
  transport: rest
  user: {ROUTER_USER}
  password: {ROUTER_PASSWORD}
  ssh_key: /nonexistent
  write_limit: {{ changes: 64, window_sec: 1 }}
  queue_types: {{ download: leave, upload: leave }}
queues:
  download: WAN-Download
  upload: WAN-Upload
continuous_monitoring:
  enabled: true
  control_law: {}
  baseline_rtt_initial: 24
  download:
    floor_green_mbps: 150
    floor_yellow_mbps: 120
    floor_soft_red_mbps: 100
    floor_red_mbps: 80
    ceiling_mbps: 550
    step_up_mbps: 3
    factor_down: 0.85
    factor_down_yellow: 0.98
  upload:
    floor_mbps: 8
    ceiling_mbps: 42
    step_up_mbps: 0.3
    factor_down: 0.9
    factor_down_yellow: 0.98
  thresholds:
    target_bloat_ms: 12
    warn_bloat_ms: 45
    hard_red_bloat_ms: 80
    baseline_time_constant_sec: 50
    load_time_constant_sec: 0.1
  ping_hosts: [{}]
  use_median_of_three: true
  fallback_checks: {{ check_gateway: false, check_tcp: false }}
health_check: {{ port: 0 }}
logging: {{ main_log: /nonexistent, debug_log: /nonexistent }}
lock_file: /nonexistent/demo.lock
lock_timeout: 300
storage: {{ db_path: \"\" }}
",
        law.word(),
        hosts.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_config_is_one_a_user_could_write() {
        for law in [ControlLaw::Classic, ControlLaw::Adaptive] {
            let reflectors = ["127.0.0.1:7", "127.0.0.1:8", "127.0.0.1:9"];
            let text = config_text(law, 8080, &reflectors.map(|place| place.parse().unwrap()));
            let loaded = config::parse(Path::new("demo.yaml"), text.as_bytes()).unwrap();
            assert_eq!(loaded.config.control_law, law);
            assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        }
    }
}
