//! Looks at everything that v1.7 has, and changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::plan::{Group, Plan};
use super::rights::{self, Account, USER};
use super::root::Root;
use super::{database, documents, units};
use crate::config::{self, FileKind, Loaded, SteeringConfig, WanConfig};
use crate::shell::lock;

/// Where both versions have their configuration.
pub(super) const ETC: &str = "/etc/wanctl";

/// A configuration file and what we make of it.
#[derive(Debug)]
pub(super) struct File {
    /// Where it lies.
    pub(super) path: PathBuf,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Wan(Box<Loaded<WanConfig>>),
    Steering(Box<Loaded<SteeringConfig>>),
    /// Not usable, because of this.
    Refused(String),
}

/// What was found.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) files: Vec<File>,
    pub(super) plan: Plan,
}

impl Survey {
    /// The WANs, in the order of their files.
    pub(super) fn wans(&self) -> impl Iterator<Item = &WanConfig> {
        self.files.iter().filter_map(|file| match &file.what {
            What::Wan(loaded) => Some(&loaded.config),
            What::Steering(_) | What::Refused(_) => None,
        })
    }

    pub(super) fn steering(&self) -> Option<&SteeringConfig> {
        self.files.iter().find_map(|file| match &file.what {
            What::Steering(loaded) => Some(&loaded.config),
            What::Wan(_) | What::Refused(_) => None,
        })
    }

    /// Whether v1.7 is, or was, here at all.
    pub(super) fn found_anything(&self) -> bool {
        !self.plan.rows.is_empty()
    }
}

/// Looks at that system.
pub(super) fn survey(root: &Root) -> Survey {
    let mut plan = Plan::default();
    let files: Vec<File> = root
        .names(ETC)
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "yaml"))
        .map(|name| file(root, Path::new(ETC).join(name)))
        .collect();
    units::look(root, &mut plan);
    let account = Account::find(root);
    if account.is_none() && plan.has_work() {
        plan.obstacles.push(format!(
            "there is no user {USER}, as whom the services run: useradd --system --home-dir /var/lib/wanctl \
             --shell /usr/sbin/nologin {USER}"
        ));
    }
    let mut scene = Scene {
        root,
        account,
        plan,
    };
    scene.own(Group::State, Path::new("/var/lib/wanctl"), "stays");
    for file in &files {
        scene.configuration(file);
    }
    scene.secrets();
    scene.rest();
    let plan = scene.plan;
    Survey { files, plan }
}

fn file(root: &Root, path: PathBuf) -> File {
    let there = root.at(&path);
    let bytes = fs::read(&there).unwrap_or_default();
    let refused = |report: config::Report| {
        let problems: Vec<String> = report.problems().iter().map(ToString::to_string).collect();
        What::Refused(problems.join("\n"))
    };
    let what = match config::kind(&there) {
        FileKind::Wan => {
            config::parse(&path, &bytes).map_or_else(refused, |loaded| What::Wan(Box::new(loaded)))
        }
        FileKind::Steering => config::parse_steering(&path, &bytes)
            .map_or_else(refused, |loaded| What::Steering(Box::new(loaded))),
    };
    File { path, what }
}

/// What is looked at, and what has been found so far.
struct Scene<'r> {
    root: &'r Root,
    account: Option<Account>,
    plan: Plan,
}

impl Scene<'_> {
    /// One configuration file, and all that it names.
    fn configuration(&mut self, file: &File) {
        let path = &file.path;
        let said = match &file.what {
            What::Wan(loaded) => {
                self.warn(&loaded.warnings);
                format!("{}, accepted; stays as it is", loaded.config.wan_name)
            }
            What::Steering(loaded) => {
                self.warn(&loaded.warnings);
                "steering, accepted; stays as it is".to_owned()
            }
            What::Refused(why) => {
                self.refuse(path, why);
                "NOT accepted, see below".to_owned()
            }
        };
        let readable = self.readable(path);
        let row = self.plan.row(Group::Configuration, path, said);
        if let Some(change) = readable {
            row.fate = format!("{}; {change}", row.fate);
        }
        self.plan.copies.push(path.clone());
        match &file.what {
            What::Wan(loaded) => self.wan(&loaded.config),
            What::Steering(loaded) => self.steering(&loaded.config),
            What::Refused(_) => {}
        }
    }

    /// A file that is not accepted is in the way of the service that runs it, and of none else.
    fn refuse(&mut self, path: &Path, why: &str) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let services = [
            format!("{}{stem}.service", units::AUTORATE),
            units::STEERING.to_owned(),
        ];
        let ours = self.plan.services.ours();
        let steers = stem == "steering" && ours.contains(&services[1]);
        let lines = if ours.contains(&services[0]) || steers {
            &mut self.plan.obstacles
        } else {
            &mut self.plan.warnings
        };
        lines.extend(why.lines().map(ToOwned::to_owned));
    }

    fn warn(&mut self, warnings: &[config::Problem]) {
        let said = warnings.iter().map(ToString::to_string);
        self.plan.warnings.extend(said);
    }

    fn wan(&mut self, config: &WanConfig) {
        self.key(Path::new(&config.router.ssh_key));
        for path in [&config.state.main, &config.state.v17] {
            if !self.plan.tells_of(path) && self.root.has(path) {
                let other = (path == &config.state.main).then_some(&config.state.v17);
                let said = documents::wan(self.root, config, path, other);
                self.own(Group::State, path, &said);
            }
        }
        self.logs(&config.logging);
        self.lock(&config.lock.file);
        self.history(config.storage.db_path.as_deref());
    }

    fn steering(&mut self, config: &SteeringConfig) {
        self.key(Path::new(&config.router.ssh_key));
        let path = &config.state_file;
        if self.root.has(path) {
            let said = documents::steering(self.root, config, path);
            self.own(Group::State, path, &said);
        }
        for (ending, said) in [
            (
                ".backup",
                "v1.7's copy of it; read once if the document is broken, else it just stays",
            ),
            (".lock", "v1.7's; stays, nobody needs it now"),
            (".corrupt", "a broken document v1.7 set aside; stays"),
        ] {
            let mut beside = path.clone().into_os_string();
            beside.push(ending);
            if self.root.has(&beside) {
                self.plan.row(Group::State, Path::new(&beside), said);
            }
        }
        self.logs(&config.logging);
        self.lock(&config.lock.file);
        self.history(config.storage.db_path.as_deref());
    }

    fn logs(&mut self, logging: &config::Logging) {
        self.own(Group::Logs, &logging.main_log, "stays; goes on");
        let debug = "stays; only --debug and SIGUSR1 write to it";
        self.own(Group::Logs, &logging.debug_log, debug);
    }

    fn lock(&mut self, path: &Path) {
        if !self.root.has(path) {
            return;
        }
        let said = match lock::predecessor(&self.root.at(path)) {
            Some(pid) => format!("held by v1.7, process {pid}, until it is stopped"),
            None => "left behind; is made anew".to_owned(),
        };
        self.own(Group::Locks, path, &said);
    }

    fn history(&mut self, path: Option<&Path>) {
        let Some(path) = path.filter(|path| self.root.has(path)) else {
            return;
        };
        if self.plan.tells_of(path) {
            return;
        }
        let said = database::told(&self.root.at(path));
        self.own(Group::History, path, &said);
        for ending in ["-wal", "-shm"] {
            let mut beside = path.as_os_str().to_owned();
            beside.push(ending);
            self.own(Group::History, Path::new(&beside), "belongs to it");
        }
    }

    fn key(&mut self, path: &Path) {
        self.own(Group::Secrets, path, "the key for the router; stays");
    }

    fn secrets(&mut self) {
        let path = Path::new("/etc/wanctl/secrets");
        if self.root.has(path) {
            let change = rights::secret(self.root, &mut self.plan, path);
            let said = change.map_or("stays".to_owned(), |change| format!("stays; {change}"));
            self.plan.row(Group::Secrets, path, said);
        }
        let home = self.account.as_ref().map(|account| account.home.clone());
        if let Some(home) = home {
            let hosts = home.join(".ssh/known_hosts");
            self.own(Group::Secrets, &hosts, "the router's SSH host key; stays");
        }
    }

    /// What goes on as it was, or is of no use any more.
    fn rest(&mut self) {
        for (path, said) in [
            ("/opt/wanctl", "v1.7's program; stays, for the way back"),
            (
                "/etc/tmpfiles.d/wanctl.conf",
                "stays; our services need it no more than v1.7 did",
            ),
            (
                "/etc/logrotate.d/wanctl",
                "stays; works: a log that was renamed is opened anew",
            ),
        ] {
            if self.root.has(path) {
                self.plan.row(Group::Rest, Path::new(path), said);
            }
        }
    }

    /// A file that the service must be able to write, or to call its own.
    fn own(&mut self, group: Group, path: &Path, said: &str) {
        if !self.root.has(path) || self.plan.tells_of(path) {
            return;
        }
        let account = self.account.as_ref();
        let change = account.and_then(|it| it.to_own(self.root, &mut self.plan, path));
        let change = change.map(|change| format!("; {change}"));
        let said = format!("{said}{}", change.unwrap_or_default());
        self.plan.row(group, path, said);
    }

    fn readable(&mut self, path: &Path) -> Option<&'static str> {
        let account = self.account.as_ref();
        account.and_then(|it| it.to_read(self.root, &mut self.plan, path))
    }
}
