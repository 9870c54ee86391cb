//! A steering file for tests: the delay alone decides, after three bad samples.

use std::net::SocketAddr;
use std::path::Path;

/// How a test's steering differs from another's.
#[derive(Clone, Debug)]
pub(crate) struct SteeringFile<'a> {
    /// What stands behind `router:`: a flow mapping, or a line break and lines indented by two.
    pub(crate) router: String,
    pub(crate) comment: &'a str,
    /// Where `wan1.yaml` and its state lie, and this daemon's own.
    pub(crate) dir: &'a Path,
    /// The state document's name there.
    pub(crate) state: &'a str,
    pub(crate) reflector: SocketAddr,
    /// In seconds.
    pub(crate) interval: f64,
    /// Appended as it is.
    pub(crate) more: String,
}

impl SteeringFile<'_> {
    pub(crate) fn text(&self) -> String {
        format!(
            "\
wan_name: steering
router: {router}
topology: {{ primary_wan: wan1, primary_wan_config: {dir}/wan1.yaml, alternate_wan: wan2 }}
mangle_rule: {{ comment: \"{comment}\" }}
measurement: {{ interval_seconds: {interval}, ping_host: \"udp://{reflector}\", ping_count: 1 }}
cake_state_sources: {{ primary: {dir}/wan1_state.json }}
cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}
mode: {{ cake_aware: false }}
thresholds:
  bad_threshold_ms: 25
  recovery_threshold_ms: 12
  sample_seconds: 0.05
  bad_samples: 3
  good_samples: 4
state: {{ file: {dir}/{state}, history_size: 60 }}
{more}",
            router = self.router,
            comment = self.comment,
            dir = self.dir.display(),
            state = self.state,
            reflector = self.reflector,
            interval = self.interval,
            more = self.more,
        )
    }
}

/// The primary's file, with its health check off: otherwise steering would ask whatever listens at autorate's
/// default port.
pub(crate) fn primary() -> String {
    include_str!("../config/valid.yaml").to_owned() + "health_check: { enabled: false }\n"
}
