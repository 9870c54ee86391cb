//! The stories.

use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::house::{CALM, Host};
use crate::tale::{Event, Tale};

/// What a line passes on a good day.
const WELL: u32 = 500;
/// What it passes when the neighbours watch TV: less than autorate's floor of 80.
const CROWDED: u32 = 60;

/// Each story with its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Name {
    Evening,
    Dead,
    AlternateWorse,
    AlternateDies,
    BothBad,
    PowerCut,
    ByHand,
    ByHandAmongCloses,
    AutorateStopped,
    LyingHost,
    Flapping,
}

impl Name {
    pub(crate) const ALL: [Self; 11] = [
        Self::Evening,
        Self::Dead,
        Self::AlternateWorse,
        Self::AlternateDies,
        Self::BothBad,
        Self::PowerCut,
        Self::ByHand,
        Self::ByHandAmongCloses,
        Self::AutorateStopped,
        Self::LyingHost,
        Self::Flapping,
    ];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Evening => "evening congestion",
            Self::Dead => "primary dead for 2 min",
            Self::AlternateWorse => "alternate worse, then better",
            Self::AlternateDies => "alternate dies while steered",
            Self::BothBad => "both slow, then both dead",
            Self::PowerCut => "power cut while steered",
            Self::ByHand => "switched by hand twice",
            Self::ByHandAmongCloses => "the same, connections close",
            Self::AutorateStopped => "autorate stopped, then dead",
            Self::LyingHost => "ping host silent, then slow",
            Self::Flapping => "ISP flaps for an hour",
        }
    }

    /// Seconds of a call that may suffer: what nobody can help, and what it takes to be sure, twice.
    pub(crate) const fn bearable(self) -> f64 {
        match self {
            // Three times it is left.
            Self::Evening => 30.0,
            Self::Dead | Self::AutorateStopped => 12.0,
            // Both are slow for 180 s and for 300 s.
            Self::AlternateWorse => 490.0,
            // The primary is slow for 200 s while the alternate is dead.
            Self::AlternateDies => 220.0,
            // As long as both are bad.
            Self::BothBad => 421.0,
            // The router is away for 60 s.
            Self::PowerCut => 72.0,
            // One minute of grace for the hand that left the good line.
            Self::ByHand => 100.0,
            Self::ByHandAmongCloses | Self::LyingHost => 0.5,
            // The score comes back now and then, until its brake is engaged.
            Self::Flapping => 25.0,
        }
    }

    pub(crate) fn tale(self) -> Tale {
        let quiet = Schedule::new;
        let (lines, events, seconds) = match self {
            Self::Evening => {
                // 200 autorate can cope with.
                let steps = [
                    (120, 200),
                    (240, WELL),
                    (300, CROWDED),
                    (600, WELL),
                    (660, 70),
                    (960, WELL),
                ];
                ([passing(&steps), quiet()], vec![], 1_200)
            }
            Self::Dead => ([passing(&[(60, 0), (180, WELL)]), quiet()], vec![], 300),
            Self::AlternateWorse => {
                let primary = passing(&[(120, CROWDED), (900, WELL)]);
                let far = CALM[1] + Duration::from_millis(300);
                let alternate = [(60, far), (300, CALM[1]), (600, far), (900, CALM[1])];
                let alternate = alternate.into_iter().fold(quiet(), |tale, (second, rtt)| {
                    tale.at(Duration::from_secs(second), Change::Propagation(rtt))
                });
                ([primary, alternate], vec![], 1_000)
            }
            Self::AlternateDies => {
                let primary = passing(&[(120, CROWDED), (800, WELL)]);
                let alternate = passing(&[(300, 0), (500, WELL)]);
                ([primary, alternate], vec![], 900)
            }
            Self::BothBad => {
                let steps = [(120, CROWDED), (420, WELL), (480, 0), (600, WELL)];
                let busy = Change::Demand(Direction::Down, Rate::mbit(300));
                let alternate = passing(&steps).at(Duration::ZERO, busy);
                ([passing(&steps), alternate], vec![], 700)
            }
            Self::PowerCut => {
                let primary = passing(&[(60, CROWDED), (400, WELL)]);
                let away = Duration::from_secs(60);
                ([primary, quiet()], vec![(80, Event::PowerCut(away))], 500)
            }
            Self::ByHand => {
                let hands = vec![
                    (60, Event::ByHand(Switch::On)),
                    (400, Event::ByHand(Switch::Off)),
                ];
                let primary = passing(&[(300, CROWDED), (600, WELL)]);
                ([primary, quiet()], hands, 700)
            }
            Self::ByHandAmongCloses => {
                let hands = vec![
                    (30, Event::Router(Fault::CloseAfterEach)),
                    (60, Event::ByHand(Switch::On)),
                ];
                ([quiet(), quiet()], hands, 240)
            }
            Self::AutorateStopped => {
                let primary = passing(&[(300, 0), (420, WELL)]);
                ([primary, quiet()], vec![(60, Event::AutorateStops)], 600)
            }
            Self::LyingHost => {
                let lies = vec![
                    (60, Event::PingHost(Host::Silent)),
                    (240, Event::PingHost(Host::Honest)),
                    (
                        300,
                        Event::PingHost(Host::SlowBy(Duration::from_millis(150))),
                    ),
                    (540, Event::PingHost(Host::Honest)),
                ];
                // Whoever believes it has a long way to go.
                let far = CALM[1] + Duration::from_millis(100);
                let alternate = quiet().at(Duration::from_secs(300), Change::Propagation(far));
                ([quiet(), alternate], lies, 600)
            }
            Self::Flapping => {
                let mut steps = Vec::new();
                for n in 0..90 {
                    steps.extend([(60 + 40 * n, 0), (80 + 40 * n, WELL)]);
                }
                ([passing(&steps), quiet()], vec![], 3_800)
            }
        };
        Tale {
            lines,
            events,
            seconds,
        }
    }
}

/// A line that from each of these seconds on passes so many Mbit/s of download.
fn passing(steps: &[(u64, u32)]) -> Schedule {
    steps.iter().fold(Schedule::new(), |tale, &(second, mbit)| {
        let capacity = Rate::mbit(mbit.into());
        tale.at(
            Duration::from_secs(second),
            Change::Capacity(Direction::Down, capacity),
        )
    })
}
