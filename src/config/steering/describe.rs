//! What `--validate-config` prints of a steering file, in the form of a WAN's (contract 2.1).

use super::SteeringConfig;
use crate::steering::params::Judging;

/// The effective values.
pub(in crate::config) fn effective(config: &SteeringConfig) -> String {
    let (topology, params) = (&config.topology, &config.params);
    let router = &config.router;
    let judged = match params.judging {
        Judging::CakeAware(edges) => format!(
            "YELLOW>{}ms, RED>{}ms, queue {}/{}, drops {}, loss {:.0}%",
            edges.yellow,
            edges.red,
            edges.queue_yellow,
            edges.queue_red,
            edges.drops_red,
            edges.loss_red * 100.0
        ),
        Judging::Legacy { bad, recovery } => format!("bad>{bad}ms, good<{recovery}ms"),
    };
    let confidence = match params.confidence {
        None => "off".to_owned(),
        Some(on) => format!(
            "{}, steer at {}, return at {}",
            if on.dry_run { "dry run" } else { "live" },
            on.steer,
            on.recovery
        ),
    };
    let rows = [
        ("Steering", config.wan_name.clone()),
        ("Transport", router.transport.to_string()),
        ("Router", format!("{}:{}", router.host, router.user)),
        ("Primary", topology.primary.clone()),
        ("Alternate", topology.alternate.clone()),
        ("Rule", config.comment.clone()),
        (
            "Measured",
            format!(
                "{} x{} every {}",
                config.measurement.ping_host, config.measurement.ping_count, params.interval
            ),
        ),
        ("Judged", judged),
        (
            "Samples",
            format!(
                "{} to steer ({}), {} to return ({})",
                params.degrade.samples,
                params.degrade.takes(),
                params.recover.samples,
                params.recover.takes()
            ),
        ),
        ("Confidence", confidence),
        (
            "Queue names",
            format!("{}, {}", router.queues.down, router.queues.up),
        ),
        ("Source", config.sources.primary.display().to_string()),
    ];
    rows.map(|(name, value)| format!("  {name}: {value}\n"))
        .concat()
}
