//! A router, a directory, and the program run on both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use wanctl::cli::stage::certificate::Certificate;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::sim::double::RouterOptions;

/// Like nothing else in any text, and with what shells and YAML stumble over.
pub(crate) const PASSWORD: &str = "Tr0ub4dor&3 $x \"#";

/// A router with https, and a place for files.
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) dir: TempDir,
    password: &'static str,
}

/// What the program said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            text: String::from_utf8(output.stdout).expect("UTF-8"),
            errors: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}{}", self.text, self.errors);
        self
    }

    /// Whether a sentence is in what it said, however it was wrapped.
    #[track_caller]
    pub(crate) fn has(&self, sentence: &str) -> &Self {
        let all = format!("{} {}", self.text, self.errors);
        let flat: Vec<&str> = all.split_whitespace().collect();
        assert!(
            flat.join(" ").contains(sentence),
            "{sentence:?} is not in\n{all}"
        );
        self
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_password(PASSWORD)
    }

    pub(crate) fn with_password(password: &'static str) -> Self {
        let certificate = Certificate::make(false).expect("a certificate");
        let world = World::start(WorldOptions {
            tls: Some(certificate.config),
            router: RouterOptions {
                password: password.to_owned(),
                ..RouterOptions::default()
            },
            ..WorldOptions::default()
        });
        let world = world.expect("loopback has free ports");
        for queue in ["WAN-Download", "WAN-Upload"] {
            let router = &mut world.scene().router;
            router.set_queue_property(queue, "bucket-size", "0.01");
        }
        // Where paths are of one length, and so the lines of the captures.
        let dir = tempfile::tempdir_in("/tmp").expect("a directory");
        fs::write(dir.path().join("password"), format!("{password}\n")).expect("a file");
        Self {
            world,
            dir,
            password,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn config(&self, name: &str) -> PathBuf {
        self.dir.path().join("etc").join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.config(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// `wanctl setup` in this bench's directories.
    pub(crate) fn setup(&self) -> Command {
        let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        wanctl.arg("setup").arg("--dir").arg(self.path("etc"));
        wanctl.arg("--data").arg(self.path("data"));
        wanctl.stdin(Stdio::null()).env_remove("ROUTER_PASSWORD");
        wanctl
    }

    /// The flags that say where and who the router is.
    pub(crate) fn router_flags(&self) -> Vec<String> {
        let port = self.world.router_port().to_string();
        let password = self.path("password").display().to_string();
        let flags = [
            "--router",
            "127.0.0.1",
            "--port",
            &port,
            "--trust-on-first-use",
        ];
        let flags = flags.into_iter().chain(["--password-file", &password]);
        flags.map(str::to_owned).collect()
    }

    /// Unattended, with the router's flags and these.
    pub(crate) fn unattended(&self, flags: &[&str]) -> Said {
        let mut setup = self.setup();
        setup.arg("--yes").args(self.router_flags()).args(flags);
        self.said(setup.output().expect("it runs"))
    }

    /// Nothing that is said holds the password.
    pub(crate) fn said(&self, output: Output) -> Said {
        let said = Said::of(output);
        for text in [&said.text, &said.errors] {
            assert!(!text.contains(self.password), "{text}");
        }
        said
    }

    /// `wanctl check` on a file, with the environment that the service has.
    pub(crate) fn check(&self, files: &[&str]) -> Said {
        let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        wanctl.arg("check").arg("--config");
        wanctl.args(files.iter().map(|name| self.config(name)));
        // As a person does it: `set -a; . secrets`.
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "set -a; . \"$1\"; printf %s \"$ROUTER_PASSWORD\"",
            "sh",
        ]);
        shell.arg(self.config("secrets"));
        let read = shell.output().expect("sh");
        let password = String::from_utf8(read.stdout).expect("UTF-8");
        if !password.is_empty() {
            wanctl.env("ROUTER_PASSWORD", password);
        }
        self.said(wanctl.output().expect("it runs"))
    }
}

/// All regular files below a directory.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
