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
    let post = match post(notices) {
        Ok(post) => post,
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
    if let Some(sentence) = exposure(file, notices) {
        herald.greet(Level::Warn, format!("{name}: {sentence}"));
    }
}

/// The way to whoever is to be told.
///
/// # Errors
/// A sentence that names the key, and never the address.
fn post(notices: &NoticesConfig) -> Result<Post, String> {
    let url = reveal(&notices.url, "notices.url", "address")?;
    let address = WebAddress::parse(&url).map_err(|complaint| match &notices.url {
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
    })?;
    let token = notices.token.as_ref();
    let token = token
        .map(|token| reveal(token, "notices.token", "token"))
        .transpose()?;
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

fn reveal(source: &SecretSource, key: &str, what: &str) -> Result<String, String> {
    match source {
        SecretSource::Written(secret) => Ok(secret.reveal().to_owned()),
        SecretSource::Variable(name) => std::env::var(name).map_err(|_| {
            format!("{key} names the environment variable {name}, which is not set or no text")
        }),
        SecretSource::File(file) => {
            let key = format!("{key}_file");
            secret::in_file(file, Place { key: &key, what })
                .map(|secret| secret.reveal().to_owned())
        }
    }
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
    let post = post(&notices)?;
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
