//! The router: where it is, who it is, and as whom we come.

use std::path::Path;

use super::Given;
use crate::cli::check::visit::{Visit, Word};
use crate::cli::fingerprint::{hex, portrait};
use crate::cli::setup::kinds::KINDS;
use crate::cli::setup::machine::{self, Door};
use crate::cli::setup::plan::Router;
use crate::cli::setup::stop::Stop;
use crate::cli::setup::talk::{Next, Question, Talk};
use crate::cli::setup::{commands, files, secrets};
use crate::config::{self, Host, RouterConfig, Scheme, Secret, Transport};
use crate::shell::certificate::Shown;

/// RouterOS may shut out who guesses.
const TRIES: u32 = 3;

/// A router, and what it showed of itself.
pub(super) struct Found {
    pub(super) router: Router,
    pub(super) password: Secret,
    /// `None`: it was not asked.
    pub(super) visit: Option<Box<Visit>>,
}

pub(super) fn router(talk: &mut Talk<'_>, given: Given<'_>) -> Result<Found, Stop> {
    talk.head("The router");
    let mut router = if given.blindly() {
        unseen(talk, given)?
    } else {
        seen(talk, given)?
    };
    greet_user(talk, given, &router)?;
    for tries in 1.. {
        router.user = user(talk, given, tries)?;
        let password = password(talk, given, tries)?;
        if given.blindly() {
            return Ok(Found {
                router,
                password,
                visit: None,
            });
        }
        match log_in(talk, &router, &password)? {
            Entry::Let(visit) => {
                return Ok(Found {
                    router,
                    password,
                    visit,
                });
            }
            Entry::Wrong if tries < TRIES => talk.say(&format!(
                "Try again, {} of {TRIES}. Enter keeps the user.",
                tries + 1
            ))?,
            Entry::Wrong => break,
        }
    }
    let sentence = format!("the router refused {TRIES} times; nothing was written");
    Err(Stop::Failed(sentence))
}

/// Without a look at it.
fn unseen(talk: &mut Talk<'_>, given: Given<'_>) -> Result<Router, Stop> {
    let before = given.before.router();
    let (scheme, port) = scheme_and_port(given)?;
    let scheme = scheme.or(before.map(|router| router.scheme));
    let scheme = scheme.unwrap_or(Scheme::Https);
    let usual = match scheme {
        Scheme::Https => 443,
        Scheme::Http => 80,
    };
    let port = port.or(before.map(|router| router.port)).unwrap_or(usual);
    let host = host(talk, given, true)?;
    let fingerprint = pin_given(given)?.or(before.and_then(pinned));
    Ok(of(host, scheme, port, fingerprint))
}

/// The one that answers.
fn seen(talk: &mut Talk<'_>, given: Given<'_>) -> Result<Router, Stop> {
    let (scheme, port) = scheme_and_port(given)?;
    let mut is_first = true;
    loop {
        let host = host(talk, given, is_first)?;
        is_first = false;
        let before = given.before.router().filter(|router| router.host == host);
        let scheme = scheme.or(before.map(|router| router.scheme));
        let port = port.or(before.map(|router| router.port));
        match machine::knock(&host, scheme, port) {
            Ok(Door::Https(port, shown)) => {
                let digits = believe(talk, given, &host, &shown)?;
                return Ok(of(host, Scheme::Https, port, Some(digits)));
            }
            Ok(Door::Http(port)) => {
                consent_to_http(talk, given, &host, port)?;
                return Ok(of(host, Scheme::Http, port, None));
            }
            Err(why) => {
                let sentence = format!("Nobody answers as a router's REST at {host}: {why}.");
                if !talk.is_attended() {
                    return Err(Stop::Failed(sentence));
                }
                talk.say(&sentence)?;
                talk.say(
                    "Is the address right? On the router, this shows whether the service is on, for \
                     whom, and whether it has a certificate:",
                )?;
                talk.show("    /ip service print detail where name~\"www\"\n")?;
            }
        }
    }
}

fn of(host: Host, scheme: Scheme, port: u16, fingerprint: Option<String>) -> Router {
    Router {
        host,
        scheme,
        port,
        fingerprint,
        user: String::new(),
        transport: Transport::Rest,
        ssh: None,
        password_file: None,
    }
}

fn host(talk: &mut Talk<'_>, given: Given<'_>, is_first: bool) -> Result<Host, Stop> {
    let before = given.before.router().map(|router| router.host.to_string());
    let gateway = machine::gateway().map(|gateway| gateway.to_string());
    let words = "Router's address or name";
    let flag = given.answer("router").filter(|_| is_first);
    let question = Question::new("router", words, flag)
        .known(before.as_deref())
        .likely(gateway.as_deref());
    talk.ask(question, |text| {
        Host::parse(text).ok_or_else(|| format!("{text:?} is neither an address nor a name"))
    })
}

fn scheme_and_port(given: Given<'_>) -> Result<(Option<Scheme>, Option<u16>), Stop> {
    let scheme = match given.answer("scheme") {
        None => None,
        Some("https") => Some(Scheme::Https),
        Some("http") => Some(Scheme::Http),
        Some(other) => {
            let sentence = format!("--scheme: {other:?} is neither https nor http");
            return Err(Stop::Bad(sentence));
        }
    };
    let port = given.answer("port").map(|text| port("port", text));
    Ok((scheme, port.transpose()?))
}

pub(super) fn port(flag: &str, text: &str) -> Result<u16, Stop> {
    let port = text.parse().ok().filter(|&port: &u16| port > 0);
    port.ok_or_else(|| Stop::Bad(format!("--{flag}: {text:?} is no port, 1 to 65535")))
}

fn pin_given(given: Given<'_>) -> Result<Option<String>, Stop> {
    let digits = |text: &str| {
        let digits = text.replace(':', "").to_lowercase();
        let fits = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sentence =
            "--tls-fingerprint: expected 64 hex digits, as `wanctl fingerprint` prints them";
        fits.then_some(digits)
            .ok_or_else(|| Stop::Bad(sentence.to_owned()))
    };
    given.answer("tls-fingerprint").map(digits).transpose()
}

fn pinned(router: &RouterConfig) -> Option<String> {
    router
        .tls_fingerprint
        .as_ref()
        .map(crate::cli::fingerprint::digits)
}

/// The fingerprint of a certificate that somebody believes.
fn believe(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    host: &Host,
    shown: &Shown,
) -> Result<String, Stop> {
    let digits = hex(shown);
    let wanted = pin_given(given)?;
    if let Some(wanted) = wanted {
        return if wanted == digits {
            Ok(digits)
        } else {
            let sentence = format!(
                "{host} shows another certificate than --tls-fingerprint says: {digits}. It was renewed, or \
                 somebody answers in the router's place; no password was sent"
            );
            Err(Stop::Failed(sentence))
        };
    }
    let before = given.before.router().and_then(pinned);
    if before.as_ref() == Some(&digits) {
        talk.say(&format!("{host} shows the certificate that the files pin."))?;
        return Ok(digits);
    }
    talk.say(&format!(
        "{host} shows this certificate: {}",
        portrait(shown)
    ))?;
    talk.show(&format!("    {digits}\n"))?;
    if before.is_some() {
        talk.say(
            "The present files pin another one: it was renewed, or somebody answers in the router's place.",
        )?;
    }
    if given.args.trust && before.is_none() {
        return Ok(digits);
    }
    if !talk.is_attended() {
        return Err(Stop::Missing(vec!["--tls-fingerprint".to_owned()]));
    }
    talk.say("On the router, `/certificate print detail` must show the same fingerprint.")?;
    if talk.confirm("Believe it, and nobody else from now on?", true)? {
        Ok(digits)
    } else {
        Err(Stop::Declined)
    }
}

/// Without TLS everybody on the way reads the password.
fn consent_to_http(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    host: &Host,
    port: u16,
) -> Result<(), Stop> {
    let router = given.before.router();
    let is_new = router.is_some_and(|router| router.host != *host);
    if given.plainly() && (given.answer("scheme").is_some() || !is_new) {
        return Ok(());
    }
    talk.say(&format!(
        "{host} answers on port {port}, in plain http only: everybody on the way can read the password. \
         These give it https:"
    ))?;
    talk.show(
        "    /certificate add name=wanctl common-name=router days-valid=3650 \
         key-usage=digital-signature,key-encipherment,tls-server\n    \
         /certificate sign wanctl\n    \
         /ip service set www-ssl certificate=wanctl disabled=no\n",
    )?;
    if !talk.is_attended() {
        return Err(Stop::Missing(vec!["--scheme http".to_owned()]));
    }
    if talk.confirm("Use plain http nevertheless?", false)? {
        Ok(())
    } else {
        Err(Stop::Declined)
    }
}

/// How such a user is made, for who has none yet.
fn greet_user(talk: &mut Talk<'_>, given: Given<'_>, router: &Router) -> Result<(), Stop> {
    if !talk.is_attended() || given.before.router().is_some() {
        return Ok(());
    }
    talk.say(
        "wanctl comes as a user of its own, who may read and write queues and rules, from this machine \
         alone. If there is none yet, these commands make one (in the router's terminal):",
    )?;
    let name = given.answer("user").unwrap_or("wanctl");
    talk.show(&commands::user(name, machine::own_address(&router.host)))
}

fn user(talk: &mut Talk<'_>, given: Given<'_>, tries: u32) -> Result<String, Stop> {
    let before = given.before.router().map(|router| router.user.as_str());
    let flag = given.answer("user");
    let known = if tries > 1 { flag.or(before) } else { before };
    let question = Question::new("user", "RouterOS user", flag.filter(|_| tries == 1))
        .known(Some(known.unwrap_or("wanctl")));
    talk.ask(question, |text| match text {
        "" => Err("a name is needed".to_owned()),
        text if text.contains(':') => Err("REST knows no user with a colon".to_owned()),
        text if text.chars().any(char::is_control) => {
            Err("it has a control character in it".to_owned())
        }
        text => Ok(text.to_owned()),
    })
}

/// Whether there is a password without anybody being asked.
pub(super) fn has_password(given: Given<'_>) -> bool {
    given.answer("password-file").is_some()
        || given.answer("password-env").is_some()
        || given.before.password.is_some()
        || given.piped.is_some()
}

fn password(talk: &mut Talk<'_>, given: Given<'_>, tries: u32) -> Result<Secret, Stop> {
    if let Some(secret) = password_given(given)?.filter(|_| tries == 1) {
        return secrets::check(secret).map_err(Stop::Bad);
    }
    let present = given.before.password.as_ref().filter(|_| tries == 1);
    if !talk.is_attended() {
        if let Some(present) = present {
            return Ok(present.clone());
        }
        let missing = || Stop::Missing(vec!["--password-file or --password-env".to_owned()]);
        let piped = given.piped.ok_or_else(missing)?;
        return secrets::check(piped.clone()).map_err(Stop::Failed);
    }
    let words = match present {
        Some(_) => "Password, not shown (Enter keeps the present one)",
        None => "Password, not shown",
    };
    loop {
        let secret = talk.secret(words)?;
        if let Some(present) = present.filter(|_| secret.reveal().is_empty()) {
            return Ok(present.clone());
        }
        match secrets::check(secret) {
            Ok(secret) => return Ok(secret),
            Err(why) => talk.say(&format!("  {why}."))?,
        }
    }
}

fn password_given(given: Given<'_>) -> Result<Option<Secret>, Stop> {
    if let Some(file) = given.answer("password-file") {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Stop::Bad(format!("--password-file: {file}: {e}")))?;
        let line = text.lines().next().unwrap_or_default();
        return Ok(Some(Secret::new(line.to_owned())));
    }
    if let Some(name) = given.answer("password-env") {
        let value = std::env::var(name)
            .map_err(|_| Stop::Bad(format!("--password-env: the variable {name} is not set")))?;
        return Ok(Some(Secret::new(value)));
    }
    Ok(None)
}

/// What came of a login.
enum Entry {
    /// In; or not looked at, because the person said so.
    Let(Option<Box<Visit>>),
    Wrong,
}

fn log_in(talk: &mut Talk<'_>, router: &Router, password: &Secret) -> Result<Entry, Stop> {
    let config = alone(router)?;
    loop {
        let word = match Visit::begin(&config, password) {
            Ok(visit) => match welcomed(talk, &visit)? {
                None => return Ok(Entry::Let(Some(Box::new(visit)))),
                Some(word) => word,
            },
            Err(word) => word,
        };
        if !talk.is_attended() {
            return Err(Stop::Failed(word.page.trim().to_owned()));
        }
        talk.show(&word.page)?;
        if word.id == "router-login" {
            return Ok(Entry::Wrong);
        }
        if talk.wait()? == Next::Skip {
            return Ok(Entry::Let(None));
        }
    }
}

/// Says who it is; the first thing that is wrong with that.
fn welcomed(talk: &mut Talk<'_>, visit: &Visit) -> Result<Option<Word>, Stop> {
    for word in visit.about() {
        if word.is_error {
            return Ok(Some(word));
        }
        talk.show(&word.page)?;
    }
    Ok(None)
}

/// The router as the links know it.
pub(super) fn alone(router: &Router) -> Result<RouterConfig, Stop> {
    let text = files::router_alone(KINDS[0].example, router)
        .map_err(|error| Stop::Failed(error.to_string()))?;
    let loaded = config::parse(Path::new("the router"), text.as_bytes());
    let loaded = loaded.map_err(|report| Stop::Failed(report.to_string()))?;
    Ok(loaded.config.router)
}
