//! Who is to be told of trouble, from the files; and `wanctl notice`, which shows whether that works.

use core::fmt::Debug;
use std::path::Path;
use std::process::ExitCode;

use log::Level;

use super::secret::{self, Place};
use super::{complain, print};
use crate::config::{
    self, FileKind, NoticesConfig, Scheme, SecretSource, SteeringConfig, WanConfig, WebAddress,
};
use crate::notices::{Notice, SteeringWatch, WanWatch, Watch, When};
use crate::shell::access;
use crate::shell::clock::Clock;
use crate::shell::herald::{Herald, Post, PostParams};
use crate::shell::scribe::{Follower, Followers};
use crate::shell::tls::Trust;
use crate::status::{Label, label};
use crate::time::Duration;

/// Watches autorate's WANs.
pub(super) fn of_wans<'c>(
    clock: Clock,
    configs: impl Iterator<Item = &'c WanConfig>,
) -> Followers<crate::program::Fact> {
    let mut herald = Herald::new(clock);
    for config in configs {
        let name = label(&config.wan_name);
        let tries_tcp = !config.fallback.tcp_targets.is_empty();
        let watch =
            |notices: &NoticesConfig| WanWatch::new(clock.now(), &name, notices.params, tries_tcp);
        add(
            &mut herald,
            &config.file,
            &name,
            config.notices.as_ref(),
            watch,
        );
    }
    follow(herald)
}

/// Watches steering.
pub(super) fn of_steering(clock: Clock, config: &SteeringConfig) -> Followers<crate::steer::Fact> {
    let mut herald = Herald::new(clock);
    let name = label(&config.wan_name);
    let watch = |notices: &NoticesConfig| SteeringWatch::new(&name, notices.params);
    add(
        &mut herald,
        &config.file,
        &name,
        config.notices.as_ref(),
        watch,
    );
    follow(herald)
}

fn follow<F, W>(herald: Herald<F, W>) -> Followers<F>
where
    F: Debug + 'static,
    W: Watch<F> + 'static,
{
    if herald.is_idle() {
        return Vec::new();
    }
    let herald: Box<dyn Follower<F>> = Box::new(herald);
    vec![herald]
}

/// Adds a WAN. What cannot be told does not stop control: it is said, and that is all.
fn add<F, W: Watch<F>>(
    herald: &mut Herald<F, W>,
    file: &Path,
    name: &Label,
    notices: Option<&NoticesConfig>,
    watch: impl FnOnce(&NoticesConfig) -> W,
) {
    let Some(notices) = notices else {
        return herald.skip();
    };
    let address = address(notices);
    let opened = address.and_then(|address| Ok((post(notices, &address)?, address)));
    let (post, address) = match opened {
        Ok(opened) => opened,
        Err(sentence) => {
            herald.skip();
            return herald.greet(Level::Error, format!("{name}: No notices: {sentence}"));
        }
    };
    let (to, format, kinds) = (
        post.shown().to_owned(),
        notices.format,
        notices.params.kinds,
    );
    if let Err(sentence) = herald.add(watch(notices), post, format) {
        return herald.greet(Level::Error, format!("{name}: No notices: {sentence}"));
    }
    let words = format.word();
    herald.greet(
        Level::Info,
        format!("{name}: Notices go to {to} ({words}): {kinds}"),
    );
    for sentence in weaknesses(file, notices, &address) {
        herald.greet(Level::Warn, format!("{name}: {sentence}"));
    }
}

/// Where notices go.
///
/// # Errors
/// A sentence that names the key, and never the address.
fn address(notices: &NoticesConfig) -> Result<WebAddress, String> {
    let url = reveal(&notices.url, URL)?;
    WebAddress::parse(&url).map_err(|complaint| match &notices.url {
        SecretSource::Written(_) => format!("notices.url: {complaint}"),
        SecretSource::Variable(name) => {
            format!("the environment variable {name} of notices.url {complaint}")
        }
        SecretSource::File(file) => {
            format!(
                "notices.url_file: the first line of {} {complaint}",
                file.display()
            )
        }
    })
}

/// The way there.
///
/// # Errors
/// A sentence that names the key, and nothing secret.
fn post(notices: &NoticesConfig, address: &WebAddress) -> Result<Post, String> {
    let token = notices.token.as_ref();
    let token = token.map(|token| reveal(token, TOKEN)).transpose()?;
    if token
        .as_deref()
        .is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        return Err("notices.token: holds characters that no token has; expected one word".into());
    }
    let trust = || Trust::Signed(notices.ca_file.clone());
    Post::new(PostParams {
        url: address.url.reveal().to_owned(),
        shown: address.to_string(),
        host: address.host.clone(),
        trust: (address.scheme == Scheme::Https).then(trust),
        authorization: token.map(|token| format!("Bearer {token}")),
    })
}

/// Where something secret is written, and where it may lie instead.
#[derive(Clone, Copy, Debug)]
struct Keys {
    key: &'static str,
    file: Place<'static>,
}

const URL: Keys = Keys {
    key: "notices.url",
    file: Place {
        key: "notices.url_file",
        what: "address",
    },
};
const TOKEN: Keys = Keys {
    key: "notices.token",
    file: Place {
        key: "notices.token_file",
        what: "token",
    },
};

fn reveal(source: &SecretSource, Keys { key, file: place }: Keys) -> Result<String, String> {
    match source {
        SecretSource::Written(secret) => Ok(secret.reveal().to_owned()),
        SecretSource::Variable(name) => secret::variable(name).ok_or_else(|| {
            format!("{key} names the environment variable {name}, which is not set or no text")
        }),
        SecretSource::File(file) => {
            secret::in_file(file, place).map(|secret| secret.reveal().to_owned())
        }
    }
}

/// Who else could get at what is secret. Of an address in the file itself the config has said how it travels.
fn weaknesses(file: &Path, notices: &NoticesConfig, address: &WebAddress) -> Vec<String> {
    let mut found: Vec<String> = exposure(file, notices).into_iter().collect();
    let token = notices.token.as_ref().map(|token| (token, TOKEN));
    for (source, Keys { file: place, .. }) in [(&notices.url, URL)].into_iter().chain(token) {
        if let SecretSource::File(file) = source
            && let Some((path, mode)) = secret::laid_open(file, place)
        {
            found.push(format!(
                "others may read {} (mode {mode:04o}) of {}; make it 0640 or 0600",
                path.display(),
                place.key
            ));
        }
    }
    if address.is_exposed() && !matches!(notices.url, SecretSource::Written(_)) {
        found.push(format!(
            "{address}: http sends notices, and what is secret of the address, readable across the network; use https"
        ));
    }
    found
}

/// Whether others may read what is secret in the file.
fn exposure(file: &Path, notices: &NoticesConfig) -> Option<String> {
    let written = |source: &SecretSource| matches!(source, SecretSource::Written(_));
    if !written(&notices.url) && !notices.token.as_ref().is_some_and(written) {
        return None;
    }
    let mode = access::mode(file).filter(|mode| mode & 0o004 != 0)?;
    Some(format!(
        "{} holds the address that notices go to and others may read it (mode {mode:04o}); make it 0640 or use \
         notices.url_file",
        file.display()
    ))
}

/// `wanctl notice`: one for each file, sent at once.
pub(super) fn run(configs: &[std::path::PathBuf]) -> Result<ExitCode, String> {
    if let Some(first) = configs.first() {
        secret::know_what_the_service_knows(first);
    }
    let mut code = ExitCode::SUCCESS;
    for file in configs {
        match test(file) {
            Ok(to) => {
                print(&format!("{}: a test was sent to {to}\n", file.display()))?;
            }
            Err(sentence) => {
                complain(&format!("wanctl: {}: {sentence}", file.display()));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn test(file: &Path) -> Result<String, String> {
    let said = |report: config::Report| report.to_string();
    let (name, notices) = match config::kind(file) {
        FileKind::Wan => {
            let config = config::load(file).map_err(said)?.config;
            (config.wan_name, config.notices)
        }
        FileKind::Steering => {
            let config = config::load_steering(file).map_err(said)?.config;
            (config.wan_name, config.notices)
        }
    };
    let notices = notices.ok_or("has no section notices, so that none are sent")?;
    let post = post(&notices, &address(&notices)?)?;
    let clock = Clock::start();
    let when = When {
        now: clock.now(),
        wall: clock.wall(),
    };
    let notice = Notice::test(when, &label(&name));
    let to = post.shown().to_owned();
    match post.send(&notices.format.spell(&notice, Duration::ZERO)) {
        Ok(()) => Ok(to),
        Err(untaken) => Err(format!("{to}: {}", untaken.why)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::notices::spelling::Format;
    use crate::notices::{Kinds, NoticeParams};

    #[test]
    fn files_that_others_may_read_and_ways_that_others_may_listen_on_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("url");
        fs::write(&path, "http://192.0.2.1/secret\n").unwrap();
        let notices = NoticesConfig {
            url: SecretSource::File(path.clone()),
            token: Some(SecretSource::Variable("TOKEN".to_owned())),
            format: Format::Json,
            ca_file: None,
            params: NoticeParams {
                kinds: Kinds::OF_A_WAN,
                cooldown: Duration::ZERO,
                sustained: Duration::ZERO,
                outage: Duration::ZERO,
            },
        };
        let address = address(&notices).unwrap();
        let open = format!(
            "others may read {} (mode 0644) of notices.url_file; make it 0640 or 0600",
            path.display()
        );
        let plain = "http://192.0.2.1: http sends notices, and what is secret of the address, readable across the \
                     network; use https";
        for (mode, said) in [(0o644, &[open.as_str(), plain][..]), (0o640, &[plain])] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(weaknesses(Path::new("/x"), &notices, &address), said);
        }
    }
}
