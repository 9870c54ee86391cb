//! `wanctl setup`: from a router and some answers to files that work.
//!
//! ```text
//! flags, present files, a person ─▶ dialogue ─▶ plan ─▶ files ─▶ shown, agreed ─▶ write ─▶ check
//!              the router (check's client, probes and judges) ─┘
//! ```
//! Nothing is asked that can be found out, nothing is changed on the router, and nothing is written before the
//! person has seen it; but for the SSH key and the host key, which have to be there to be tried.

mod before;
mod commands;
mod dialogue;
mod files;
mod finish;
mod interrupt;
mod keys;
mod kinds;
mod machine;
mod person;
mod plan;
mod secrets;
mod show;
mod stop;
mod talk;
mod words;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::before::Before;
use self::dialogue::Given;
use self::interrupt::Interrupts;
use self::person::Terminal;
use self::plan::{Line, Places, Plan};
use self::stop::Stop;
use self::talk::Talk;
use self::write::{Draft, Keeper};
use super::args::SetupArgs;
use super::complain;
use crate::config::{self, Secret};
use crate::direction::Both;
use crate::shell::clock::Clock;
use crate::shell::scribe::text_local;
use crate::shell::{realtime, terminal};

const DIR: &str = "/etc/wanctl";
/// The command line, or what it answers.
const USAGE: u8 = 2;

/// Runs the whole of it.
pub(super) fn run(args: &SetupArgs) -> Result<ExitCode, String> {
    if !args.unattended && !terminal::is_attended() {
        complain(
            "wanctl: setup asks questions, and standard input is no terminal; run it in one, or give \
             the answers as flags and --yes (wanctl setup --help)",
        );
        return Ok(ExitCode::from(USAGE));
    }
    // The password is in memory from here on.
    realtime::protect_secrets();
    let interrupts = Interrupts::watch()?;
    match dialogue(args, &interrupts) {
        Ok(code) => Ok(code),
        Err(stop @ (Stop::Bad(_) | Stop::Missing(_))) => {
            complain(&format!("wanctl: {stop}"));
            Ok(ExitCode::from(USAGE))
        }
        Err(stop) => Err(stop.to_string()),
    }
}

fn dialogue(args: &SetupArgs, interrupts: &Interrupts) -> Result<ExitCode, Stop> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let places = Places {
        dir: absolute(args.dir.as_deref().unwrap_or(Path::new(DIR))),
        data: args.data.as_deref().map(absolute),
    };
    if !args.dry_run {
        write::expect_room(&places.dir)?;
        secrets::expect_text(&places.secrets())?;
    }
    let before = Before::look(&places);
    let piped = piped(args, &before);
    let mut person = Terminal;
    let mut talk = Talk::new(&mut person, !args.unattended);
    greet(&mut talk, &places, &before)?;
    let given = Given {
        args,
        places: &places,
        before: &before,
        piped: piped.as_ref(),
    };
    let mut plan = dialogue::plan(&mut talk, given)?;
    let drafts = drafts(&mut plan, &places)?;
    show_all(&mut talk, &plan, &drafts)?;
    if args.dry_run {
        talk.say("\nNothing was written: --dry-run.")?;
        return Ok(ExitCode::SUCCESS);
    }
    if talk.is_attended() && !talk.confirm("\nWrite these files?", true)? {
        return Err(Stop::Declined);
    }
    write_all(&mut talk, &drafts, &places, interrupts)?;
    finish::finish(&mut talk, &plan, &places, args.no_check)
}

/// A password in standard input, if that is where it may be.
fn piped(args: &SetupArgs, before: &Before) -> Option<Secret> {
    let flags = ["password-file", "password-env"];
    let is_given = flags.iter().any(|flag| args.answers.contains_key(flag));
    if !args.unattended || is_given || before.password.is_some() || terminal::is_attended() {
        return None;
    }
    let line = terminal::read_line(false).ok().flatten();
    line.filter(|line| !line.is_empty()).map(Secret::new)
}

fn greet(talk: &mut Talk<'_>, places: &Places, before: &Before) -> Result<(), Stop> {
    if talk.is_attended() {
        talk.say(&format!(
            "wanctl setup: some questions, then the files in {}.\n\
             Enter takes what is in brackets, Ctrl-C ends it; nothing is written before you have seen it.",
            places.dir.display()
        ))?;
    }
    for unread in &before.unread {
        talk.say(&format!("Not used as answers: {unread}"))?;
    }
    Ok(())
}

/// The files, each of them valid.
fn drafts(plan: &mut Plan, places: &Places) -> Result<Vec<Draft>, Stop> {
    let mut drafts = password_drafts(plan, places);
    for (n, line) in plan.lines.iter().enumerate() {
        let path = places.file(&line.name);
        let edited = |base: &str| files::wan(base, n, line, &plan.router, places);
        // A file that is written in an odd way gives way to the example; it stays as a backup.
        let text = before::usable(&path).and_then(|base| edited(&base).ok());
        let text = match text {
            Some(text) => text,
            None => edited(line.kind.example).map_err(|error| error.to_string())?,
        };
        config::parse(&path, text.as_bytes()).map_err(|report| report.to_string())?;
        drafts.push(yaml(path, text));
    }
    if let Some(steering) = &plan.steering {
        let path = places.file("steering");
        let edited =
            |base: &str| files::steering(base, steering, &plan.lines, &plan.router, places);
        let base = config::load_steering(&path).ok();
        let base = base.and_then(|_| std::fs::read_to_string(&path).ok());
        let text = match base.and_then(|base| edited(&base).ok()) {
            Some(text) => text,
            None => edited(files::STEERING).map_err(|error| error.to_string())?,
        };
        config::parse_steering(&path, text.as_bytes()).map_err(|report| report.to_string())?;
        drafts.push(yaml(path, text));
    }
    drafts.retain(|draft| draft.before().as_ref() != Some(&draft.text));
    Ok(drafts)
}

fn yaml(path: PathBuf, text: String) -> Draft {
    Draft {
        path,
        text,
        keeper: Keeper::Shared,
        backup: true,
    }
}

/// `secrets`, or the file of a password that does not fit there; says so in the plan.
fn password_drafts(plan: &mut Plan, places: &Places) -> Vec<Draft> {
    let fits = secrets::fits(&plan.password);
    let present = std::fs::read_to_string(places.secrets()).unwrap_or_default();
    let kept = fits.then_some(&plan.password);
    let draft = |path, text, keeper| Draft {
        path,
        text,
        keeper,
        backup: false,
    };
    let text = secrets::with_password(&present, kept);
    let mut drafts = vec![draft(places.secrets(), text, Keeper::Root)];
    if !fits {
        plan.router.password_file = Some(places.password_file());
        let text = format!("{}\n", plan.password.reveal());
        drafts.push(draft(places.password_file(), text, Keeper::Service));
    }
    drafts
}

fn show_all(talk: &mut Talk<'_>, plan: &Plan, drafts: &[Draft]) -> Result<(), Stop> {
    talk.head("The files");
    for line in &plan.lines {
        talk.say(&summary(line))?;
    }
    if drafts.is_empty() {
        return talk.say("They say all of this already.");
    }
    for draft in drafts {
        let name = draft.path.display();
        let before = draft.before();
        if draft.keeper != Keeper::Shared {
            talk.say(&format!(
                "{name}\nholds the password, for nobody else to read."
            ))?;
            continue;
        }
        if let Some(before) = before {
            talk.say(&format!("{name}\nchanges (the old one stays beside it):"))?;
            talk.show(&show::changes(&before, &draft.text))?;
        } else {
            let example = finish::example_of(&draft.text);
            talk.say(&format!(
                "{name}\nis new; in the text of the example it says:"
            ))?;
            talk.show(&show::additions(example, &draft.text))?;
        }
    }
    Ok(())
}

/// `wan1: dsl, 95 down and 18 up at best (…)`.
fn summary(line: &Line) -> String {
    let limits = line.kind.limits(line.ceilings);
    let Both { down, up } = limits;
    format!(
        "{}: {}; at best {} Mbit/s down and {} up, where it begins {} and {}, never below {} and {}; queues \
         {} and {}.",
        line.name,
        line.kind.word,
        down.ceiling,
        up.ceiling,
        down.base,
        up.base,
        down.floor,
        up.floor,
        line.queues.down,
        line.queues.up
    )
}

fn write_all(
    talk: &mut Talk<'_>,
    drafts: &[Draft],
    places: &Places,
    interrupts: &Interrupts,
) -> Result<(), Stop> {
    let held = interrupts.hold();
    write::directory(&places.dir, Keeper::Root)?;
    if let Some(data) = &places.data {
        write::directory(data, Keeper::Root)?;
    }
    let now = text_local(Clock::start().wall());
    let backups = write::all(drafts, &stamp(&now))?;
    interrupts.written();
    drop(held);
    for draft in drafts {
        talk.say(&format!("Wrote {}.", draft.path.display()))?;
    }
    for backup in backups {
        let name = backup.display();
        if before::holds_password(&backup) {
            talk.say(&format!(
                "The old one is {name}; it still holds a password: delete it when you need it no more."
            ))?;
        } else {
            talk.say(&format!("The old one is {name}."))?;
        }
    }
    Ok(())
}

/// `20261121_191500` of `2026-11-21 19:15:00,123`.
fn stamp(time: &str) -> String {
    let digits: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, time) = digits.split_at(digits.len().min(8));
    format!("{day}_{time}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_tells_when_it_was_made() {
        assert_eq!(stamp("2026-11-21 19:15:00,123"), "20261121_191500");
    }
}
