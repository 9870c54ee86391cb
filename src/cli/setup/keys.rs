//! Our SSH key, and the router's in `known_hosts`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
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

/// Adds a line. A file that is there may be others' too: it stays whose and as readable as it is.
pub(super) fn learn(file: &Path, line: &str) -> Result<(), String> {
    let said = |e: io::Error| format!("{}: {e}", file.display());
    let present = match fs::read(file) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            write::directory(file.parent().unwrap_or(Path::new(".")), Keeper::Service)?;
            return write::replace(file, &format!("{line}\n"), Keeper::Service);
        }
        present => present.map_err(said)?,
    };
    let is_whole = present.last().is_none_or(|&last| last == b'\n');
    let before = if is_whole { "" } else { "\n" };
    let mut open = OpenOptions::new().append(true).open(file).map_err(said)?;
    open.write_all(format!("{before}{line}\n").as_bytes())
        .map_err(said)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::shell::access;

    #[test]
    fn hosts_that_others_know_stay_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("known_hosts");
        fs::write(&file, b"caf\xe9 ssh-rsa A").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        learn(&file, "router ssh-ed25519 B").unwrap();
        assert_eq!(
            fs::read(&file).unwrap(),
            b"caf\xe9 ssh-rsa A\nrouter ssh-ed25519 B\n"
        );
        assert_eq!(access::mode(&file), Some(0o644));
        let new = dir.path().join("ssh/known_hosts");
        learn(&new, "router ssh-ed25519 B").unwrap();
        assert_eq!(access::mode(&new), Some(0o600));
        assert!(is_known(&new, "router", 22));
    }
}
