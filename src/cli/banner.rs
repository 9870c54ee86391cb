//! What a daemon says about itself when it starts (contract 9.3).

use super::transport;
use crate::config::{ControlLaw, RouterConfig, Scheme, Transport, WanConfig};
use crate::control::law::adaptive;
use crate::control::law::classic::ShaperParams;
use crate::direction::Both;

/// The lines, one WAN's.
pub(super) fn lines(config: &WanConfig, echo_mode: &str) -> Vec<String> {
    let mut lines = vec![format!(
        "=== Continuous CAKE Controller - {} ===",
        config.wan_name
    )];
    match config.control_law {
        ControlLaw::Classic => lines.extend(classic(config)),
        ControlLaw::Adaptive => lines.extend(adapting(config)),
    }
    lines.extend([
        format!("Measuring by {echo_mode}"),
        format!(
            "Router: {} as {}, queues {} and {}",
            ways(&config.router).join(", else "),
            config.router.user,
            config.router.queues.down,
            config.router.queues.up
        ),
    ]);
    lines
}

fn classic(config: &WanConfig) -> [String; 6] {
    let written = &config.as_written;
    let (down, up) = (&config.shapers.down, &config.shapers.up);
    let (target, warn, hard) = (
        &written.target_bloat,
        &written.warn_bloat,
        &written.hard_red_bloat,
    );
    [
        format!(
            "Download: {}, SOFT_RED={:.0}M, RED={:.0}M, {}",
            upper_floors(down),
            down.floors.soft_red.as_mbps(),
            down.floors.red.as_mbps(),
            movement(down)
        ),
        format!(
            "Upload: {}, RED={:.0}M, {}",
            upper_floors(up),
            up.floors.red.as_mbps(),
            movement(up)
        ),
        format!(
            "Download Thresholds: GREEN→YELLOW={target}ms, YELLOW→SOFT_RED={warn}ms, SOFT_RED→RED={hard}ms"
        ),
        format!("Upload Thresholds: GREEN→YELLOW={target}ms, YELLOW→RED={warn}ms"),
        format!(
            "EWMA: baseline_alpha={:?}, load_alpha={:?}",
            config.delay.baseline.as_f64(),
            config.delay.load.as_f64()
        ),
        format!(
            "Ping: hosts={}, median-of-three={}",
            written.ping_hosts,
            python_bool(
                config.measurement.prober.combine == crate::control::prober::Combine::MedianOfThree
            )
        ),
    ]
}

fn adapting(config: &WanConfig) -> [String; 4] {
    let adaptive = &config.adaptive;
    let Both { down, up } = adaptive.shapers;
    [
        format!(
            "Law: adaptive, line={}, aggressiveness={:?}, bloat begins at {}ms",
            adaptive.line.word(),
            adaptive.aggressiveness,
            down.tuning.threshold
        ),
        format!("Download: {}", span(&down)),
        format!("Upload: {}", span(&up)),
        format!(
            "Ping: hosts={}, one every 50ms in turn",
            config.as_written.ping_hosts
        ),
    ]
}

fn span(limits: &adaptive::ShaperParams) -> String {
    format!(
        "floor={}, base={}, ceiling={}",
        limits.floor, limits.base, limits.ceiling
    )
}

/// How the router is spoken to, the preferred way first.
pub(super) fn ways(router: &RouterConfig) -> Vec<String> {
    let chosen = transport::choose(router);
    let host = &router.host;
    let scheme = match router.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    let rest = chosen
        .rest
        .then(|| format!("{scheme}://{host}:{}", router.port));
    let ssh = chosen
        .ssh
        .then(|| format!("ssh://{host}:{}", router.ssh_port));
    let both = match chosen.preferred {
        Transport::Rest => [rest, ssh],
        Transport::Ssh => [ssh, rest],
    };
    both.into_iter().flatten().collect()
}

fn upper_floors(shaper: &ShaperParams) -> String {
    format!(
        "GREEN={:.0}M, YELLOW={:.0}M",
        shaper.floors.green.as_mbps(),
        shaper.floors.yellow.as_mbps()
    )
}

fn movement(shaper: &ShaperParams) -> String {
    format!(
        "ceiling={:.0}M, step={:.1}M, factor={:?}",
        shaper.ceiling.as_mbps(),
        shaper.step_up.as_mbps(),
        shaper.decay_red.as_f64()
    )
}

const fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
