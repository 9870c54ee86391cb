//! From a router and a person, or flags, to a plan: the router, the way by SSH, the lines, steering.

mod lines;
mod queues;
mod router;
mod ssh;
mod steering;

use super::before::Before;
use super::plan::{Places, Plan};
use super::stop::Stop;
use super::talk::Talk;
use crate::cli::args::{Answers, SetupArgs};
use crate::cli::check::visit::Visit;
use crate::config::{Scheme, Secret};

/// What is given.
#[derive(Clone, Copy)]
pub(super) struct Given<'g> {
    pub(super) args: &'g SetupArgs,
    pub(super) places: &'g Places,
    pub(super) before: &'g Before,
    /// The first line of a standard input that is no terminal.
    pub(super) piped: Option<&'g Secret>,
}

impl<'g> Given<'g> {
    /// What a flag about the router or steering said.
    fn answer(&self, flag: &str) -> Option<&'g str> {
        self.args.answers.get(flag).map(String::as_str)
    }

    /// Whether somebody has said, now or in a file, that the router is spoken to without TLS.
    fn plainly(&self) -> bool {
        if let Some(scheme) = self.answer("scheme") {
            return scheme == "http";
        }
        let router = self.before.router();
        router.is_some_and(|router| router.scheme == Scheme::Http)
    }

    /// Whether the router is left alone: nobody asks, and nothing is to be checked.
    fn blindly(&self) -> bool {
        self.args.unattended && self.args.no_check
    }
}

/// What a flag about a line said.
fn of_line<'l>(line: Option<&'l Answers>, flag: &str) -> Option<&'l str> {
    line?.get(flag).map(String::as_str)
}

/// The whole dialogue.
pub(super) fn plan(talk: &mut Talk<'_>, given: Given<'_>) -> Result<Plan, Stop> {
    let missing = missing(given);
    if !missing.is_empty() {
        return Err(Stop::Missing(missing));
    }
    let mut found = router::router(talk, given)?;
    found.router.ssh = ssh::ssh(talk, given, &found)?;
    found.router.transport = ssh::leading(talk, given, &found.router)?;
    let mut visit: Option<&mut Visit> = found.visit.as_deref_mut();
    let lines = lines::lines(talk, given, &found.router, visit.as_deref_mut())?;
    let steering = steering::steering(talk, given, &found.router, &lines, visit.as_deref())?;
    Ok(Plan {
        router: found.router,
        password: found.password,
        lines,
        steering,
    })
}

/// What nobody can find out when nobody is asked, all of it at once.
fn missing(given: Given<'_>) -> Vec<String> {
    let args = given.args;
    let mut missing = Vec::new();
    if !args.unattended {
        return missing;
    }
    let mut need = |is_there: bool, flag: &str| {
        if !is_there {
            missing.push(flag.to_owned());
        }
    };
    let router = given.before.router();
    need(
        given.answer("router").is_some() || router.is_some(),
        "--router",
    );
    let pinned = given.answer("tls-fingerprint").is_some()
        || router.is_some_and(|router| router.tls_fingerprint.is_some());
    need(
        given.plainly() || pinned || args.trust,
        "--tls-fingerprint or --trust-on-first-use",
    );
    need(
        router::has_password(given),
        "--password-file or --password-env",
    );
    let nobody = Answers::new();
    let mut flagged: Vec<&Answers> = args.lines.iter().collect();
    if flagged.is_empty() && given.before.wans.is_empty() {
        flagged.push(&nobody);
    }
    for (n, line) in flagged.iter().enumerate() {
        let name = lines::default_name(given, Some(line), n);
        let known = given.before.wan(&name).is_some();
        for flag in ["line", "download", "upload"] {
            let about = if flagged.len() > 1 {
                format!("--{flag} of --wan {name}")
            } else {
                format!("--{flag}")
            };
            need(known || line.contains_key(flag), &about);
        }
        if given.blindly() {
            for flag in ["download-queue", "upload-queue"] {
                need(known || line.contains_key(flag), &format!("--{flag}"));
            }
        }
    }
    missing
}
