//! What is there already: files of an earlier setup, or of somebody's hand, are answers too.

use std::fs;
use std::path::{Path, PathBuf};

use super::plan::Places;
use super::secrets;
use crate::config::{
    self, ControlLaw, FileKind, PasswordSource, RouterConfig, Secret, SteeringConfig, WanConfig,
};

/// The files of a directory.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// WANs with their files' names, in the order of these.
    pub(super) wans: Vec<(String, WanConfig)>,
    pub(super) steering: Option<SteeringConfig>,
    pub(super) password: Option<Secret>,
    /// Files that say nothing to us, and why.
    pub(super) unread: Vec<String>,
}

impl Before {
    pub(super) fn look(places: &Places) -> Self {
        let mut before = Self::default();
        for path in yaml_files(&places.dir) {
            before.read(&path);
        }
        let router = before.router();
        before.password = match router.map(|router| (router, router.password_source())) {
            Some((_, PasswordSource::File(file))) => first_line(file),
            Some((router, PasswordSource::Written)) => Some(router.password(|_| None).secret),
            _ => {
                let text = fs::read_to_string(places.secrets()).unwrap_or_default();
                secrets::password(&text)
            }
        };
        before
    }

    fn read(&mut self, path: &Path) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let unread = match config::kind(path) {
            FileKind::Wan => match config::load(path) {
                Ok(loaded) => {
                    self.wans.push((name.into_owned(), loaded.config));
                    return;
                }
                Err(report) => report,
            },
            FileKind::Steering => match config::load_steering(path) {
                Ok(loaded) => {
                    self.steering = Some(loaded.config);
                    return;
                }
                Err(report) => report,
            },
        };
        let problems = unread.problems().first().map(ToString::to_string);
        self.unread.extend(problems);
    }

    pub(super) fn router(&self) -> Option<&RouterConfig> {
        self.wans.first().map(|(_, config)| &config.router)
    }

    pub(super) fn wan(&self, name: &str) -> Option<&WanConfig> {
        let mut wans = self.wans.iter();
        wans.find(|(file, _)| file == name)
            .map(|(_, config)| config)
    }
}

/// The text of a WAN's file that can be gone on with: one that the adaptive law runs on.
pub(super) fn usable(path: &Path) -> Option<String> {
    let loaded = config::load(path).ok()?;
    (loaded.config.control_law == ControlLaw::Adaptive)
        .then(|| fs::read_to_string(path).ok())
        .flatten()
}

/// Whether a file has the router's password in it.
pub(super) fn holds_password(path: &Path) -> bool {
    let written = |router: &RouterConfig| router.password_source() == PasswordSource::Written;
    match config::kind(path) {
        FileKind::Wan => config::load(path).is_ok_and(|loaded| written(&loaded.config.router)),
        FileKind::Steering => {
            config::load_steering(path).is_ok_and(|loaded| written(&loaded.config.router))
        }
    }
}

fn yaml_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    files
}

fn first_line(file: &Path) -> Option<Secret> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().next().map(|line| Secret::new(line.to_owned()))
}
