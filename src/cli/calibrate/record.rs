//! Steps 5 and 6: what was found, on the screen and on disk.

use super::outcome::{self, Edited, Results, tenth};
use super::plan::Plan;
use super::screen::{Mark, Screen};
use super::settings::{self, Line};
use super::sides::Side;
use super::{Halt, diff, terminal};
use crate::cli::args::CalibrateArgs;
use crate::cli::interrupt::Interrupt;
use crate::direction::{Both, Direction};
use crate::shell::clock::Clock;
use crate::shell::scribe::iso_local;
use crate::units::{Millis, Rate};

/// Everything that was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Findings {
    pub(super) baseline: Millis,
    pub(super) sides: Both<Side>,
}

/// Step 5.
pub(super) fn summarize(findings: &Findings, screen: &mut Screen) {
    screen.header("Step 5: Summary");
    screen.text(&format!(
        "Baseline RTT       {:.1} ms\n",
        findings.baseline.as_f64()
    ));
    for (title, direction) in [("Download", Direction::Down), ("Upload", Direction::Up)] {
        let side = &findings.sides[direction];
        screen.text(&format!(
            "{title:<8} capacity  {:.2} Mbit/s\n{title:<8} calm to   {:.2} Mbit/s{}\n",
            side.capacity.as_mbps(),
            side.best.as_mbps(),
            side.bloat.map_or(String::new(), |bloat| format!(
                ", +{:.1} ms",
                bloat.median.as_f64()
            )),
        ));
    }
}

/// Step 6: the numbers on disk.
pub(super) fn record(
    args: &CalibrateArgs,
    plan: &Plan,
    clock: Clock,
    interrupt: &Interrupt,
    findings: &Findings,
    screen: &mut Screen,
) -> Result<(), Halt> {
    if interrupt.has_come() {
        return Err(Halt::Interrupted);
    }
    screen.header("Step 6: Generate Configuration");
    let now = iso_local(clock.wall());
    let results = results(args, plan, findings, now.clone());
    let file = outcome::write_results(&plan.output_dir, &results)?;
    screen.say(Mark::Done, &format!("{} written", file.display()));
    let line = Line {
        baseline: findings.baseline,
        capacity: findings.sides.map(|side| side.capacity),
        best: findings.sides.map(|side| side.best),
    };
    let mut edited = outcome::edited(plan, &line)?;
    let name = plan.file.display();
    while edited.before != edited.after {
        screen.text(&diff::unified(
            &name.to_string(),
            &edited.before,
            &edited.after,
        ));
        let question = format!("Write this to {name}? [y/N] ");
        if !args.yes && !terminal::agrees_unless(interrupt, &question, false)? {
            screen.say(Mark::Info, &format!("{name} stays as it is"));
            return Ok(());
        }
        // An answer may take its time.
        let anew = outcome::edited(plan, &line)?;
        if anew.before == edited.before {
            return write(plan, &edited, &now, screen);
        }
        screen.say(
            Mark::Info,
            &format!("{name} was edited meanwhile; this is what changes now"),
        );
        edited = anew;
    }
    screen.say(Mark::Done, &format!("{name} says all that already"));
    complete(plan, screen);
    Ok(())
}

fn write(plan: &Plan, edited: &Edited, now: &str, screen: &mut Screen) -> Result<(), Halt> {
    let kept = outcome::write(&plan.file, &edited.after, &outcome::stamp(now))?;
    let kept = kept.map_or(String::new(), |kept| {
        format!("; the old one is {}", kept.display())
    });
    screen.say(
        Mark::Done,
        &format!("{} written{kept}", plan.file.display()),
    );
    complete(plan, screen);
    Ok(())
}

fn complete(plan: &Plan, screen: &mut Screen) {
    screen.header("Calibration Complete!");
    screen.say(
        Mark::Info,
        &format!("systemctl restart {} lets the daemon use it", plan.unit()),
    );
}

fn results(args: &CalibrateArgs, plan: &Plan, findings: &Findings, timestamp: String) -> Results {
    let Both { down, up } = findings.sides;
    let hundredth = |rate: Rate| (rate.as_mbps() * 100.0).round() / 100.0;
    let bloat = |side: &Side| side.bloat.map_or(0.0, |bloat| tenth(bloat.median));
    let law = plan.config.control_law;
    Results {
        wan_name: plan.config.wan_name.clone(),
        router_host: plan.config.router.host.to_string(),
        router_user: plan.config.router.user.clone(),
        baseline_rtt_ms: tenth(findings.baseline),
        raw_download_mbps: hundredth(down.capacity),
        raw_upload_mbps: hundredth(up.capacity),
        optimal_download_mbps: hundredth(down.best),
        optimal_upload_mbps: hundredth(up.best),
        download_bloat_ms: bloat(&down),
        upload_bloat_ms: bloat(&up),
        floor_download_mbps: settings::floor(law, down.best),
        floor_upload_mbps: settings::floor(law, up.best),
        timestamp,
        target_bloat_ms: args.target_bloat.as_f64(),
    }
}
