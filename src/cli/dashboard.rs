//! `wanctl dashboard`: finds out where the daemons and their history are, and serves the page until it is stopped.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::args::DashboardArgs;
use super::complain;
use super::pages::{reached_at, url};
use crate::config::{
    self, DEFAULT_DB_PATH, DEFAULT_HEALTH_PORT, DEFAULT_STEERING_HEALTH_PORT, FileKind, Listen,
    Storage,
};
use crate::dashboard::{self, Ceilings, Settings};
use crate::direction::Direction;
use crate::shell::clock::{self, Clock};
use crate::time::Duration;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn run(args: &DashboardArgs) -> Result<ExitCode, String> {
    let ended = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&ended))
            .map_err(|e| format!("cannot catch signals: {e}"))?;
    }
    let listen = address(&args.listen)?;
    let settings = Found::of(&args.configs)?.settings(args, listen)?;
    let told = words(&settings);
    let at = dashboard::start(settings, Clock::start()).map_err(|e| cannot(listen, &e))?;
    complain(&format!("wanctl: the dashboard is at http://{at}/"));
    for line in &told {
        complain(line);
    }
    while !ended.load(Ordering::Relaxed) {
        clock::pause(LOOK);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is worth knowing at the start.
fn words(settings: &Settings) -> Vec<String> {
    let mut lines = Vec::new();
    if !settings.listen.ip().is_loopback() {
        lines.push(format!(
            "wanctl: WARNING: {} is not this machine alone: whoever can reach it reads rates, delays and names of \
             lines, reflectors and files. There is no password, and none is shown; nothing can be changed. Let a \
             firewall decide who may come, or listen on 127.0.0.1",
            settings.listen
        ));
    }
    lines
}

fn cannot(listen: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "cannot listen on {listen}: somebody does already; end that, or name another place with --listen"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("cannot listen on {listen}: this machine has no such address")
        }
        io::ErrorKind::PermissionDenied => format!(
            "cannot listen on {listen}: not permitted; ports below 1024 are for root, so name a higher one with \
             --listen"
        ),
        _ => format!("cannot listen on {listen}: {error}"),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().map(|mut found| found.next());
    found.ok().flatten().ok_or_else(|| {
        format!(
            "--listen {text}: no address of this machine with a port, such as 127.0.0.1:9104 or [::1]:9104"
        )
    })
}

/// What the files say.
#[derive(Debug, Default)]
struct Found {
    health: Vec<String>,
    /// Each file and its database.
    databases: Vec<(PathBuf, Option<PathBuf>)>,
    ceilings: Vec<Ceilings>,
}

impl Found {
    fn of(files: &[PathBuf]) -> Result<Self, String> {
        let (mut found, mut problems) = (Self::default(), Vec::new());
        for file in files {
            if let Err(report) = found.read(file) {
                problems.push(format!("{}: {report}", file.display()));
            }
        }
        if problems.is_empty() {
            Ok(found)
        } else {
            Err(problems.join("\n"))
        }
    }

    fn read(&mut self, file: &Path) -> Result<(), config::Report> {
        if config::kind(file) == FileKind::Steering {
            let config = config::load_steering(file)?.config;
            self.take(file, &config.health, &config.storage);
            return Ok(());
        }
        let config = config::load(file)?.config;
        self.take(file, &config.health, &config.storage);
        let ceiling = |direction| config.shapers[direction].ceiling.as_mbps();
        self.ceilings.push(Ceilings {
            wan: config.wan_name.clone(),
            download: ceiling(Direction::Down),
            upload: ceiling(Direction::Up),
        });
        Ok(())
    }

    fn take(&mut self, file: &Path, health: &Listen, storage: &Storage) {
        if health.enabled {
            // Several WANs in one process share a page.
            let address = format!("http://{}:{}/health", reached_at(&health.host), health.port);
            if !self.health.contains(&address) {
                self.health.push(address);
            }
        } else {
            complain(&format!(
                "wanctl: {}: health_check.enabled is false, so nothing of it is shown but its history",
                file.display()
            ));
        }
        self.databases
            .push((file.to_owned(), storage.db_path.clone()));
    }

    fn settings(mut self, args: &DashboardArgs, listen: SocketAddr) -> Result<Settings, String> {
        for given in &args.health {
            let page = url(given).map_err(|wrong| format!("--health {wrong}"))?;
            self.health.push(page);
        }
        if args.configs.is_empty() && args.health.is_empty() {
            let ports = [DEFAULT_HEALTH_PORT, DEFAULT_STEERING_HEALTH_PORT];
            let defaults = ports.map(|port| format!("http://127.0.0.1:{port}/health"));
            self.health.extend(defaults);
        }
        Ok(Settings {
            listen,
            database: args.db.clone().or_else(|| self.database()),
            health: self.health,
            ceilings: self.ceilings,
        })
    }

    /// The first file that keeps a history decides.
    fn database(&self) -> Option<PathBuf> {
        if self.databases.is_empty() {
            return Some(DEFAULT_DB_PATH.into());
        }
        let mut kept = self
            .databases
            .iter()
            .filter_map(|(file, path)| Some((file, path.as_ref()?)));
        let (first_file, first) = kept.next()?;
        for (file, _) in kept.filter(|(_, path)| *path != first) {
            complain(&format!(
                "wanctl: {}: storage.db_path is not the one of {}, whose history is shown; start a second dashboard \
                 for the other, or name one with --db",
                file.display(),
                first_file.display()
            ));
        }
        Some(first.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(health: &[&str]) -> DashboardArgs {
        DashboardArgs {
            health: health.iter().map(|&text| text.to_owned()).collect(),
            ..DashboardArgs::default()
        }
    }

    fn settings(found: Found, args: &DashboardArgs) -> Settings {
        found
            .settings(args, address(&args.listen).unwrap())
            .unwrap()
    }

    #[test]
    fn without_a_word_the_daemons_are_where_they_are_by_default() {
        let settings = settings(Found::default(), &DashboardArgs::default());
        assert_eq!(
            settings.health,
            [
                "http://127.0.0.1:9101/health",
                "http://127.0.0.1:9102/health"
            ]
        );
        assert_eq!(settings.database, Some(DEFAULT_DB_PATH.into()));
        assert_eq!(settings.listen, "127.0.0.1:9104".parse().unwrap());
    }

    #[test]
    fn files_say_where_the_daemons_are() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, more: &str| {
            let text = include_str!("../../tests/config/valid.yaml");
            let path = folder.path().join(name);
            std::fs::write(&path, format!("{text}\n{more}\n")).unwrap();
            path
        };
        let files = [
            file(
                "a",
                "health_check: {host: 0.0.0.0, port: 9111}\nstorage: {db_path: /a.db}",
            ),
            file(
                "b",
                "health_check: {host: 127.0.0.1, port: 9111}\nstorage: {db_path: ''}",
            ),
            file("c", "health_check: {host: '::', port: 9112}"),
            file("d", "health_check: {enabled: false}"),
        ];
        let found = Found::of(&files).unwrap();
        let ceilings = found.ceilings[0].clone();
        let settings = settings(
            found,
            &DashboardArgs {
                configs: files.to_vec(),
                ..args(&["localhost:9119"])
            },
        );
        assert_eq!(
            settings.health,
            [
                "http://127.0.0.1:9111/health",
                "http://[::1]:9112/health",
                "http://localhost:9119/health"
            ]
        );
        assert_eq!(settings.database, Some("/a.db".into()));
        assert!(ceilings.download > ceilings.upload, "{ceilings:?}");
        assert!(words(&settings).is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told() {
        let sentence = Found::of(&["/no/such.yaml".into()]).unwrap_err();
        assert!(sentence.starts_with("/no/such.yaml: "), "{sentence}");
    }

    #[test]
    fn opened_wider_it_says_so() {
        let wide = DashboardArgs {
            listen: "0.0.0.0:9104".into(),
            ..args(&[])
        };
        let said = words(&settings(Found::default(), &wide)).join("");
        assert!(said.contains("whoever can reach it reads"), "{said}");
        assert!(
            address("9104")
                .unwrap_err()
                .contains("such as 127.0.0.1:9104")
        );
    }
}
