//! What the edges of a histogram promise.

use wanctl::control::zone::Thresholds;
use wanctl::status::histogram::{RttDelta, Scale};
use wanctl::time::Duration;

use crate::promtool::config;

/// The share of each zone is read off the buckets, so the zones must end where buckets do.
#[test]
fn the_zones_of_every_shipped_configuration_end_on_an_edge() {
    for name in ["cable", "dsl", "fiber", "wan1", "wan2"] {
        let (path, text) = config(&format!("{name}.yaml"));
        let loaded = wanctl::config::parse(&path, text.as_bytes());
        let config = loaded.unwrap_or_else(|report| panic!("{report}")).config;
        let shapers = [config.shapers.down, config.shapers.up];
        for Thresholds {
            green,
            yellow,
            soft_red,
        } in shapers.map(|shaper| shaper.thresholds)
        {
            for edge in [Some(green), Some(yellow), soft_red].into_iter().flatten() {
                let edge = Duration::from(edge);
                assert!(RttDelta::EDGES.contains(&edge), "{name}: {edge}");
            }
        }
    }
}
