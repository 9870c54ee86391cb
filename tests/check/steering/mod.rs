//! `wanctl check` of a steering file.

mod autorate;
mod lines;
mod rule;
mod whole;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use crate::setup::Setup;

pub(crate) const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
const STEERING: &str = include_str!("../../config/steering.yaml");
const HEALTH: &str =
    r#"{"wans":[{"name":"wan1","baseline_rtt_ms":24.0,"download":{"state":"GREEN"}}]}"#;

/// The rule as the guide has it.
pub(crate) const RULE: [(&str, &str); 6] = [
    ("chain", "prerouting"),
    ("action", "mark-connection"),
    ("comment", COMMENT),
    ("connection-state", "new"),
    ("disabled", "true"),
    ("new-connection-mark", "steered"),
];

impl Setup {
    /// A steering file, the primary's own beside it, its autorate, and the rule. Everything is as it should
    /// be, until a test breaks it.
    pub(crate) fn steering() -> Self {
        let mut setup = Self::with_primary("");
        setup.world.scene().router.add_mangle(&RULE);
        setup.autorate_says(24.0);
        setup
    }

    /// The files alone; `more`: of the primary's.
    pub(crate) fn with_primary(more: &str) -> Self {
        let mut setup = Self::new();
        let reflectors = setup.world.reflector_addresses().to_vec();
        setup.merge(&format!(
            "health_check: {{ port: {} }}\n\
             continuous_monitoring: {{ ping_hosts: [\"udp://{}\", \"udp://{}\"] }}",
            health().port(),
            reflectors[0],
            reflectors[1]
        ));
        if !more.is_empty() {
            setup.merge(more);
        }
        setup.file();
        let dir = setup.dir.path().display().to_string();
        setup.name = "steering.yaml";
        setup.config = serde_yaml::from_str(STEERING).expect("YAML");
        let own = format!(
            "router: {{ host: 127.0.0.1, port: {}, scheme: http, user: wanctl, password: secret, \
             ssh_key: /nonexistent }}\n\
             topology: {{ primary_wan_config: {dir}/wan1.yaml }}\n\
             measurement: {{ ping_host: \"udp://{}\" }}\n\
             state: {{ file: {dir}/steering_state.json }}\n\
             cake_state_sources: {{ primary: {dir}/wan1_state.json }}\n\
             cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}\n\
             logging: {{ main_log: {dir}/steering.log, debug_log: {dir}/steering_debug.log }}\n\
             lock_file: {dir}/steering.lock\n\
             timeouts: {{ ping: 0.3 }}\n",
            setup.world.router_port(),
            reflectors[0],
        );
        setup.merge(&own);
        setup
    }

    /// Autorate's state document, just written.
    pub(crate) fn autorate_says(&mut self, baseline: f64) {
        let document = format!("{{\"ewma\":{{\"baseline_rtt\":{baseline}}}}}");
        fs::write(self.dir.path().join("wan1_state.json"), document).expect("ours");
    }

    /// The ids of all that is worse than a note, and the exit code.
    pub(crate) fn bad(&self) -> (Vec<String>, Option<i32>) {
        let (findings, code) = self.findings(&[]);
        let bad = findings
            .iter()
            .filter(|finding| finding["severity"] == "warning" || finding["severity"] == "error");
        let ids = bad.map(|finding| finding["id"].as_str().expect("an id").to_owned());
        (ids.collect(), code)
    }
}

/// Somebody who answers every question as a living autorate does.
fn health() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 1024];
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{HEALTH}",
                HEALTH.len()
            );
            // Whoever hangs up has heard enough.
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}
