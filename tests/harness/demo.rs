//! WANs whose load comes and goes for ever: for those who measure what that costs.

use std::net::SocketAddr;

use wanctl::router::Transport;
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::Schedule;

use super::harness::world::Worlds;

/// `count` WANs with three reflectors each, over REST.
pub(crate) fn worlds(count: u8) -> Worlds {
    let capacity = SceneOptions::default().line.capacity;
    Worlds::over(&[Transport::Rest], count, &Schedule::demo(capacity))
}

/// UDP reflectors as `ping_hosts` names them.
pub(crate) fn udp(reflectors: &[SocketAddr]) -> Vec<String> {
    let named = |address: &SocketAddr| format!("udp://{address}");
    reflectors.iter().map(named).collect()
}
