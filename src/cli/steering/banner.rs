//! What the steering daemon says about itself when it starts (contract 4.1).

use super::assemble::list_names;
use crate::cli::banner::ways;
use crate::config::SteeringConfig;

/// v1.7's frame.
const FRAME: &str = "============================================================";

/// The lines.
pub(super) fn lines(config: &SteeringConfig, echo_mode: &str) -> Vec<String> {
    let (topology, measurement) = (&config.topology, &config.measurement);
    let alternate = measurement.alternate.as_ref().map_or_else(
        || "not measured".to_owned(),
        |alternate| format!("{} is asked", alternate.ping_host),
    );
    let lists: Vec<String> = list_names(config).iter().map(ToString::to_string).collect();
    vec![
        FRAME.to_owned(),
        format!(
            "Steering Daemon - Primary: {}, Alternate: {}",
            topology.primary, topology.alternate
        ),
        FRAME.to_owned(),
        format!(
            "Primary: {} is asked {} times every {}, by {echo_mode}; alternate: {alternate}",
            measurement.ping_host, measurement.ping_count, measurement.interval
        ),
        format!(
            "Router: {} as {}, rule \"{}\", queue {}, lists {}",
            ways(&config.router).join(", else "),
            config.router.user,
            config.comment,
            config.router.queues.down,
            lists.join(" and ")
        ),
    ]
}
