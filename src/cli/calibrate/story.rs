//! A calibration from its first word to its last, in v1.7's six steps (contract 10).

use super::bench::{self, Bench};
use super::echoes::{Baseline, Bloat, Echoes};
use super::journal::Journal;
use super::journals::Left;
use super::plan::Plan;
use super::record::{self, Findings};
use super::router::{Queue, Router};
use super::screen::{Mark, Screen};
use super::search::HALVINGS;
use super::sides;
use super::{Halt, restore};
use crate::cli::args::{CalibrateArgs, Task};
use crate::cli::interrupt::Interrupt;
use crate::direction::Direction;
use crate::shell::clock::Clock;
use crate::shell::scribe::iso_local;
use crate::time::Duration;
use crate::units::{Millis, Rate};

/// Listening to the unused line: a hundred echoes, or fewer for who is in a hurry.
const BASELINE: Duration = Duration::from_secs(5);
/// More than this is a line in use, which has no baseline; less on a slow line.
const IN_USE: Rate = Rate::mbit(1);
const IN_USE_SHARE: f64 = 0.05;

/// What is about to happen, before anything does.
pub(super) fn introduce(args: &CalibrateArgs, plan: &Plan, screen: &mut Screen) {
    let queues = &plan.config.router.queues;
    screen.text(&format!(
        "Calibrates {}: how fast the line is, and up to which limits its delay stays low.\n\
         The limits of {} and {} on {} are moved meanwhile, and put back as they were found;\n\
         Ctrl-C at any time puts them back at once. It takes about {} s, waiting for you left out, and fills the line.\n",
        plan.config.wan_name,
        queues.down,
        queues.up,
        plan.config.router.host,
        takes(args).as_secs_f64(),
    ));
}

/// How long the measurements take, waiting for people left out.
fn takes(args: &CalibrateArgs) -> Duration {
    let trials = if args.skip_search { 0 } else { HALVINGS };
    let (span, ramp) = (args.seconds, args.seconds.min(2));
    let settle = args.seconds.min(1);
    let direction = ramp + span + u64::from(trials) * (settle + span);
    baseline_span(args) + Duration::from_secs(2 * direction)
}

fn baseline_span(args: &CalibrateArgs) -> Duration {
    BASELINE.min(Duration::from_secs(3 * args.seconds))
}

/// Says what would be done; changes nothing, neither on the router nor on a disk.
pub(super) fn rehearse(
    args: &CalibrateArgs,
    plan: &Plan,
    clock: Clock,
    screen: &mut Screen,
) -> Result<(), Halt> {
    introduce(args, plan, screen);
    for left in plan.journals.left()? {
        let Left { journal, .. } = &left;
        let what = if left.is_superseded(&plan.config) {
            "but the daemon has run since: its journal would be removed first"
        } else {
            "its limits would be put back first"
        };
        let sentence = format!(
            "The calibration of {} was cut short; {what}.",
            journal.began
        );
        screen.say(Mark::Warning, &sentence);
        screen.say(Mark::Info, &restore::words(journal));
    }
    if args.task == Task::Restore {
        return Ok(());
    }
    let interrupt = Interrupt::catch()?;
    let mut bench = meet(args, plan, clock, &interrupt, screen)?;
    listen_to_the_unused_line(args, plan, &mut bench)?;
    let trials = if args.skip_search { 0 } else { HALVINGS };
    let file = plan.file.display();
    let lines = [
        format!(
            "The limits would be written to {} before anything else.",
            plan.journals.path().display()
        ),
        format!(
            "Each queue would be set to no limit once, to {trials} limits or a few more in a search, and back: \
             about {} writes to the router's flash.",
            2 * (trials + 2)
        ),
        if plan.is_new() {
            format!("{file} would be written new.")
        } else {
            format!("{file} would be edited, and a copy kept.")
        },
        "Dry run: nothing was changed.".to_owned(),
    ];
    for line in lines {
        bench.screen.say(Mark::Info, &line);
    }
    Ok(())
}

/// Measures, puts the limits back, and writes the results.
pub(super) fn calibrate(
    args: &CalibrateArgs,
    plan: &Plan,
    clock: Clock,
    interrupt: &Interrupt,
    screen: &mut Screen,
) -> Result<(), Halt> {
    screen.expect(takes(args));
    let mut bench = meet(args, plan, clock, interrupt, screen)?;
    let baseline = listen_to_the_unused_line(args, plan, &mut bench)?;
    let began = iso_local(clock.wall());
    let journal = Journal::of(&plan.config, began, bench.held);
    let path = plan.journals.path();
    journal.write(&path)?;
    let sides = sides::both_directions(args, &mut bench);
    let back = restore::restore(&mut bench.router, &journal, &path, clock);
    let sides = match (sides, back) {
        (sides, Ok(())) => {
            let line = format!("The limits are back. {}", restore::words(&journal));
            bench.screen.say(Mark::Done, &line);
            sides?
        }
        (Err(Halt::Failed(why)), Err(sentence)) => {
            return Err(Halt::Failed(format!("{why}\n{sentence}")));
        }
        (_, Err(sentence)) => return Err(Halt::Failed(sentence)),
    };
    let findings = Findings { baseline, sides };
    drop(bench);
    record::summarize(&findings, screen);
    record::record(args, plan, clock, interrupt, &findings, screen)
}

/// Step 1: everybody who is needed answers.
fn meet<'a>(
    args: &'a CalibrateArgs,
    plan: &Plan,
    clock: Clock,
    interrupt: &'a Interrupt,
    screen: &'a mut Screen,
) -> Result<Bench<'a>, Halt> {
    screen.header("Step 1: Connectivity Tests");
    let config = &plan.config.router;
    let mut router = Router::connect(config, clock)?;
    let queues = router.look()?;
    let shown = |direction: Direction| {
        let Queue { limit, .. } = queues[direction];
        format!("{} max-limit={}", config.queues[direction], limit.as_bps())
    };
    let line = format!(
        "Router {} answers by {}: {}, {}",
        config.host,
        router.way(),
        shown(Direction::Down),
        shown(Direction::Up)
    );
    screen.say(Mark::Done, &line);
    for direction in Direction::BOTH {
        if queues[direction].inactive {
            let name = &config.queues[direction];
            return Err(Halt::Failed(format!(
                "{name} is disabled or has no parent, so that its limit has no effect: `/queue tree enable \
                 [find name=\"{name}\"]`, or see to its parent"
            )));
        }
    }
    let echoes = Echoes::open(&plan.config, clock)?;
    let mut bench = Bench {
        clock,
        interrupt,
        screen,
        router,
        echoes,
        traffic: &args.traffic,
        target: args.target_bloat,
        span: Duration::from_secs(args.seconds),
        traffic_from: queues
            .as_ref()
            .map(|queue| bench::least_traffic(queue.limit)),
        held: queues.map(|queue| queue.limit),
        baseline: Baseline::default(),
    };
    bench.try_tool()?;
    Ok(bench)
}

/// Step 2: how far away the world is.
fn listen_to_the_unused_line(
    args: &CalibrateArgs,
    plan: &Plan,
    bench: &mut Bench<'_>,
) -> Result<Millis, Halt> {
    bench.screen.header("Step 2: Baseline RTT");
    let span = baseline_span(args);
    let listened = bench.listen(span, "unused line")?;
    bench.screen.passed(span);
    let asked = bench.echoes.count();
    let Some(baseline) = listened.heard.baseline() else {
        return Err(Halt::Failed(format!(
            "none of {asked} reflectors answered in {} s; is the line up? --ping-host names another",
            span.as_secs_f64()
        )));
    };
    let spread = listened.heard.bloat(&baseline).unwrap_or(Bloat {
        median: Millis::ZERO,
        most: Millis::ZERO,
    });
    bench.screen.say(
        Mark::Done,
        &format!(
            "{:.1} ms, {} of {asked} reflectors; half of the echoes within +{:.1} ms, most within +{:.1} ms",
            baseline.middle().as_f64(),
            baseline.reflectors(),
            spread.median.as_f64(),
            spread.most.as_f64()
        ),
    );
    for direction in Direction::BOTH {
        let rate = listened.passed.rate(direction);
        let limit = bench.held[direction];
        let few = if limit == Rate::ZERO {
            IN_USE
        } else {
            IN_USE.min(limit.times(IN_USE_SHARE))
        };
        if rate > few {
            bench.screen.say(
                Mark::Warning,
                &format!(
                    "The line is in use ({direction}: {rate}), which makes the baseline too long and the rest \
                     too low: better stop that, and begin again."
                ),
            );
        }
    }
    // What varies on the unused line is none of a queue's doing.
    bench.target = Millis::new(args.target_bloat.as_f64() + spread.median.as_f64())
        .unwrap_or(args.target_bloat);
    let middle = baseline.middle();
    bench.baseline = baseline;
    if plan.is_new() {
        let kind = super::plan::kind(middle);
        bench.screen.say(
            Mark::Info,
            &format!("By its round trip, a {} line", kind.word()),
        );
    }
    Ok(middle)
}
