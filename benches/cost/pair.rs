//! Both daemons of a house with two lines, side by side: autorate of the primary, and steering.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration as Real;

use crate::line;
use crate::process::{BINARY, MEGABYTE, Place, Reflectors, Usage, Watched};

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";

pub(crate) fn report(seconds: u64) {
    let span = Real::from_secs(seconds);
    println!("Autorate and steering together, watched for {seconds} s each");
    for interval in ["2", "0.05"] {
        match pair(interval, span) {
            Some([autorate, steering]) => show(interval, &autorate, &steering),
            None => println!("  steering every {interval} s: it may not run here"),
        }
    }
}

fn show(interval: &str, autorate: &Usage, steering: &Usage) {
    let alone = format!("steering, every {interval} s");
    line(&alone, &format!("{:.2} % of a core", steering.share()), "");
    let together = autorate.share() + steering.share();
    let aim = "aim < 2 %";
    line(
        "  with autorate",
        &format!("{together:.2} % of a core"),
        aim,
    );
    let peak = steering.peak / MEGABYTE;
    line("  peak memory (VmHWM)", &format!("{peak:.1} MB"), "");
    let both = (autorate.peak + steering.peak) / MEGABYTE;
    line("  with autorate", &format!("{both:.1} MB"), "aim < 20 MB");
}

fn pair(interval: &str, span: Real) -> Option<[Usage; 2]> {
    let place = Place::new()?;
    place.world.scene().router.add_mangle(&[
        ("chain", "prerouting"),
        ("comment", COMMENT),
        ("disabled", "true"),
    ]);
    let mut autorate = place.autorate(Reflectors::Udp, free_port()?)?;
    let mut steering = steering(&place, interval)?;
    // One after the other: to watch costs something, too.
    let first = autorate.watch(span);
    let second = steering.watch(span);
    Some([first, second])
}

fn free_port() -> Option<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).ok()?;
    Some(listener.local_addr().ok()?.port())
}

fn steering(place: &Place, interval: &str) -> Option<Watched> {
    let dir = place.dir.path().display();
    let port = place.world.router_port();
    let reflector = place.world.reflector_addresses()[0];
    let text = format!(
        "\
wan_name: steering
router: {{ transport: rest, scheme: http, host: 127.0.0.1, port: {port}, user: wanctl, password: secret, ssh_key: /none }}
topology: {{ primary_wan: bench, primary_wan_config: {dir}/wan.yaml, alternate_wan: other }}
mangle_rule: {{ comment: \"{COMMENT}\" }}
measurement: {{ interval_seconds: {interval}, ping_host: \"udp://{reflector}\", ping_count: 3 }}
cake_state_sources: {{ primary: {dir}/wan_state.json }}
cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}
mode: {{ cake_aware: true, use_confidence_scoring: true }}
thresholds: {{ red_rtt_ms: 15, sample_seconds: 2 }}
state: {{ file: {dir}/steering_state.json, history_size: 3000 }}
logging: {{ main_log: {dir}/steering.log, debug_log: {dir}/steering_debug.log }}
lock_file: {dir}/steering.lock
lock_timeout: 300
health_check: {{ port: 0 }}
"
    );
    let config = place.dir.path().join("steering.yaml");
    fs::write(&config, text).ok()?;
    let mut command = Command::new(BINARY);
    command.args(["steering", "--config"]).arg(&config);
    Watched::start({
        command.stderr(Stdio::null());
        command
    })
}
