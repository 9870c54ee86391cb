//! After the files are written: the live check, and what to type next.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use super::files::STEERING;
use super::kinds::KINDS;
use super::plan::{Places, Plan};
use super::stop::Stop;
use super::talk::Talk;

/// What `check` ends with when it has warnings only.
const WARNINGS: i32 = 2;

/// The example that a text was made from.
pub(super) fn example_of(text: &str) -> &'static str {
    let first = |text: &'static str| text.lines().next();
    let examples = KINDS.iter().map(|kind| kind.example).chain([STEERING]);
    let mut alike =
        examples.filter(|example| first(example).is_some_and(|line| text.starts_with(line)));
    alike.next().unwrap_or_default()
}

/// Checks, and takes leave.
pub(super) fn finish(
    talk: &mut Talk<'_>,
    plan: &Plan,
    places: &Places,
    no_check: bool,
) -> Result<ExitCode, Stop> {
    let code = if no_check {
        ExitCode::SUCCESS
    } else {
        talk.head("The check");
        // The check speaks for itself, below the title.
        talk.show("")?;
        check(plan, places)?
    };
    talk.head("What next");
    if code == ExitCode::FAILURE {
        talk.say("Mend what the check calls an error, then look again:")?;
        talk.show(&format!(
            "    # wanctl check --config {}\n",
            names(&files(plan, places))
        ))?;
    }
    for line in &plan.lines {
        talk.show(&format!(
            "    # systemctl enable --now wanctl@{}\n",
            line.name
        ))?;
    }
    if plan.steering.is_some() {
        talk.show("    # systemctl enable --now wanctl-steering\n")?;
    }
    talk.say("and, in an hour when nobody else needs the line, measure what it can:")?;
    for line in &plan.lines {
        let file = places.file(&line.name);
        talk.show(&format!(
            "    # wanctl calibrate --config {}\n",
            file.display()
        ))?;
    }
    Ok(code)
}

fn files(plan: &Plan, places: &Places) -> Vec<PathBuf> {
    let lines = plan.lines.iter().map(|line| places.file(&line.name));
    let steering = plan.steering.iter().map(|_| places.file("steering"));
    lines.chain(steering).collect()
}

fn names(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(" ")
}

/// In a process of its own, which has the password in its environment, as the service has.
fn check(plan: &Plan, places: &Places) -> Result<ExitCode, Stop> {
    let said = |e: std::io::Error| format!("`wanctl check` cannot be run: {e}");
    let program = std::env::current_exe().map_err(said)?;
    let status = Command::new(program)
        .args(["check", "--config"])
        .args(files(plan, places))
        .env("ROUTER_PASSWORD", plan.password.reveal())
        .stdin(Stdio::null())
        .status()
        .map_err(said)?;
    Ok(match status.code() {
        Some(0 | WARNINGS) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
