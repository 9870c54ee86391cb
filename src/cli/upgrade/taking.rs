//! Does what was planned: every step may be done twice, and all of it can be undone.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::path::Path;

use super::manager::{self, Manager};
use super::manifest::{Before, Manifest, kept};
use super::plan::{Plan, Rights};
use super::rights;
use super::root::Root;
use super::survey::Survey;
use crate::shell::lock;

/// Writes the way back down. Nothing else has changed afterwards.
///
/// # Errors
/// A sentence.
pub(super) fn prepare(root: &Root, plan: &Plan) -> Result<Manifest, String> {
    let mut manifest = Manifest::load(root)?.unwrap_or_default();
    manifest.add(promise(root, plan));
    manifest.save(root)?;
    keep_copies(root, plan)?;
    Ok(manifest)
}

/// Puts ours in v1.7's place; the commands that are left to do elsewhere.
///
/// # Errors
/// A sentence; then v1.7 should be put back, as nothing may be running.
pub(super) fn take(root: &Root, survey: &Survey) -> Result<Vec<String>, String> {
    let plan = &survey.plan;
    let mut manager = Manager::new(root);
    let services = &plan.services;
    let stop = if root.is_alive() {
        &services.running
    } else {
        &services.enabled
    };
    if !stop.is_empty() {
        manager.now("stop", stop)?;
    }
    still_running(root, survey)?;
    manager.at_boot("disable", &services.enabled)?;
    for path in &plan.moves {
        move_file(root, path, &kept(path)).map_err(|e| sentence(path, &e))?;
    }
    for (path, text) in &plan.writes {
        write(root, path, text).map_err(|e| sentence(path, &e))?;
    }
    for rights in &plan.rights {
        set(root, rights).map_err(|e| sentence(&rights.path, &e))?;
    }
    manager.now("daemon-reload", &[])?;
    manager.at_boot("enable", &services.enable)?;
    start(root, plan, &mut manager)?;
    Ok(manager.left)
}

/// What is about to be done.
fn promise(root: &Root, plan: &Plan) -> Manifest {
    let before = |rights: &Rights| {
        let file = fs::symlink_metadata(root.at(&rights.path)).ok()?;
        Some(Before {
            path: rights.path.clone(),
            mode: file.mode() & 0o7777,
            uid: file.uid(),
            gid: file.gid(),
        })
    };
    Manifest {
        moved: plan.moves.clone(),
        written: plan.writes.iter().map(|(path, _)| path.clone()).collect(),
        copied: plan.copies.clone(),
        rights: plan.rights.iter().filter_map(before).collect(),
        enabled: plan.services.enabled.clone(),
        running: plan.services.running.clone(),
        ours: plan.services.ours(),
    }
}

/// Copies of the configuration as v1.7 had it; those of an earlier attempt stand.
fn keep_copies(root: &Root, plan: &Plan) -> Result<(), String> {
    for path in &plan.copies {
        let copy = kept(path);
        if root.has(&copy) {
            continue;
        }
        root.make_room_for(&copy)
            .and_then(|()| copy_file(root, path, &copy))
            .map_err(|e| sentence(&copy, &e))?;
    }
    Ok(())
}

/// Two that write to one router would undo each other's work.
fn still_running(root: &Root, survey: &Survey) -> Result<(), String> {
    let locks = survey.wans().map(|wan| &wan.lock.file);
    let locks = locks.chain(survey.steering().map(|it| &it.lock.file));
    for path in locks {
        if let Some(pid) = lock::predecessor(&root.at(path)) {
            return Err(format!(
                "v1.7 still runs as process {pid} and holds {}: it is none of the services here; stop it where it \
                 was started, and try again",
                path.display()
            ));
        }
    }
    Ok(())
}

fn start(root: &Root, plan: &Plan, manager: &mut Manager<'_>) -> Result<(), String> {
    let services = &plan.services;
    if !root.is_alive() {
        if !services.enable.is_empty() {
            manager.now("start", &services.enable)?;
        }
        return Ok(());
    }
    for name in &services.start {
        // Type=notify: it has returned when the loop runs, or never will.
        let one = std::slice::from_ref(name);
        manager
            .now("start", one)
            .map_err(|said| format!("{said}\n{}", manager::last_words(name).trim_end()))?;
    }
    Ok(())
}

pub(super) fn sentence(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Moves a file; that it has been moved already is no error.
pub(super) fn move_file(root: &Root, from: &Path, to: &Path) -> io::Result<()> {
    if !root.has(from) && root.has(to) {
        return Ok(());
    }
    root.make_room_for(to)?;
    match fs::rename(root.at(from), root.at(to)) {
        Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
            copy_file(root, from, to)?;
            fs::remove_file(root.at(from))
        }
        moved => moved,
    }
}

/// Copies a file with its mode and owner. Whatever happens meanwhile, there is all of it or nothing: half a copy
/// would be taken for v1.7's file.
pub(super) fn copy_file(root: &Root, from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (root.at(from), root.at(to));
    let mut new = to.clone().into_os_string();
    new.push(".new");
    let copied = || {
        fs::copy(&from, &new)?;
        let file = fs::metadata(&from)?;
        lchown(&new, Some(file.uid()), Some(file.gid()))?;
        File::open(&new)?.sync_all()?;
        fs::rename(&new, &to)
    };
    copied().inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn write(root: &Root, path: &Path, text: &str) -> io::Result<()> {
    root.make_room_for(path)?;
    fs::write(root.at(path), text)
}

/// Owner first: a change of owner takes bits of the mode away.
fn set(root: &Root, rights: &Rights) -> io::Result<()> {
    let path = root.at(&rights.path);
    if let Some((uid, gid)) = rights.owner {
        lchown(&path, Some(uid), Some(gid))?;
    }
    if let Some(mode) = rights.mode {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// Mode and owner as they were; a file that has gone needs none.
pub(super) fn restore(root: &Root, before: &Before) -> io::Result<()> {
    let path = root.at(&before.path);
    let Ok(file) = fs::symlink_metadata(&path) else {
        return Ok(());
    };
    if file.is_symlink() || rights::is_led_astray(root, &before.path) {
        return Ok(());
    }
    lchown(&path, Some(before.uid), Some(before.gid))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(before.mode))
}
