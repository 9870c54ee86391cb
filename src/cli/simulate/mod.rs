//! `wanctl simulate`: what would a law make of my line on such an evening?

pub(super) mod line;
pub(super) mod picture;
mod shelf;
pub(super) mod table;

use std::io::{BufWriter, Write as _, stdout};
use std::path::Path;
use std::process::ExitCode;

pub use self::line::setup;
use self::picture::Picture;
use self::table::{Played, Row, Subject};
use super::args::{SimulateArgs, SimulateForm};
use super::{complain, daemon, print, printed};
use crate::config::WanConfig;
use crate::sim::trial::story::Story;
use crate::sim::trial::{self, Law, Setup};
use crate::time::Duration;

/// What plays if nobody says what.
const USUAL: [Law; 3] = [Law::Static, Law::Classic, Law::Adaptive];

/// Plays what is asked for and prints what came of it.
pub(super) fn run(args: &SimulateArgs) -> Result<ExitCode, String> {
    let Some(path) = args.config.as_deref().filter(|_| !args.list) else {
        return print(&shelf::list());
    };
    let (config, stories) = load(path, &args.scenarios)?;
    let setup = line::setup(&config);
    let own = line::law(&config);
    let laws = if args.laws.is_empty() {
        &USUAL[..]
    } else {
        &args.laws
    };
    let mut out = BufWriter::new(stdout().lock());
    let mut write = |text: &str| out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let mut written = write(&begun(args, &config, &setup));
    let mut first = true;
    for story in &stories {
        let story = lasting(story, args.seconds);
        let shown = |law| match args.form {
            SimulateForm::Plot if args.laws.is_empty() => law == own,
            form => form == SimulateForm::Plot,
        };
        let played = play(&story, &setup, laws, args.seed, shown);
        let text = match args.form {
            SimulateForm::Table | SimulateForm::Plot => {
                table::text(&Subject::of(&story), own, &played)
            }
            SimulateForm::Csv => table::csv(&played),
            SimulateForm::Json => table::json(&played, core::mem::take(&mut first)),
        };
        written = written.and_then(|()| write(&text));
        // Nobody reads any more.
        if written.is_err() {
            break;
        }
    }
    let end = match args.form {
        SimulateForm::Table | SimulateForm::Plot => table::LEGEND,
        SimulateForm::Csv => "",
        SimulateForm::Json => "\n]\n",
    };
    printed(written.and_then(|()| write(end)))
}

fn play(
    story: &Story,
    setup: &Setup,
    laws: &[Law],
    seed: u64,
    shown: impl Fn(Law) -> bool,
) -> Vec<Played> {
    let scenario = story.scenario(setup, seed);
    let one = |&law: &Law| {
        let mut picture = shown(law).then(|| Picture::new(law, story.lasts));
        let score = trial::play(&scenario, setup, law, |moment| {
            if let Some(picture) = &mut picture {
                picture.add(moment);
            }
        });
        let row = Row::new(&Subject::of(story), law, seed, &score);
        Played { row, picture }
    };
    laws.iter().map(one).collect()
}

fn lasting(story: &Story, seconds: Option<u32>) -> Story {
    let mut story = story.clone();
    if let Some(seconds) = seconds {
        story.lasts = Duration::from_secs(seconds.into());
    }
    story
}

fn begun(args: &SimulateArgs, config: &WanConfig, setup: &Setup) -> String {
    match args.form {
        SimulateForm::Table | SimulateForm::Plot => line::described(config, setup, args.seed),
        SimulateForm::Csv => table::csv_head(),
        SimulateForm::Json => "[".to_owned(),
    }
}

/// The config and every scenario, or all that is wrong with all of them.
fn load(path: &Path, scenarios: &[String]) -> Result<(WanConfig, Vec<Story>), String> {
    let config = daemon::load(&[path.to_owned()]);
    let stories = shelf::stories(scenarios);
    match (config, stories) {
        (Ok(mut config), Ok(stories)) => Ok((config.remove(0).config, stories)),
        (Err(one), Err(other)) => Err(format!("{one}\n{other}")),
        (Err(sentence), Ok(_)) | (Ok(_), Err(sentence)) => Err(sentence),
    }
}
