//! The results on disk: the WAN file, and v1.7's `<wan>_calibration.json`.

use std::fmt::{Display, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::plan::Plan;
use super::settings::{self, Line, Setting};
use crate::config::{self, edit};
use crate::units::Millis;

/// A new file may hold a password; the service's group has to read it, as v1.7's deployment left it.
const NEW_FILE: u32 = 0o640;
const RESULTS_FILE: u32 = 0o644;

/// A WAN file as it should be.
#[derive(Clone, Debug)]
pub(super) struct Edited {
    /// As it was, or would have begun.
    pub(super) before: String,
    /// As it should be; our validator accepts it.
    pub(super) after: String,
}

/// What v1.7 left in its JSON (contract 10).
#[derive(Clone, Debug, Serialize)]
pub(super) struct Results {
    pub(super) wan_name: String,
    pub(super) router_host: String,
    pub(super) router_user: String,
    pub(super) baseline_rtt_ms: f64,
    pub(super) raw_download_mbps: f64,
    pub(super) raw_upload_mbps: f64,
    pub(super) optimal_download_mbps: f64,
    pub(super) optimal_upload_mbps: f64,
    pub(super) download_bloat_ms: f64,
    pub(super) upload_bloat_ms: f64,
    pub(super) floor_download_mbps: f64,
    pub(super) floor_upload_mbps: f64,
    pub(super) timestamp: String,
    pub(super) target_bloat_ms: f64,
}

/// The plan's file, as it is now, with the line's numbers.
///
/// # Errors
/// A sentence, with the numbers, if the file is written in a way that cannot be edited, or would not be valid;
/// and if it has gone, cannot be read any more, or is about other queues by now.
pub(super) fn edited(plan: &Plan, line: &Line) -> Result<Edited, String> {
    let base = plan.base(line.baseline)?;
    let named = |why: &dyn Display| format!("{}: {why}", plan.file.display());
    let now = config::parse(&plan.file, base.as_bytes()).map_err(|report| {
        named(&format_args!(
            "is not valid now, and stays as it is: {report}"
        ))
    })?;
    if now.config.router.queues != plan.config.router.queues {
        return Err(named(
            &"names other queues than those that were measured, and stays as it is",
        ));
    }
    let content = serde_yaml::from_str(&base).map_err(|e| named(&e))?;
    let settings = settings::settings(&content, now.config.control_law, line);
    let mut after = base.clone();
    for Setting { path, value } in &settings {
        after = edit::set(&after, path, value)
            .map_err(|e| format!("{}: {e}\n{}", plan.file.display(), by_hand(&settings)))?;
    }
    config::parse(&plan.file, after.as_bytes()).map_err(|report| {
        format!(
            "{} would not be valid, and stays as it is: {report}\n{}",
            plan.file.display(),
            by_hand(&settings)
        )
    })?;
    // What a new file is compared with is what lies there already.
    let before = if plan.is_new() {
        fs::read_to_string(&plan.file).unwrap_or_default()
    } else {
        base
    };
    Ok(Edited { before, after })
}

fn by_hand(settings: &[Setting]) -> String {
    let mut text = "Write these into it yourself:".to_owned();
    for Setting { path, value } in settings {
        let _ = write!(text, "\n  {}: {value}", path.join("."));
    }
    text
}

/// Replaces the file in one step; where the old one is now, if there was one.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn write(file: &Path, text: &str, stamp: &str) -> Result<Option<PathBuf>, String> {
    // A link stays one.
    let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let written = || {
        let backup = if real.exists() {
            let backup = with_end(&real, &format!(".bak.{stamp}"));
            fs::copy(&real, &backup)?;
            Some(backup)
        } else {
            None
        };
        replace(&real, text.as_bytes(), NEW_FILE)?;
        Ok(backup)
    };
    written().map_err(|e: io::Error| format!("{}: cannot be written: {e}", file.display()))
}

/// Writes v1.7's results.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn write_results(dir: &Path, results: &Results) -> Result<PathBuf, String> {
    let file = dir.join(format!("{}_calibration.json", results.wan_name));
    let written = serde_json::to_string_pretty(results)
        .map_err(io::Error::other)
        .and_then(|text| replace(&file, text.as_bytes(), RESULTS_FILE));
    written.map_err(|e| format!("{}: cannot be written: {e}", file.display()))?;
    Ok(file)
}

/// After a crash there is the old one or the new one. Mode and owner are the old one's; a new one has its
/// directory's group.
fn replace(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let new = with_end(file, ".new");
    let _ = fs::remove_file(&new);
    let write = || {
        let mut out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        let old = fs::metadata(file).ok();
        let parent = file
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let (owner, group) = match &old {
            Some(old) => (Some(old.uid()), old.gid()),
            None => (None, fs::metadata(parent)?.gid()),
        };
        let given = fchown(&out, owner, Some(group));
        let mode = old.map_or(mode, |old| old.mode() & 0o7777);
        // Who may not give a file away keeps it, but shows it to nobody by accident.
        let mode = if given.is_ok() { mode } else { mode & !0o070 };
        out.set_permissions(fs::Permissions::from_mode(mode))?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&new, file)?;
        File::open(parent)?.sync_all()
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// `20261121_190502`, of v1.7's `2026-11-21T19:05:02.123456`.
pub(super) fn stamp(iso: &str) -> String {
    let (date, time) = iso.split_once('T').unwrap_or((iso, ""));
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let time = time.split('.').next().unwrap_or_default();
    format!("{}_{}", digits(date), digits(time))
}

/// One decimal, as v1.7 rounded.
pub(super) fn tenth(delay: Millis) -> f64 {
    (delay.as_f64() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_mode_and_leaves_a_copy_of_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wan1.yaml");
        assert_eq!(write(&file, "new", "x"), Ok(None));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
        let backup = write(&file, "newer", "20261121_190502").unwrap().unwrap();
        assert!(backup.ends_with("wan1.yaml.bak.20261121_190502"));
        assert_eq!(fs::read_to_string(&backup).unwrap(), "new");
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&file), mode(&backup)), (0o604, 0o604));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn behind_a_link_the_file_itself_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("real.yaml"), dir.path().join("wan1.yaml"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, "new", "x").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn where_nothing_can_be_written_that_is_said_and_nothing_left() {
        let dir = tempfile::tempdir().unwrap();
        let said = write(&dir.path().join("missing/wan1.yaml"), "x", "y").unwrap_err();
        assert!(
            said.contains("missing/wan1.yaml: cannot be written"),
            "{said}"
        );
        let taken = dir.path().join("wan1_calibration.json");
        fs::create_dir(&taken).unwrap();
        let results = Results {
            wan_name: "wan1".to_owned(),
            router_host: String::new(),
            router_user: String::new(),
            baseline_rtt_ms: 0.0,
            raw_download_mbps: 0.0,
            raw_upload_mbps: 0.0,
            optimal_download_mbps: 0.0,
            optimal_upload_mbps: 0.0,
            download_bloat_ms: 0.0,
            upload_bloat_ms: 0.0,
            floor_download_mbps: 0.0,
            floor_upload_mbps: 0.0,
            timestamp: String::new(),
            target_bloat_ms: 10.0,
        };
        let said = write_results(dir.path(), &results).unwrap_err();
        assert!(
            said.contains("wan1_calibration.json: cannot be written"),
            "{said}"
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_copys_name_tells_when() {
        assert_eq!(stamp("2026-11-21T19:05:02.123456"), "20261121_190502");
    }
}
