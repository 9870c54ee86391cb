//! Where health and metrics listen: one socket of each kind per process, the first file's.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::config::{Host, Listen, WanConfig};

/// A name that needs longer is not in `/etc/hosts`; control is not to wait for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The address of a listener, if there is to be one. A name without an address is a warning, as in
/// v1.7: control goes on without the listener.
pub(super) fn address(section: &str, listen: &Listen) -> Option<SocketAddr> {
    if !listen.enabled {
        return None;
    }
    let name = match &listen.host {
        Host::Address(ip) => return Some(SocketAddr::new(*ip, listen.port)),
        Host::Zoned(..) => return None,
        Host::Name(name) => name.clone(),
    };
    let found = resolve(name.clone(), listen.port);
    if found.is_none() {
        log::warn!(
            "{section}.host: {name} has no address, nothing listens there; write an address of this machine"
        );
    }
    found
}

/// IPv4 first, which is all that v1.7 listened on.
fn resolve(name: String, port: u16) -> Option<SocketAddr> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let found = (name, port).to_socket_addrs();
        // Nobody listens any more if it took too long.
        let _ = tell.send(found.map(Iterator::collect::<Vec<_>>).unwrap_or_default());
    });
    let found = told.recv_timeout(PATIENCE).unwrap_or_default();
    let v4 = found.iter().find(|address| address.is_ipv4());
    v4.or(found.first()).copied()
}

/// What later files say about listeners and the first one says otherwise: it has no effect.
pub(super) fn ignored<'c>(configs: impl IntoIterator<Item = &'c WanConfig>) -> Vec<String> {
    let mut configs = configs.into_iter();
    let Some(first) = configs.next() else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    for config in configs {
        for (section, ours, theirs) in [
            ("health_check", &config.health, &first.health),
            ("metrics", &config.metrics, &first.metrics),
        ] {
            if let Some(line) = ours.line.filter(|_| !means_the_same(ours, theirs)) {
                warnings.push(format!(
                    "{}:{line}: {section}: has no effect, because a process has one listener for all its \
                     WANs and {} comes first; say it there",
                    config.file.display(),
                    first.file.display()
                ));
            }
        }
    }
    warnings
}

fn means_the_same(a: &Listen, b: &Listen) -> bool {
    let place = |listen: &Listen| listen.enabled.then(|| (listen.host.clone(), listen.port));
    place(a) == place(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn config(file: &str, more: &str) -> WanConfig {
        let text = include_str!("../../tests/config/valid.yaml");
        let text = format!("{text}\n{more}\n");
        crate::config::parse(Path::new(file), text.as_bytes())
            .unwrap()
            .config
    }

    #[test]
    fn a_later_files_listener_is_said_to_be_ignored() {
        let first = config("a.yaml", "health_check: {port: 9111}");
        let other = config(
            "b.yaml",
            "health_check: {port: 9112}\nmetrics: {enabled: true}",
        );
        let said = ignored([&first, &other]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].starts_with("b.yaml:43: health_check: has no effect,"),
            "{said:?}"
        );
        assert!(said[0].contains("a.yaml comes first"), "{said:?}");
        assert!(said[1].starts_with("b.yaml:44: metrics: "), "{said:?}");
        // The same thing twice, or nothing at all, is no contradiction.
        let same = config(
            "c.yaml",
            "health_check: {port: 9111}\nmetrics: {enabled: false}",
        );
        assert_eq!(ignored([&first, &same, &config("d.yaml", "")]), [""; 0]);
    }

    #[test]
    fn a_listener_may_have_a_name() {
        let named = |host: &str| {
            let config = config(
                "a.yaml",
                &format!("health_check: {{host: {host}, port: 5}}"),
            );
            address("health_check", &config.health)
        };
        assert_eq!(named("localhost"), "127.0.0.1:5".parse().ok());
        assert_eq!(named("no-such-host.invalid"), None);
    }
}
