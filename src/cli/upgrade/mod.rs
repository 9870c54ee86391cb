//! `wanctl upgrade`: v1.7 taken over by one command, and given back by another.
//!
//! ```text
//! survey (configs, units, documents, database, rights) ─▶ plan ─▶ page: the table, and what will be noticed
//!                                                          └────▶ taking ◀─ manifest ─▶ back
//! ```
//! Everything up to the page only looks. The manifest is written before the first change.

mod adaptive;
mod back;
#[cfg_attr(not(feature = "history"), path = "no_database.rs")]
mod database;
mod differences;
mod documents;
mod manager;
mod manifest;
mod ours;
mod page;
mod plan;
mod rights;
mod root;
mod survey;
mod taking;
mod units;

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use self::differences::{Has, Setup};
use self::manifest::Manifest;
use self::plan::Plan;
use self::root::Root;
use self::survey::{Survey, survey};
use super::args::{Errand, UpgradeArgs};
use super::{complain, print};
use crate::shell::access;

/// Warnings only, as `check`; and that nobody was there to say yes.
const NOT_QUITE: u8 = 2;

/// Looks, takes over, or goes back.
pub(super) fn run(args: &UpgradeArgs) -> Result<ExitCode, String> {
    let root = Root::new(&args.root);
    if !args.root.is_dir() {
        return Err(format!("{}: is no directory", args.root.display()));
    }
    match args.errand {
        Errand::Look => look(&root),
        Errand::TakeOver => take_over(&root, args.yes),
        Errand::Back => go_back(&root, args.yes),
    }
}

fn look(root: &Root) -> Result<ExitCode, String> {
    let survey = survey(root);
    if !survey.found_anything() {
        return print("There is nothing of v1.7 here, and nothing of ours.\n");
    }
    tell(root, &survey)?;
    let plan = &survey.plan;
    if plan.has_work() && plan.obstacles.is_empty() {
        print(
            "\nNothing has been changed. `wanctl upgrade` does it, `wanctl upgrade --back` undoes it.\n",
        )?;
    } else if plan.obstacles.is_empty() {
        print("\nNo service of v1.7 is in our way.\n")?;
    }
    Ok(verdict(plan))
}

fn verdict(plan: &Plan) -> ExitCode {
    match (plan.obstacles.is_empty(), plan.warnings.is_empty()) {
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(NOT_QUITE),
        (false, _) => ExitCode::FAILURE,
    }
}

impl Has for Root {
    fn has(&self, path: &str) -> bool {
        self.at(path).is_file()
    }
}

fn tell(root: &Root, survey: &Survey) -> Result<ExitCode, String> {
    let wans: Vec<_> = survey.wans().collect();
    let setup = Setup {
        wans: &wans,
        steering: survey.steering(),
        has: root,
    };
    print(&page::page(survey, &setup))
}

fn take_over(root: &Root, yes: bool) -> Result<ExitCode, String> {
    let survey = survey(root);
    if !survey.plan.has_work() {
        let done = Manifest::load(root)?.is_some();
        return print(if done {
            "v1.7 has been taken over already; `wanctl upgrade --back` goes back.\n"
        } else {
            "There is no service of v1.7 here to take over.\n"
        });
    }
    tell(root, &survey)?;
    if !survey.plan.obstacles.is_empty() {
        return Err("nothing has been changed: see to what is in the way first".to_owned());
    }
    may_change(root)?;
    if !yes && !agreed("\nTake over now? [y/N] ")? {
        return Ok(nobody_said_yes());
    }
    let manifest = taking::prepare(root, &survey.plan)?;
    match taking::take(root, &survey) {
        Ok(left) => {
            let mut said =
                "\nv1.7 has been taken over. `wanctl upgrade --back` goes back.\n".to_owned();
            said.push_str(&to_do(root, &left));
            for name in survey.plan.services.ours() {
                let _ = writeln!(said, "To watch it: journalctl -fu {name}");
            }
            print(&said)
        }
        Err(sentence) => {
            complain(&format!("wanctl: {sentence}"));
            let undone = back::go(root, &manifest);
            undone.map_err(|e| {
                format!("{e}\nv1.7 could not be put back: `wanctl upgrade --back` tries again")
            })?;
            Err("that did not work, and v1.7 is back in its place".to_owned())
        }
    }
}

fn go_back(root: &Root, yes: bool) -> Result<ExitCode, String> {
    let Some(manifest) = Manifest::load(root)? else {
        return Err("nothing was taken over here, so there is no way back to go".to_owned());
    };
    may_change(root)?;
    if !yes && !agreed("Back to v1.7 now? [y/N] ")? {
        return Ok(nobody_said_yes());
    }
    let done = back::go(root, &manifest)?;
    let mut said = String::new();
    for sentence in &done.told {
        let _ = writeln!(said, "{sentence}");
    }
    said.push_str(&to_do(root, &done.left));
    said.push_str("v1.7 is back in its place, and goes on with today's state and history.\n");
    print(&said)
}

/// What only that system can do itself.
fn to_do(root: &Root, left: &[String]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let place = if root.is_here() {
        "There is no service manager here. Where there is one".to_owned()
    } else {
        format!("Once the system in {} runs", root.directory().display())
    };
    let mut said = format!("{place}, these are left to do:\n\n");
    for command in left {
        let _ = writeln!(said, "  {command}");
    }
    said.push('\n');
    said
}

fn may_change(root: &Root) -> Result<(), String> {
    if access::user() == 0 || access::may_make_files(&root.at(survey::ETC)).is_ok() {
        return Ok(());
    }
    Err("only root may do that: sudo wanctl upgrade".to_owned())
}

fn nobody_said_yes() -> ExitCode {
    complain("wanctl: nothing has been changed; --yes does it without asking");
    ExitCode::from(NOT_QUITE)
}

/// Whether somebody is there and says yes.
fn agreed(question: &str) -> Result<bool, String> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    print(question)?;
    // Who answers sees the question first.
    let _ = io::stdout().flush();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|e| format!("cannot read the answer: {e}"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
