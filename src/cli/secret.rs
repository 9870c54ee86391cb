//! Where the router's password comes from, and who else could read it.
//!
//! A config says where; here it is fetched, at the moment a client is built.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::config::{Host, PasswordSource, RouterConfig, Scheme, Secret};
use crate::shell::access;

/// Where systemd puts the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Longer than any password.
const LONGEST: u64 = 4096;
/// What systemd makes a service's environment of, beside its configuration.
const ENVIRONMENT: &str = "secrets";

/// What that file says, for a process that systemd did not start.
static BESIDE: OnceLock<Secret> = OnceLock::new();
/// What the user says that the service's environment is.
static NAMED: OnceLock<Secret> = OnceLock::new();

/// From now on this process knows the variables that the service of this file gets from systemd, unless its
/// environment has them: the file of secrets is read once, by whoever may read it. Where it is not there or not to
/// be read, the environment alone counts.
pub(super) fn know_what_the_service_knows(config: &Path) {
    BESIDE.get_or_init(|| {
        let text = fs::read_to_string(config.with_file_name(ENVIRONMENT));
        Secret::new(text.unwrap_or_default())
    });
}

/// From now on the variables of a file that the user names count more than this process's own.
///
/// # Errors
/// A sentence that names the file and why it cannot be read.
pub(super) fn know(secrets: &Path) -> Result<(), String> {
    let text = fs::read_to_string(secrets).map_err(|error| {
        format!(
            "{}: cannot be read: {error}; the service's password is not known",
            secrets.display()
        )
    })?;
    NAMED.get_or_init(|| Secret::new(text));
    Ok(())
}

/// A variable: of the file that [`know`] has read, of the environment, or of the file that
/// [`know_what_the_service_knows`] has read.
pub(super) fn variable(name: &str) -> Option<String> {
    let of = |file: &OnceLock<Secret>| assigned(file.get()?.reveal(), name).map(str::to_owned);
    of(&NAMED)
        .or_else(|| std::env::var(name).ok())
        .or_else(|| of(&BESIDE))
}

/// The last `NAME=value` of a text, without the quotes.
pub fn assigned<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let value = |line: &'t str| line.trim().strip_prefix(name)?.strip_prefix('=');
    let value = text.lines().filter_map(value).next_back()?;
    let inside = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    Some(inside('\'').or_else(|| inside('"')).unwrap_or(value))
}

/// The password to send.
///
/// # Errors
/// A sentence that names the file, and what to do. A variable that is not set is no error, as in v1.7:
/// the password is empty, and [`weaknesses`] says so.
pub(super) fn password(config: &RouterConfig) -> Result<Secret, String> {
    match config.password_source() {
        PasswordSource::File(file) => in_file(file, PASSWORD),
        _ => Ok(config.password(variable).secret),
    }
}

/// Which key names a file, and what its first line is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'w> {
    pub(super) key: &'w str,
    pub(super) what: &'w str,
}

const PASSWORD: Place<'static> = Place {
    key: "router.password_file",
    what: "password",
};

/// The first line of a file, or of a systemd credential.
///
/// # Errors
/// A sentence that names key and file, and what to do.
pub(super) fn in_file(file: &Path, place: Place<'_>) -> Result<Secret, String> {
    let path = credential(file, std::env::var_os(CREDENTIALS), place)?;
    first_line(&path, place)
}

/// Where such a file lies, and its mode, if others may read it.
pub(super) fn laid_open(file: &Path, place: Place<'_>) -> Option<(PathBuf, u32)> {
    let path = credential(file, std::env::var_os(CREDENTIALS), place);
    let path = path.unwrap_or_else(|_| file.to_owned());
    let mode = access::mode(&path).filter(|mode| mode & 0o004 != 0)?;
    Some((path, mode))
}

/// A bare name is a systemd credential.
fn credential(
    file: &Path,
    directory: Option<OsString>,
    Place { key, .. }: Place<'_>,
) -> Result<PathBuf, String> {
    if file.as_os_str().as_encoded_bytes().contains(&b'/') {
        return Ok(file.to_owned());
    }
    let name = file.display();
    match directory {
        Some(directory) => Ok(Path::new(&directory).join(file)),
        None => Err(format!(
            "{key}: {name} has no slash, so it is the name of a systemd credential, and \
             {CREDENTIALS} is not set; start wanctl from a unit with LoadCredential={name}:/etc/wanctl/{name}, \
             or write the file's path"
        )),
    }
}

fn first_line(path: &Path, Place { key, what }: Place<'_>) -> Result<Secret, String> {
    let said = |e: &dyn fmt::Display| format!("{key}: {}: {e}", path.display());
    let file = File::open(path).map_err(|e| said(&e))?;
    let mut line = Vec::new();
    BufReader::new(file.take(LONGEST))
        .read_until(b'\n', &mut line)
        .map_err(|e: io::Error| said(&e))?;
    while line
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(text) if text.is_empty() => Err(said(&format_args!(
            "its first line should be the {what} and is empty"
        ))),
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => Err(said(&"is not UTF-8 text")),
    }
}

/// Somebody else could get at the password, or there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Weakness {
    /// `${NAME}` of a variable that is not set.
    Unset(String),
    /// The password goes over the network in the clear.
    Plain,
    /// Whoever answers in the router's place gets the password.
    Unchecked,
    /// The config file holds the password, and its mode lets others read it.
    ConfigFile(PathBuf, u32),
    /// So does the mode of the password file.
    PasswordFile(PathBuf, u32),
    /// The SSH key is not private.
    Key(PathBuf, u32),
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset(variable) => write!(
                f,
                "router.password names the environment variable {variable}, which is not set"
            ),
            Self::Plain => f.write_str(
                "nothing protects the router's password: plain http sends it readable across the \
                 network; set router.scheme to https, and router.tls_fingerprint to what `wanctl \
                 fingerprint` prints",
            ),
            Self::Unchecked => f.write_str(
                "nothing protects the router's password from somebody who answers in the router's \
                 place: https is not checked; set router.tls_fingerprint to what `wanctl fingerprint` \
                 prints",
            ),
            Self::ConfigFile(path, mode) => write!(
                f,
                "{} holds the router's password and others may read it (mode {mode:04o}); make it 0600 \
                 or use router.password_file",
                path.display()
            ),
            Self::PasswordFile(path, mode) => write!(
                f,
                "others may read {} (mode {mode:04o}), which holds the router's password; make it 0640 \
                 or 0600",
                path.display()
            ),
            Self::Key(path, mode) => write!(
                f,
                "others may read the SSH key {} (mode {mode:04o}); make it 0600",
                path.display()
            ),
        }
    }
}

/// All that is weak about a WAN's secrets.
pub(super) fn weaknesses(file: &Path, router: &RouterConfig) -> Vec<Weakness> {
    let mut found = Vec::new();
    if let PasswordSource::Variable(name) = router.password_source()
        && variable(name).is_none()
    {
        found.push(Weakness::Unset(name.to_owned()));
    }
    found.extend(on_the_way(router));
    found.extend(on_the_disk(file, router));
    found
}

/// What is weak about how the password travels.
pub(super) fn on_the_way(router: &RouterConfig) -> Option<Weakness> {
    let near = matches!(&router.host, Host::Address(address) if address.is_loopback());
    if near || router.password_source() == PasswordSource::None {
        return None;
    }
    let checked = router.tls_fingerprint.is_some() || router.ca_file.is_some() || router.verify_ssl;
    match router.scheme {
        Scheme::Http => Some(Weakness::Plain),
        Scheme::Https if checked => None,
        Scheme::Https => Some(Weakness::Unchecked),
    }
}

fn on_the_disk(config: &Path, router: &RouterConfig) -> Vec<Weakness> {
    let mut found = Vec::new();
    let lax = |path: &Path, forbidden: u32| access::mode(path).filter(|mode| mode & forbidden != 0);
    match router.password_source() {
        PasswordSource::Written => {
            let mode = lax(config, 0o044);
            found.extend(mode.map(|mode| Weakness::ConfigFile(config.to_owned(), mode)));
        }
        PasswordSource::File(file) => {
            let open = laid_open(file, PASSWORD);
            found.extend(open.map(|(path, mode)| Weakness::PasswordFile(path, mode)));
        }
        PasswordSource::None | PasswordSource::Variable(_) => {}
    }
    let key = PathBuf::from(&router.ssh_key);
    found.extend(lax(&key, 0o077).map(|mode| Weakness::Key(key, mode)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_a_credential_and_a_path_is_a_path() {
        let given = Some(OsString::from("/run/credentials/wanctl"));
        for (file, path) in [
            ("router", "/run/credentials/wanctl/router"),
            ("./router", "./router"),
            ("/etc/wanctl/router", "/etc/wanctl/router"),
        ] {
            assert_eq!(
                credential(Path::new(file), given.clone(), PASSWORD),
                Ok(path.into())
            );
        }
        let sentence = credential(Path::new("router"), None, PASSWORD).unwrap_err();
        assert!(sentence.contains("LoadCredential=router:"), "{sentence}");
    }

    #[test]
    fn the_first_line_is_the_password_and_what_is_wrong_is_said_without_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        for (content, password) in [
            ("secret\n", "secret"),
            ("secret\r\nmore\n", "secret"),
            (" sec ret ", " sec ret "),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(first_line(&path, PASSWORD).unwrap().reveal(), password);
        }
        std::fs::write(&path, "\nsecret\n").unwrap();
        assert!(
            first_line(&path, PASSWORD)
                .unwrap_err()
                .ends_with("and is empty")
        );
        let missing = first_line(&dir.path().join("missing"), PASSWORD).unwrap_err();
        assert!(missing.contains("missing: No such file"), "{missing}");
    }
}
