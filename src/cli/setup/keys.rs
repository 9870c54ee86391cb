//! Our SSH key, and the router's in `known_hosts`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::write::{self, Keeper};

/// Makes an ed25519 key without a passphrase, which RouterOS takes from 7.12. It is there as a whole, or not
/// at all.
pub(super) fn make(key: &Path) -> Result<(), String> {
    write::directory(key.parent().unwrap_or(Path::new(".")), Keeper::Service)?;
    let new = key.with_extension("new");
    let half = new.with_extension("new.pub");
    for leftover in [&new, &half] {
        let _ = fs::remove_file(leftover);
    }
    let output = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "wanctl", "-f"])
        .arg(&new)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| {
            format!("ssh-keygen cannot be run ({e}); install openssh-client, or use --no-ssh")
        })?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("ssh-keygen made no key: {}", why.trim()));
    }
    for (from, to) in [(half, key.with_extension("key.pub")), (new, key.to_owned())] {
        write::give(&from, Keeper::Service)?;
        fs::rename(&from, &to).map_err(|e| format!("{}: {e}", to.display()))?;
    }
    Ok(())
}

/// The public half of a key, if it lies beside it.
pub(super) fn public(key: &Path) -> Option<String> {
    let mut beside = key.as_os_str().to_owned();
    beside.push(".pub");
    fs::read_to_string(beside).ok()
}

/// Whether the file has a line about that host, in clear.
pub(super) fn is_known(file: &Path, host: &str, port: u16) -> bool {
    let place = if port == 22 {
        host.to_owned()
    } else {
        format!("[{host}]:{port}")
    };
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut names = text
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.any(|names| names.split(',').any(|name| name == place))
}

/// Adds a line.
pub(super) fn learn(file: &Path, line: &str) -> Result<(), String> {
    let mut text = fs::read_to_string(file).unwrap_or_default();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
    write::directory(file.parent().unwrap_or(Path::new(".")), Keeper::Service)?;
    write::replace(file, &text, Keeper::Service)
}
