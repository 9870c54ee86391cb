//! `wanctl replay --history`: last night again, with another law.

use std::ops::ControlFlow;
use std::process::ExitCode;

use super::super::args::{ReplayArgs, SimulateForm, Source};
use super::super::simulate::line;
use super::super::simulate::picture::Picture;
use super::super::simulate::table::{self, Played, Row, Subject};
use super::super::{daemon, print};
use crate::direction::Both;
use crate::history::database::Database;
use crate::history::metric;
use crate::history::query::Query;
use crate::history::row::Sample;
use crate::history::tier::Tier;
use crate::history::trouble::Kind;
use crate::shell::clock::Clock;
use crate::sim::trial::recorded::{self, Second};
use crate::sim::trial::{self, Law};
use crate::units::{Millis, Rate};

/// Without `--last` and `--from`: a night.
const USUAL_SPAN: i64 = 12 * 3_600;
/// The longest recording, in seconds: a week takes minutes, and a recording by the second is no older.
const LONGEST: i64 = 7 * 86_400;
/// The shortest: of the first five seconds nothing is judged.
const SHORTEST: usize = 60;
const USUAL_LAWS: [Law; 2] = [Law::Classic, Law::Adaptive];
const METRICS: [&str; 7] = [
    metric::RTT,
    metric::BASELINE,
    metric::DELTA,
    metric::RATE_DOWN,
    metric::RATE_UP,
    metric::ACHIEVED_DOWN,
    metric::ACHIEVED_UP,
];

pub(super) fn run(args: &ReplayArgs) -> Result<ExitCode, String> {
    let Source::History {
        db,
        last,
        from,
        to,
        wan,
        laws,
        form,
    } = &args.source
    else {
        return Err("a trace is no history".into());
    };
    let config = &daemon::load(core::slice::from_ref(&args.config))?[0].config;
    let path = db
        .as_ref()
        .or(config.storage.db_path.as_ref())
        .ok_or_else(|| {
            let file = args.config.display();
            format!("{file}: storage.db_path is empty, so there is no history; --db names one")
        })?;
    let now = Clock::start().wall().unix();
    let (from, to) = match (last, from) {
        (Some(last), _) => (now.saturating_sub(*last), now),
        (None, Some(from)) => (*from, to.unwrap_or(now)),
        (None, None) => (now - USUAL_SPAN, now),
    };
    if to - from > LONGEST {
        return Err(format!(
            "{} days are too long to be replayed by the second; at most {}",
            (to - from) / 86_400,
            LONGEST / 86_400
        ));
    }
    let name = wan.as_deref().unwrap_or(&config.wan_name);
    let night = Night::read(path, name, from, to)?;
    let setup = line::setup(config);
    let scenario = recorded::scenario(&night.seconds, &setup);
    let own = line::law(config);
    let laws = if laws.is_empty() {
        &USUAL_LAWS[..]
    } else {
        laws
    };
    let subject = Subject {
        name: "recorded",
        about: &night.described(name),
        lasts: scenario.lasts,
    };
    let mut played = vec![Played {
        row: night.row(&subject),
        picture: None,
    }];
    for &law in laws {
        let mut picture = (*form == SimulateForm::Plot).then(|| Picture::new(law, scenario.lasts));
        let score = trial::play(&scenario, &setup, law, |moment| {
            if let Some(picture) = &mut picture {
                picture.add(moment);
            }
        });
        let row = Row::new(&subject, law, 1, &score);
        played.push(Played { row, picture });
    }
    print(&match form {
        SimulateForm::Table | SimulateForm::Plot => {
            format!(
                "{}{}{}",
                table::text(&subject, own, &played),
                table::LEGEND,
                LEGEND
            )
        }
        SimulateForm::Csv => table::csv_head() + &table::csv(&played),
        SimulateForm::Json => format!("[{}\n]\n", table::json(&played, true)),
    })
}

const LEGEND: &str = "\
recorded: what the law that ran then made of it, mean by mean second. The others play on a line that is guessed
from the recording; the law that ran should come out much as it was recorded, or the guess is poor.
";

/// What the history knows of a stretch of time.
struct Night {
    seconds: Vec<Option<Second>>,
    known: usize,
    counted: bool,
    writes: u64,
}

/// A second, half read.
#[derive(Clone, Copy, Default)]
struct Half {
    rtt: Option<f64>,
    baseline: Option<f64>,
    delta: Option<f64>,
    rates: Both<Option<f64>>,
    achieved: Both<Option<f64>>,
}

impl Night {
    fn read(path: &std::path::Path, wan: &str, from: i64, to: i64) -> Result<Self, String> {
        let database = Database::read(path).map_err(|trouble| match trouble.kind {
            Kind::Missing if !path.exists() => {
                format!("{}: there is no such database", path.display())
            }
            _ => trouble.to_string(),
        })?;
        let span = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        let mut halves = vec![Half::default(); span];
        let mut writes = 0;
        let query = Query {
            from,
            to: to - 1,
            metrics: METRICS
                .map(str::to_owned)
                .into_iter()
                .chain([metric::WRITE.to_owned()])
                .collect(),
            wan: Some(wan.to_owned()),
            tier: Some(Tier::Raw),
            ..Query::default()
        };
        query
            .run(&database, &mut |sample| {
                let at = usize::try_from(sample.at - from).ok();
                if sample.tier == Tier::Raw
                    && let Some(half) = at.and_then(|at| halves.get_mut(at))
                {
                    writes += u64::from(sample.metric == metric::WRITE && sample.value > 0.0);
                    half.take(sample);
                }
                ControlFlow::Continue(())
            })
            .map_err(|trouble| trouble.to_string())?;
        let mut seconds: Vec<Option<Second>> = halves.iter().map(Half::whole).collect();
        let first = seconds.iter().position(Option::is_some);
        seconds.drain(..first.unwrap_or(seconds.len()));
        let last = seconds.iter().rposition(Option::is_some);
        seconds.truncate(last.map_or(0, |last| last + 1));
        let known = seconds.iter().flatten().count();
        if known < SHORTEST {
            return Err(format!(
                "{}: of {wan} there are {known} whole seconds in that time, and {SHORTEST} are needed; by the second \
                 the history goes back as far as `wanctl history --last 7d --plot` shows it",
                path.display()
            ));
        }
        let counted = seconds
            .iter()
            .flatten()
            .any(|second| second.achieved.down.is_some());
        Ok(Self {
            seconds,
            known,
            counted,
            writes,
        })
    }

    fn described(&self, wan: &str) -> String {
        let missing = self.seconds.len() - self.known;
        let counted = if self.counted {
            "with what passed"
        } else {
            "without what passed, so that everybody is taken to have wanted more"
        };
        format!("{wan} as the history has it, {counted}, {missing} s missing")
    }

    fn row(&self, subject: &Subject<'_>) -> Row {
        let deltas = recorded::deltas(&self.seconds);
        let minutes = subject.lasts.as_secs_f64() / 60.0;
        Row::recorded(
            subject,
            &deltas,
            self.writes as f64 / minutes.max(1.0 / 60.0),
        )
    }
}

impl Half {
    fn take(&mut self, sample: &Sample<'_>) {
        let place = match sample.metric {
            metric::RTT => &mut self.rtt,
            metric::BASELINE => &mut self.baseline,
            metric::DELTA => &mut self.delta,
            metric::RATE_DOWN => &mut self.rates.down,
            metric::RATE_UP => &mut self.rates.up,
            metric::ACHIEVED_DOWN => &mut self.achieved.down,
            metric::ACHIEVED_UP => &mut self.achieved.up,
            _ => return,
        };
        *place = Some(sample.value);
    }

    /// The delta is what the law acted on; v1.7's RTT is that of one cycle.
    fn whole(&self) -> Option<Second> {
        let baseline = self.baseline?;
        let rtt = self.delta.map_or(self.rtt?, |delta| baseline + delta);
        Some(Second {
            rtt: Millis::new(rtt)?,
            baseline: Millis::new(baseline)?,
            rates: Both {
                down: Rate::from_mbps(self.rates.down?),
                up: Rate::from_mbps(self.rates.up?),
            },
            achieved: self.achieved.map(|mbps| mbps.map(Rate::from_mbps)),
        })
    }
}
