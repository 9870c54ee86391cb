//! Back to v1.7: its services as they were, with what has happened since.

use std::fs;
use std::path::{Path, PathBuf};

use super::manager::Manager;
use super::manifest::{Manifest, kept};
use super::root::Root;
use super::taking;
use crate::config::{self, ControlLaw, FileKind, PasswordSource, Scheme, WanConfig};

/// v1.7 knew no other.
const SSH_PORT: u16 = 22;
/// Only with this one it spoke TLS (contract 8.4).
const TLS_PORT: u16 = 443;

/// What was done, in sentences, and the commands that are left to do.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) told: Vec<String>,
    pub(super) left: Vec<String>,
}

/// Puts everything back.
///
/// # Errors
/// A sentence. What is not put back yet stays kept, and another attempt goes on from there.
pub(super) fn go(root: &Root, manifest: &Manifest) -> Result<Done, String> {
    let mut done = Done::default();
    let mut manager = Manager::new(root);
    let running = Manager::running(root, &manifest.ours);
    if !running.is_empty() {
        manager.now("stop", &running)?;
    }
    manager.at_boot("disable", &present(root, &manifest.ours))?;
    for path in &manifest.written {
        // What is there may be v1.7's still: promised to be moved, and never was.
        let is_theirs = manifest.moved.contains(path) && !root.has(kept(path));
        if root.has(path) && !is_theirs {
            fs::remove_file(root.at(path)).map_err(|e| taking::sentence(path, &e))?;
            done.told
                .push(format!("{}: ours is removed", path.display()));
        }
    }
    for path in &manifest.moved {
        if root.has(kept(path)) {
            taking::move_file(root, &kept(path), path).map_err(|e| taking::sentence(path, &e))?;
            done.told
                .push(format!("{}: v1.7's is back", path.display()));
        }
    }
    for path in &manifest.copied {
        done.told.extend(configuration(root, path)?);
    }
    for before in &manifest.rights {
        taking::restore(root, before).map_err(|e| taking::sentence(&before.path, &e))?;
        done.told.push(format!(
            "{}: mode {:04o} and owner are as they were",
            before.path.display(),
            before.mode
        ));
    }
    manager.now("daemon-reload", &[])?;
    manager.at_boot("enable", &manifest.enabled)?;
    let start = if root.is_alive() {
        &manifest.running
    } else {
        &manifest.enabled
    };
    if !start.is_empty() {
        manager.now("start", start)?;
    }
    Manifest::forget(root)?;
    done.left = manager.left;
    Ok(done)
}

/// Those services of ours that the manager can know: who disables what is not there fails.
fn present(root: &Root, ours: &[String]) -> Vec<String> {
    let directories = [
        "/etc/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ];
    let known = |name: &&String| -> bool {
        let file = match name.split_once('@') {
            Some((template, _)) => format!("{template}@.service"),
            None => (*name).clone(),
        };
        let mut places = directories.iter().map(|it| Path::new(it).join(&file));
        places.any(|path| root.has(path))
    };
    ours.iter().filter(known).cloned().collect()
}

/// A file that v1.7 could not run with, or that has gone, gives way to the one that it had.
fn configuration(root: &Root, path: &Path) -> Result<Option<String>, String> {
    let copy = kept(path);
    if !root.has(&copy) {
        return Ok(None);
    }
    let file = path.display();
    let put_back = || taking::copy_file(root, &copy, path).map_err(|e| taking::sentence(path, &e));
    if !root.has(path) {
        put_back()?;
        return Ok(Some(format!("{file}: had gone; v1.7's own is back")));
    }
    let read = |path: &Path| fs::read(root.at(path)).map_err(|e| taking::sentence(path, &e));
    let (then, now) = (read(&copy)?, read(path)?);
    if then == now {
        return Ok(None);
    }
    let Some(why) = useless_to_v17(path, &now) else {
        return Ok(Some(format!(
            "{file}: has changed since; v1.7 can use it, and it stays"
        )));
    };
    let aside = PathBuf::from(format!("{file}.v2"));
    taking::move_file(root, path, &aside).map_err(|e| taking::sentence(&aside, &e))?;
    put_back()?;
    Ok(Some(format!(
        "{file}: {why}; v1.7's own is back, and ours is kept as {}",
        aside.display()
    )))
}

/// Why v1.7 would not run with that file, or not reach the router.
fn useless_to_v17(path: &Path, bytes: &[u8]) -> Option<String> {
    if steers(bytes) {
        let problems = config::parse_steering(path, bytes).err()?;
        return Some(problems.to_string());
    }
    // v1.7 skips the key, and needs everything that its own law needs.
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| {
        if line.trim_start().starts_with("control_law:") {
            line.replace("adaptive", "classic")
        } else {
            line.to_owned()
        }
    });
    let classic: Vec<String> = lines.collect();
    match config::parse(path, classic.join("\n").as_bytes()) {
        Ok(loaded) if loaded.config.control_law == ControlLaw::Adaptive => {
            Some("says control_law in a way that v1.7's keys cannot be looked for in".to_owned())
        }
        Ok(loaded) => out_of_reach(&loaded.config),
        Err(report) => {
            let first = report.problems().first().map(ToString::to_string);
            Some(format!(
                "v1.7 could not read it ({})",
                first.unwrap_or_default()
            ))
        }
    }
}

fn out_of_reach(config: &WanConfig) -> Option<String> {
    let router = &config.router;
    let tls = (router.scheme == Scheme::Https) != (router.port == TLS_PORT);
    let from_file = matches!(router.password_source(), PasswordSource::File(_));
    [
        (from_file, "names a password_file, which v1.7 does not know"),
        (tls, "has a router.scheme, which v1.7 does not know"),
        (
            router.ssh_port != SSH_PORT,
            "has a router.ssh_port, which v1.7 does not know",
        ),
    ]
    .into_iter()
    .find_map(|(is_so, why)| is_so.then(|| why.to_owned()))
}

fn steers(bytes: &[u8]) -> bool {
    config::kind_of(bytes) == FileKind::Steering
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSIC: &str = include_str!("../../../configs/classic.yaml");
    const ADAPTIVE: &str = include_str!("../../../configs/cable.yaml");

    fn useless(text: &str) -> Option<String> {
        useless_to_v17(Path::new("/etc/wanctl/wan1.yaml"), text.as_bytes())
    }

    /// A system whose configuration was copied, and is this one by now.
    fn taken_over(now: Option<&str>) -> (tempfile::TempDir, Root, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        let path = PathBuf::from("/etc/wanctl/wan1.yaml");
        for (path, text) in [(kept(&path), Some(CLASSIC)), (path.clone(), now)] {
            root.make_room_for(&path).unwrap();
            if let Some(text) = text {
                fs::write(root.at(&path), text).unwrap();
            }
        }
        (dir, root, path)
    }

    #[test]
    fn a_file_that_has_gone_comes_back_before_its_copy_goes() {
        let (_dir, root, path) = taken_over(None);
        let manifest = Manifest {
            copied: vec![path.clone()],
            ..Manifest::default()
        };
        manifest.save(&root).unwrap();
        let done = go(&root, &manifest).unwrap();
        assert_eq!(
            done.told,
            ["/etc/wanctl/wan1.yaml: had gone; v1.7's own is back"]
        );
        assert_eq!(root.text(&path).as_deref(), Some(CLASSIC));
    }

    #[test]
    fn what_comes_back_is_v1_7s_to_read() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

        let (_dir, root, path) = taken_over(Some(CLASSIC));
        let file = root.at(&path);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        if chown(&file, Some(0), Some(4_712)).is_err() {
            println!("skipped: needs root");
            return;
        }
        taking::copy_file(&root, &path, &kept(&path)).unwrap();
        fs::write(&file, ADAPTIVE).unwrap();
        assert!(configuration(&root, &path).unwrap().is_some());
        let back = fs::metadata(&file).unwrap();
        assert_eq!(root.text(&path).as_deref(), Some(CLASSIC));
        assert_eq!((back.gid(), back.mode() & 0o7777), (4_712, 0o640));
    }

    #[test]
    fn v1_7_can_use_what_has_its_keys() {
        assert_eq!(useless(CLASSIC), None);
        let changed = CLASSIC.replace("control_law: classic", "control_law: adaptive");
        assert_eq!(useless(&changed), None);
        assert_eq!(
            useless(include_str!("../../../configs/steering.yaml")),
            None
        );
    }

    #[test]
    fn v1_7_cannot_use_what_has_only_ours() {
        let why = useless(ADAPTIVE).unwrap();
        assert!(
            why.starts_with("v1.7 could not read it (/etc/wanctl/wan1.yaml:"),
            "{why}"
        );
        let by_file = CLASSIC.replace(
            "password: \"${ROUTER_PASSWORD}\"",
            "password_file: /etc/wanctl/router-password",
        );
        assert!(useless(&by_file).unwrap().contains("password_file"));
        let plain = CLASSIC.replace("port: 443", "port: 8080\n  scheme: https");
        assert!(useless(&plain).unwrap().contains("router.scheme"));
    }
}
