//! A world, a WAN file for it, and the program run on it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::units::Rate;

/// A router, and a file about it. Everything is as it should be, until a test breaks it.
pub(crate) struct Setup {
    pub(crate) world: World,
    pub(crate) config: serde_yaml::Value,
    pub(crate) dir: TempDir,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Of the file.
    pub(crate) name: &'static str,
}

/// What the program said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

const CONFIG: &str = include_str!("../config/valid.yaml");

impl Setup {
    /// With plain http.
    pub(crate) fn new() -> Self {
        Self::with_router(WorldOptions::default())
    }

    /// With https and this certificate.
    pub(crate) fn with_tls(tls: Arc<rustls::ServerConfig>) -> Self {
        Self::with_router(WorldOptions {
            tls: Some(tls),
            ..WorldOptions::default()
        })
    }

    fn with_router(options: WorldOptions) -> Self {
        let scheme = if options.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let world = World::start(options).expect("loopback has free ports");
        {
            let mut scene = world.scene();
            for queue in ["WAN-Download", "WAN-Upload"] {
                scene
                    .router
                    .set_queue_property(queue, "bucket-size", "0.01");
            }
        }
        let dir = tempfile::tempdir().expect("a directory");
        let mut setup = Self {
            config: serde_yaml::from_str(CONFIG).expect("YAML"),
            dir,
            environment: Vec::new(),
            name: "wan1.yaml",
            world,
        };
        let path = |name: &str| setup.dir.path().join(name).display().to_string();
        let own = format!(
            "router: {{ host: 127.0.0.1, port: {}, scheme: {scheme}, user: wanctl, password: secret, \
             queue_types: {{ download: leave, upload: leave }} }}\n\
             queues: {{ download: WAN-Download, upload: WAN-Upload }}\n\
             continuous_monitoring: {{ ping_hosts: [\"udp://{}\"], use_median_of_three: false }}\n\
             logging: {{ main_log: {}, debug_log: {} }}\n\
             lock_file: {}\n",
            setup.world.router_port(),
            setup.world.reflector_addresses()[0],
            path("main.log"),
            path("debug.log"),
            path("wan1.lock"),
        );
        setup.merge(&own);
        setup
    }

    /// Merges YAML into the file.
    pub(crate) fn merge(&mut self, yaml: &str) {
        let more = serde_yaml::from_str(yaml).expect("YAML");
        merge(&mut self.config, more);
    }

    /// Traffic in both directions.
    pub(crate) fn busy(&self) {
        self.world.set_demand(Direction::Down, Rate::mbit(100));
        self.world.set_demand(Direction::Up, Rate::mbit(20));
    }

    pub(crate) fn file(&self) -> PathBuf {
        let path = self.dir.path().join(self.name);
        let text = serde_yaml::to_string(&self.config).expect("YAML");
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("ours");
        path
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command.arg("check").arg("--config").arg(self.file());
        command.envs(self.environment.iter().map(|(k, v)| (*k, v.as_str())));
        command
    }

    /// The report for people.
    pub(crate) fn check(&self) -> Said {
        said(self.command().output().expect("it runs"))
    }

    /// The findings, and the exit code.
    pub(crate) fn findings(&self, more: &[&str]) -> (Vec<Value>, Option<i32>) {
        let output = self.command().arg("--json").args(more).output();
        let said = said(output.expect("it runs"));
        let json = serde_json::from_str(&said.text)
            .unwrap_or_else(|e| panic!("{e}: {}{}", said.text, said.errors));
        (json, said.code)
    }
}

/// A set-up whose queue has this property.
pub(crate) fn broken(queue: &str, property: &str, value: &str) -> Setup {
    let setup = Setup::new();
    setup
        .world
        .scene()
        .router
        .set_queue_property(queue, property, value);
    setup
}

pub(crate) fn said(output: Output) -> Said {
    let said = Said {
        code: output.status.code(),
        text: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    // Whatever happens, this is not printed.
    for secret in ["secret", "d2FuY3RsOnNlY3JldA"] {
        for shown in [&said.text, &said.errors] {
            let shown = shown
                .replace("/etc/wanctl/secrets", "")
                .replace("--secrets", "");
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    said
}

impl Said {
    /// Whether a sentence is there, however it was wrapped.
    pub(crate) fn has(&self, sentence: &str) -> &Self {
        let flat: Vec<&str> = self.text.split_whitespace().collect();
        assert!(
            flat.join(" ").contains(sentence),
            "{sentence:?} is not in\n{}",
            self.text
        );
        self
    }

    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}{}", self.text, self.errors);
        self
    }
}

/// `wanctl fingerprint`.
pub(crate) fn fingerprint(target: &str) -> Said {
    let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    said(
        wanctl
            .args(["fingerprint", target])
            .output()
            .expect("it runs"),
    )
}

fn merge(into: &mut serde_yaml::Value, more: serde_yaml::Value) {
    match (into, more) {
        (serde_yaml::Value::Mapping(into), serde_yaml::Value::Mapping(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(serde_yaml::Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}
