//! A WAN file that names the adaptive law, for those who need one.

use std::path::Path;

use wanctl::config::{self, WanConfig};

use crate::WanFile;

/// With six reflectors that are asked in turn.
pub(crate) fn config(name: &str) -> WanConfig {
    let file = WanFile {
        name,
        scheme: "http",
        router_port: 80,
        reflectors: (1..=6).map(|n| format!("192.0.2.{n}")).collect(),
        more: "logging: { main_log: /nonexistent/l, debug_log: /nonexistent/d }\n\
               lock_file: /nonexistent/wan.lock\n"
            .to_owned(),
    };
    let (classic, adaptive) = (
        "  enabled: true\n  base",
        "  enabled: true\n  control_law: adaptive\n  base",
    );
    let text = file.text();
    assert!(text.contains(classic), "{text}");
    let text = text.replace(classic, adaptive);
    let text = text.replace("verify_interval: 1", "verify_interval: 60");
    let parsed = config::parse(Path::new("test.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}")).config
}
