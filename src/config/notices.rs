//! `notices`: whom to tell, and of what.

mod address;

use std::path::PathBuf;

pub use self::address::WebAddress;
use super::ledger::Presence;
use super::node::Kind as NodeKind;
use super::rule::{Choice, FileName, Number};
use super::secret::{Secret, SecretRule, variable};
use super::section::Section;
use crate::notices::spelling::Format;
use crate::notices::{Kind, Kinds, NoticeParams};
use crate::time::Duration;

/// `notices.cooldown_sec`.
pub const DEFAULT_COOLDOWN: Duration = Duration::from_secs(900);
/// `notices.sustained_sec`.
pub const DEFAULT_SUSTAINED: Duration = Duration::from_secs(60);
/// `notices.outage_sec`.
pub const DEFAULT_OUTAGE: Duration = Duration::from_secs(30);

/// `notices`. A file without that section sends none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoticesConfig {
    /// `url` or `url_file`, one of them required: an http or https address. What it says of a person's account
    /// is kept secret.
    pub url: SecretSource,
    /// `token` or `token_file`, default none: sent as `Authorization: Bearer`.
    pub token: Option<SecretSource>,
    /// `format`, `json`, `ntfy` or `discord`, default `json`.
    pub format: Format,
    /// `ca_file`, default the system's authorities: PEM file with the root to accept instead.
    pub ca_file: Option<PathBuf>,
    /// `kinds`, default all that the file's program tells. `cooldown_sec`, 1 s to a day, default [`DEFAULT_COOLDOWN`]; `sustained_sec` and
    /// `outage_sec`, 1 s to an hour, default [`DEFAULT_SUSTAINED`] and [`DEFAULT_OUTAGE`].
    pub params: NoticeParams,
}

/// Where something secret comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SecretSource {
    /// The config file itself.
    Written(Secret),
    /// This environment variable: a value that as a whole reads `${VARIABLE}`.
    Variable(String),
    /// The first line of this file, or of the systemd credential of this name.
    File(PathBuf),
}

/// Reads `notices` of a program that tells `of_these`; `Some(None)` if there is no such section, `None` after a
/// problem.
#[expect(
    clippy::option_option,
    reason = "missing and wrong are different things"
)]
pub(super) fn notices(root: &Section<'_>, of_these: Kinds) -> Option<Option<NoticesConfig>> {
    let Some(value) = root.value("notices") else {
        return Some(None);
    };
    if let NodeKind::Scalar { .. } = &value.node.kind {
        // It may be the address, which no message repeats.
        root.conflict(
            "notices",
            "is no section; expected keys such as url, indented below it",
        );
        return None;
    }
    let section = root.section("notices");
    let url = source(&section, "url", "url_file");
    if let Some(None) = url {
        let sentence =
            "missing; expected the http or https address to send notices to, or url_file";
        section.lacks("url", sentence);
    }
    let address = url.as_ref().and_then(Option::as_ref);
    let address = address.and_then(|source| address_of(&section, source));
    let token = source(&section, "token", "token_file");
    let format = section.or("format", Format::default(), &Choice(&Format::WORDS));
    let ca_file = section.optional("ca_file", &FileName);
    let kinds = kinds(&section, of_these);
    let seconds = |key, default: Duration, most| {
        let rule = Number::within(1.0, most);
        let seconds = section.or(key, default.as_secs_f64(), &rule);
        seconds.map(Duration::from_secs_f64)
    };
    let cooldown = seconds("cooldown_sec", DEFAULT_COOLDOWN, 86_400.0);
    let sustained = seconds("sustained_sec", DEFAULT_SUSTAINED, 3_600.0);
    if section.value("sustained_sec").is_some() && !of_these.contain(Kind::Congestion) {
        let sentence = "is for congestion, floor and blind, which this file does not tell; outage_sec is its time";
        section.warn("sustained_sec", sentence);
    }
    let outage = seconds("outage_sec", DEFAULT_OUTAGE, 3_600.0);
    section.finish(&[]);
    address?;
    Some(Some(NoticesConfig {
        url: url??,
        token: token?,
        format: format?,
        ca_file: ca_file?,
        params: NoticeParams {
            kinds: kinds?,
            cooldown: cooldown?,
            sustained: sustained?,
            outage: outage?,
        },
    }))
}

/// Where a secret comes from that may be written or lie in a file; `Some(None)` if neither is said.
#[expect(
    clippy::option_option,
    reason = "missing and wrong are different things"
)]
fn source(
    section: &Section<'_>,
    key: &'static str,
    file_key: &'static str,
) -> Option<Option<SecretSource>> {
    let written = section.optional(key, &SecretRule)?;
    let file = section.optional(file_key, &FileName)?;
    if file
        .as_ref()
        .is_some_and(|file: &PathBuf| file.to_string_lossy().contains("://"))
    {
        // What cannot be opened is named in the log.
        let sentence = format!("is an address; expected the name of a file, or notices.{key}");
        section.conflict(file_key, &sentence);
        return None;
    }
    match (written, file) {
        (Some(_), Some(_)) => {
            let sentence = format!(
                "given besides notices.{key}, and only one of them can be meant; remove one"
            );
            section.conflict(file_key, &sentence);
            None
        }
        (Some(secret), None) => Some(Some(match variable(secret.reveal()) {
            Some(name) => SecretSource::Variable(name.to_owned()),
            None => SecretSource::Written(secret),
        })),
        (None, file) => Some(file.map(SecretSource::File)),
    }
}

/// Judges an address that is known by now; no message repeats it.
fn address_of(section: &Section<'_>, source: &SecretSource) -> Option<()> {
    let SecretSource::Written(secret) = source else {
        return Some(());
    };
    match WebAddress::parse(secret.reveal()) {
        Ok(address) => {
            if address.is_exposed() {
                let sentence = "http sends notices, and what is secret of the address, readable across the network; \
                                use https";
                section.warn("url", sentence);
            }
            Some(())
        }
        Err(complaint) => {
            section.conflict("url", complaint);
            None
        }
    }
}

fn kinds(section: &Section<'_>, of_these: Kinds) -> Option<Kinds> {
    let words = Kind::ALL.map(|kind| (kind.word(), kind));
    let rule = Choice(&words);
    section.tell("kinds", || {
        let kinds = Kind::ALL.into_iter().filter(|kind| of_these.contain(*kind));
        let words = kinds.map(Kind::word).collect::<Vec<_>>().join(", ");
        let default = Presence::Default("all of them".into());
        (format!("a list of some of {words}"), default)
    });
    let Some(value) = section.value("kinds") else {
        return Some(of_these);
    };
    let advice = || Some("leave the key out for all kinds".to_owned());
    let Some(items) = value.items() else {
        value.problem("is not a list", advice());
        return None;
    };
    if items.is_empty() {
        value.problem("the list is empty", advice());
        return None;
    }
    let read: Vec<Option<Kind>> = items.iter().map(|item| item.read(&rule)).collect();
    let read: Option<Vec<Kind>> = read.into_iter().collect();
    let mut told = Kinds::NONE;
    for (kind, item) in read?.into_iter().zip(&items) {
        if of_these.contain(kind) {
            told = told.with(kind);
        } else {
            let advice = format!("its kinds are {of_these}");
            item.warn("is nothing that this file tells, ignored", Some(&advice));
        }
    }
    if told == Kinds::NONE {
        let advice = format!("its kinds are {of_these}");
        value.problem("holds nothing that this file tells", Some(advice));
        return None;
    }
    Some(told)
}
