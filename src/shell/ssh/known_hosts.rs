//! Is the router who it was? `known_hosts`, read line by line.
//!
//! libssh2 compares names, hashed ones too; the verdict is ours, because its own stops at the first
//! line it does not understand, knows nothing of `@revoked`, and calls a key of another type than the
//! recorded one a changed key.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ssh2::{CheckResult, HashType, KnownHostFileKind, Session};

/// The lines about one host.
#[derive(Debug)]
pub(super) struct Keys(Vec<Key>);

#[derive(Debug)]
struct Key {
    kind: String,
    blob: Vec<u8>,
    revoked: bool,
}

/// What the file says of the key a host has shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Known,
    /// Nothing is known of this host.
    Unknown,
    /// Other keys are.
    Changed,
    Revoked,
}

impl Keys {
    /// Reads the lines about a host; a file that cannot be read has none.
    pub(super) fn read(session: &Session, file: &Path, host: &str, port: u16) -> Self {
        let text = std::fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text
            .lines()
            .filter_map(|line| of_host(session, line, host, port));
        Self(lines.collect())
    }

    /// The host-key algorithms to ask for: those whose keys we could compare, as OpenSSH does. `None`
    /// leaves the choice to libssh2.
    pub(super) fn preference(&self) -> Option<String> {
        let mut methods: Vec<&str> = Vec::new();
        for key in self.0.iter().filter(|key| !key.revoked) {
            let of_kind: &[&str] = match key.kind.as_str() {
                // One key, three signatures; ssh-rsa's is SHA-1, and this libssh2 has none of it.
                "ssh-rsa" => &["rsa-sha2-512", "rsa-sha2-256"],
                kind => &[kind],
            };
            methods.extend(
                of_kind
                    .iter()
                    .filter(|method| !methods.contains(method))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
        (!methods.is_empty()).then(|| methods.join(","))
    }

    pub(super) fn judge(&self, shown: &[u8]) -> Verdict {
        let same = |revoked| {
            self.0
                .iter()
                .any(|key| key.revoked == revoked && key.blob == shown)
        };
        if same(true) {
            Verdict::Revoked
        } else if same(false) {
            Verdict::Known
        } else if self.0.iter().any(|key| !key.revoked) {
            Verdict::Changed
        } else {
            Verdict::Unknown
        }
    }
}

/// The key of a line, if the line is about this host.
fn of_host(session: &Session, line: &str, host: &str, port: u16) -> Option<Key> {
    let line = line.trim();
    let (revoked, line) = match line.strip_prefix("@revoked ") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, line),
    };
    let mut words = line.split_ascii_whitespace();
    let (_, kind, key) = (words.next()?, words.next()?, words.next()?);
    // Comments, other markers such as @cert-authority, and lines without a key end here.
    if line.starts_with(['#', '@']) {
        return None;
    }
    let blob = STANDARD.decode(key).ok()?;
    let mut alone = session.known_hosts().ok()?;
    alone.read_str(line, KnownHostFileKind::OpenSSH).ok()?;
    // The line's own key matches it exactly where its names do.
    let about_us = matches!(alone.check_port(host, port, &blob), CheckResult::Match);
    about_us.then(|| Key {
        kind: kind.to_owned(),
        blob,
        revoked,
    })
}

/// As `ssh-keygen -l` prints it.
pub(super) fn fingerprint(session: &Session) -> String {
    let hash = session.host_key_hash(HashType::Sha256).unwrap_or_default();
    format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
}

/// The command that adds a host to the file, and nothing else.
pub(super) fn remedy(file: &Path, host: &str, port: u16) -> String {
    let directory = file.parent().filter(|directory| !directory.is_dir());
    let make = directory.map_or_else(String::new, |directory| {
        format!("mkdir -p -m 700 '{}' && ", directory.display())
    });
    format!("{make}ssh-keyscan -p {port} {host} >> '{}'", file.display())
}

/// The command that forgets a host.
pub(super) fn forget(file: &Path, host: &str, port: u16) -> String {
    format!(
        "ssh-keygen -f '{}' -R '{}'",
        file.display(),
        place(host, port)
    )
}

/// A host as the file names it.
pub(super) fn place(host: &str, port: u16) -> String {
    if port == 22 {
        host.to_owned()
    } else {
        format!("[{host}]:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any bytes do for a key; libssh2 only compares them.
    const ED: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIAAA";
    const RSA: &str = "AAAAB3NzaC1yc2EAAAADAQABAAAA";

    fn keys(text: &str, host: &str, port: u16) -> Keys {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Keys::read(&Session::new().unwrap(), file.path(), host, port)
    }

    fn judge(text: &str, host: &str, port: u16, shown: &str) -> Verdict {
        keys(text, host, port).judge(&STANDARD.decode(shown).unwrap())
    }

    #[test]
    fn a_host_is_known_by_name_address_list_and_port() {
        for (line, host, port) in [
            ("router.lan", "router.lan", 22),
            ("192.168.88.1", "192.168.88.1", 22),
            ("router.lan,192.168.88.1", "192.168.88.1", 22),
            ("[192.168.88.1]:2222", "192.168.88.1", 2222),
            ("[2001:db8::1]:2222", "2001:db8::1", 2222),
        ] {
            let text = format!("# mine\n\nother ssh-rsa {RSA}\n{line} ssh-ed25519 {ED} me@here\n");
            assert_eq!(judge(&text, host, port, ED), Verdict::Known, "{line}");
            assert_eq!(judge(&text, host, port, RSA), Verdict::Changed, "{line}");
            assert_eq!(judge(&text, "elsewhere", port, ED), Verdict::Unknown);
        }
    }

    /// `ssh-keygen -H` of `router.lan`.
    #[test]
    fn hashed_names_are_known() {
        let text = format!("{HASHED} ssh-ed25519 {ED}\n");
        assert_eq!(judge(&text, "router.lan", 22, ED), Verdict::Known);
        assert_eq!(judge(&text, "router2.lan", 22, ED), Verdict::Unknown);
    }

    const HASHED: &str = "|1|CHE7s/5aYP9u5GAySVySlC4f4rQ=|d7V73RODbe4Oe0EVaTeLFqOt9E0=";

    #[test]
    fn a_line_that_makes_no_sense_hides_no_other() {
        let text = format!(
            "router.lan\nrouter.lan ssh-rsa !!!\n@cert-authority * ssh-rsa {RSA}\n\
             router.lan sk-ssh-ed25519@openssh.com {RSA}\nrouter.lan ssh-ed25519 {ED}\n"
        );
        assert_eq!(judge(&text, "router.lan", 22, ED), Verdict::Known);
    }

    #[test]
    fn a_revoked_key_is_refused_even_if_it_is_known_too() {
        let text = format!("router.lan ssh-ed25519 {ED}\n@revoked router.lan ssh-ed25519 {ED}\n");
        assert_eq!(judge(&text, "router.lan", 22, ED), Verdict::Revoked);
    }

    #[test]
    fn only_what_can_be_compared_is_asked_for() {
        let text = format!("router.lan ssh-rsa {RSA}\n@revoked router.lan ssh-ed25519 {ED}\n");
        assert_eq!(
            keys(&text, "router.lan", 22).preference().as_deref(),
            Some("rsa-sha2-512,rsa-sha2-256")
        );
        assert_eq!(keys("", "router.lan", 22).preference(), None);
    }

    #[test]
    fn no_file_knows_nobody() {
        let session = Session::new().unwrap();
        let keys = Keys::read(&session, Path::new("/nonexistent/known_hosts"), "r", 22);
        assert_eq!(keys.judge(b"x"), Verdict::Unknown);
        assert_eq!(
            remedy(Path::new("/nonexistent/known_hosts"), "r", 22),
            "mkdir -p -m 700 '/nonexistent' && ssh-keyscan -p 22 r >> '/nonexistent/known_hosts'"
        );
    }
}
