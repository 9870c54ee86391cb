//! A WAN file as a user would write it.

/// How a test's WAN differs from another's.
#[derive(Clone, Debug)]
pub(crate) struct WanFile<'a> {
    pub(crate) name: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) router_port: u16,
    /// As in `ping_hosts`.
    pub(crate) reflectors: Vec<String>,
    /// Appended as it is.
    pub(crate) more: String,
}

impl WanFile<'_> {
    pub(crate) fn text(&self) -> String {
        let hosts: Vec<String> = self.reflectors.iter().map(|h| format!("\"{h}\"")).collect();
        format!(
            "\
wan_name: {name}
router:
  host: 127.0.0.1
  port: {port}
  scheme: {scheme}
  transport: rest
  user: wanctl
  password: secret
  ssh_key: /nonexistent
  verify_ssl: false
  verify_interval: 1
  write_limit: {{ changes: 64, window_sec: 1 }}
  queue_types: {{ download: leave, upload: leave }}
queues: {{ download: WAN-Download, upload: WAN-Upload }}
continuous_monitoring:
  enabled: true
  baseline_rtt_initial: 20
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
    baseline_rtt_bounds: {{ min: 1, max: 200 }}
  ping_hosts: [{hosts}]
  use_median_of_three: true
  fallback_checks:
    enabled: true
    check_gateway: true
    gateway_ip: 127.0.0.1
    check_tcp: true
    tcp_targets: [[127.0.0.1, 9], [127.0.0.2, 9]]
    fallback_mode: graceful_degradation
    max_fallback_cycles: 3
timeouts: {{ ssh_command: 5, ping: 1 }}
lock_timeout: 300
storage: {{ db_path: \"\" }}
{more}",
            name = self.name,
            port = self.router_port,
            scheme = self.scheme,
            hosts = hosts.join(", "),
            more = self.more,
        )
    }
}
