//! Which ways there are to the router, and how each of them is taken.

use std::env;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;

use crate::config::{Host, PasswordSource, RouterConfig, Scheme, Secret, Transport};
use crate::router::{rest, ssh};
use crate::shell::rest_port::RestParams;
use crate::shell::router_port::RouterParams;
use crate::shell::ssh::SshParams;
use crate::shell::tls::{self, Trust};

/// Whether this build has SSH.
pub(super) const HAS_SSH: bool = cfg!(feature = "ssh");
/// Home of v1.7's service user (contract 8.5), for a process that was told of none.
const SERVICE_HOME: &str = "/var/lib/wanctl";

/// The transports that are configured well enough to try.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Chosen {
    /// `router.transport`, unless only the other one is there.
    pub(super) preferred: Transport,
    pub(super) rest: bool,
    pub(super) ssh: bool,
    /// Where that is not what the file asks for.
    pub(super) warning: Option<String>,
}

impl Chosen {
    /// Whether one can stand in for the other.
    pub(super) const fn has_spare(&self) -> bool {
        self.rest && self.ssh
    }
}

/// REST needs a password and a user's name without a colon, SSH a key file. v1.7 went over REST whatever its file said (W-01), so a file
/// that asks for SSH and has no key still works over REST if there is a password.
pub(super) fn choose(config: &RouterConfig) -> Chosen {
    let has_password = match config.password_source() {
        PasswordSource::None => false,
        // Whether it can be read is said when it is, with what to do about it.
        PasswordSource::Written | PasswordSource::File(_) => true,
        PasswordSource::Variable(name) => {
            super::secret::variable(name).is_some_and(|value| !value.is_empty())
        }
    };
    // Whether it is one that can be used is said when it is used, with what to do about it.
    let has_key = fs::metadata(&config.ssh_key).is_ok_and(|file| file.is_file());
    let rest_knows_user = config.user_suits_rest();
    let wanted = config.transport;
    let key = &config.ssh_key;
    let (preferred, warning) = match wanted {
        Transport::Ssh if !HAS_SSH => (
            Transport::Rest,
            Some("router.transport is ssh, but this build has no SSH: REST is used".into()),
        ),
        Transport::Rest if !rest_knows_user && HAS_SSH && has_key => (
            Transport::Ssh,
            Some(format!(
                "router.transport is rest, but REST cannot log in as {}, whose name holds a colon: SSH is used",
                config.user
            )),
        ),
        Transport::Ssh if !has_key && has_password && rest_knows_user => (
            Transport::Rest,
            Some(format!(
                "router.transport is ssh, but there is no key file {key}: REST is used, as v1.7 did; write transport: rest to say so"
            )),
        ),
        wanted => (wanted, None),
    };
    Chosen {
        preferred,
        rest: (has_password && rest_knows_user) || preferred == Transport::Rest,
        ssh: HAS_SSH && (has_key || preferred == Transport::Ssh),
        warning,
    }
}

/// How the router's links are made; `counting`: for a law that needs the queues' counters.
///
/// # Errors
/// A sentence if a certificate or password file cannot be used.
pub(super) fn params(config: &RouterConfig, counting: bool) -> Result<RouterParams, String> {
    params_with(
        config,
        |login| rest_link(config, login),
        || ssh_link(config, counting),
    )
}

/// The same for links that are about something else.
///
/// # Errors
/// As [`params`].
pub(super) fn params_with<R, S>(
    config: &RouterConfig,
    rest_link: impl FnOnce(Login) -> R,
    ssh_link: impl FnOnce() -> S,
) -> Result<RouterParams<R, S>, String> {
    let chosen = choose(config);
    let rest = chosen.rest.then(|| rest(config, rest_link)).transpose()?;
    Ok(RouterParams {
        preferred: chosen.preferred,
        rest,
        ssh: chosen.ssh.then(|| ssh_with(config, ssh_link)),
    })
}

/// How the router's SSH server is spoken to.
pub(super) fn ssh(config: &RouterConfig) -> SshParams {
    ssh_with(config, || ssh_link(config, false))
}

fn ssh_link(config: &RouterConfig, counting: bool) -> ssh::LinkParams {
    ssh::LinkParams {
        queues: config.queues.clone(),
        queue_types: config.queue_types.clone(),
        reply_for: config.timeout,
        verify_every: config.verify_interval,
        counting,
    }
}

fn ssh_with<S>(config: &RouterConfig, link: impl FnOnce() -> S) -> SshParams<S> {
    SshParams {
        host: config.host.to_string(),
        port: config.ssh_port,
        user: config.user.clone(),
        key_file: PathBuf::from(&config.ssh_key),
        known_hosts: config.known_hosts.clone().unwrap_or_else(known_hosts),
        link: link(),
    }
}

/// As v1.7 and OpenSSH.
fn known_hosts() -> PathBuf {
    let home = env::var_os("HOME").filter(|home| !home.is_empty());
    let home = home.map_or_else(|| PathBuf::from(SERVICE_HOME), PathBuf::from);
    home.join(".ssh/known_hosts")
}

/// Two headers of every request.
pub(super) struct Login {
    /// `Host`.
    pub(super) host: String,
    /// `Authorization`.
    pub(super) authorization: String,
}

fn rest_link(config: &RouterConfig, login: Login) -> rest::LinkParams {
    rest::LinkParams {
        host: login.host,
        authorization: login.authorization,
        queues: config.queues.clone(),
        queue_types: config.queue_types.clone(),
        reply_for: config.timeout,
        verify_every: config.verify_interval,
    }
}

fn rest<R>(config: &RouterConfig, link: impl FnOnce(Login) -> R) -> Result<RestParams<R>, String> {
    let tls = match config.scheme {
        Scheme::Http => None,
        Scheme::Https => Some((
            tls::client_config(&trust(config)).map_err(|e| e.to_string())?,
            server_name(&config.host),
        )),
    };
    let default_port = if tls.is_some() { 443 } else { 80 };
    let host = match (&config.host, config.port) {
        (Host::Address(std::net::IpAddr::V6(ip)), _) => format!("[{ip}]:{}", config.port),
        (host, port) if port == default_port => host.to_string(),
        (host, port) => format!("{host}:{port}"),
    };
    Ok(RestParams {
        port: config.port,
        tls,
        link: link(Login {
            host,
            authorization: authorization(config)?,
        }),
    })
}

/// The header that says who we are.
///
/// # Errors
/// A sentence if the password file cannot be read, or the user's name does not fit.
pub(super) fn authorization(config: &RouterConfig) -> Result<String, String> {
    if !config.user_suits_rest() {
        return Err(format!(
            "router.user: {} holds a colon, and REST cannot log in as such a user; give the router's user \
             another name, or use transport: ssh with a key file",
            config.user
        ));
    }
    let password = super::secret::password(config)?;
    Ok(basic(&config.user, &password))
}

/// The same of a user and a password.
pub(super) fn basic(user: &str, password: &Secret) -> String {
    let credentials = format!("{user}:{}", password.reveal());
    format!("Basic {}", STANDARD.encode(credentials))
}

/// Whose certificate is acceptable.
pub(super) fn trust(config: &RouterConfig) -> Trust {
    match (config.tls_fingerprint, &config.ca_file, config.verify_ssl) {
        (Some(fingerprint), ..) => Trust::Pinned(fingerprint),
        (None, Some(file), _) => Trust::Signed(Some(file.clone())),
        (None, None, true) => Trust::Signed(None),
        (None, None, false) => Trust::Anyone,
    }
}

/// The name a certificate must be for, if names count.
pub(super) fn server_name(host: &Host) -> ServerName<'static> {
    match host {
        Host::Address(ip) => ServerName::IpAddress((*ip).into()),
        Host::Zoned(ip, _) => ServerName::IpAddress((*ip).into()),
        // The config check lets underscores pass, which TLS does not; such a router has no valid
        // certificate anyway, and the name is not looked at unless it is to be verified.
        Host::Name(name) => ServerName::try_from(name.clone())
            .unwrap_or_else(|_| ServerName::try_from("invalid").expect("it is a name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// What is chosen for a user, with a key file or without.
    fn chosen(user: &str, transport: &str, key: &Path) -> (RouterConfig, Chosen) {
        let text = include_str!("../../tests/config/valid.yaml")
            .replace("user: admin", &format!("user: '{user}'\n  password: x"))
            .replace("transport: rest", &format!("transport: {transport}"))
            .replace("/etc/wanctl/ssh/router.key", &key.display().to_string());
        let loaded = crate::config::parse(Path::new("wan.yaml"), text.as_bytes()).unwrap();
        let odd = loaded.warnings.iter();
        let told = odd.filter(|w| w.key == "router.user").count();
        assert_eq!(
            told,
            usize::from(user.contains(':')),
            "{:?}",
            loaded.warnings
        );
        let router = loaded.config.router;
        assert_eq!(router.ssh_key, key.display().to_string());
        let chosen = choose(&router);
        (router, chosen)
    }

    #[test]
    fn a_users_name_with_a_colon_never_goes_out_over_rest() {
        let key = tempfile::NamedTempFile::new().unwrap();
        if HAS_SSH {
            for transport in ["rest", "ssh"] {
                let (_, chosen) = chosen("home:wanctl", transport, key.path());
                assert_eq!((chosen.preferred, chosen.rest), (Transport::Ssh, false));
                assert_eq!(chosen.warning.is_some(), transport == "rest");
            }
        }
        let (router, _) = chosen("home:wanctl", "rest", Path::new("/nonexistent"));
        let refused = params(&router, false).unwrap_err();
        assert!(
            refused.starts_with("router.user: home:wanctl holds a colon"),
            "{refused}"
        );
        assert!(params(&chosen("wanctl", "rest", key.path()).0, false).is_ok());
    }
}
