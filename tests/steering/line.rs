//! A primary, a rule and a steering that watches the one and switches the other, in virtual time.

use wanctl::control::zone::Zone;
use wanctl::steering::assessment::Reason;
use wanctl::steering::confidence::ConfidenceParams;
use wanctl::steering::evidence::{Alternate, Echoes, Evidence, Feed, QueueNews};
use wanctl::steering::fact::{Fact, Standing};
use wanctl::steering::flap::FlapParams;
use wanctl::steering::params::{Edges, Judging, Pace, SteeringParams, V17_INTERVAL};
use wanctl::steering::queue::QueueReading;
use wanctl::steering::rule::{Order, Reading, Switch};
use wanctl::steering::smoothing::Weight;
use wanctl::steering::{Steering, Verdict};
use wanctl::time::{Duration, Instant};
use wanctl::units::Millis;

pub(crate) fn ms(ms: f64) -> Millis {
    Millis::new(ms).expect("finite")
}

pub(crate) fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// v1.7's defaults, measured every `interval`.
pub(crate) fn params(interval: Duration) -> SteeringParams {
    let pace = |samples| Pace {
        samples,
        every: V17_INTERVAL,
    };
    let weight = |w| Weight::new(w).unwrap().per(interval, V17_INTERVAL);
    SteeringParams {
        interval,
        lost_after: Duration::from_secs(2),
        judging: Judging::CakeAware(Edges {
            yellow: ms(15.0),
            red: ms(15.0),
            drops_red: 1,
            queue_yellow: 10,
            queue_red: 50,
            loss_red: 0.2,
        }),
        degrade: pace(2),
        recover: pace(15),
        rtt_weight: weight(0.3),
        queue_weight: weight(0.4),
        baseline_bounds: (ms(10.0), ms(60.0)),
        stale_after: Duration::from_secs(150),
        history_size: 60,
        confidence: None,
    }
}

pub(crate) fn confidence(dry_run: bool) -> ConfidenceParams {
    ConfidenceParams {
        steer: 55.0,
        recovery: 20.0,
        sustain: secs(2.0),
        recover: secs(3.0),
        hold: secs(30.0),
        flap: FlapParams {
            enabled: true,
            window: secs(300.0),
            max_toggles: 4,
            penalty: secs(60.0),
            add: 15.0,
        },
        dry_run,
    }
}

/// A healthy line: 25 ms, as autorate says, and an empty queue.
pub(crate) fn calm() -> Evidence {
    Evidence {
        rtt: Some(ms(25.0)),
        echoes: Echoes {
            answered: 3,
            lost: 0,
        },
        autorate: Some(Feed {
            age: secs(1.0),
            baseline: Some(ms(25.0)),
            zone: Some(Zone::Green),
            at_floor: false,
            hears: Some(true),
        }),
        queue: QueueNews::Read(QueueReading::default()),
        alternate: Alternate::Unknown,
        alternate_rtt: None,
    }
}

/// Congested: 90 ms more, and so many packets waiting.
pub(crate) fn congested(queued: u64) -> Evidence {
    Evidence {
        rtt: Some(ms(115.0)),
        queue: QueueNews::Read(QueueReading {
            queued_packets: queued,
            ..QueueReading::default()
        }),
        ..calm()
    }
}

/// Not a word.
pub(crate) fn silent() -> Evidence {
    let mut evidence = Evidence {
        rtt: None,
        echoes: Echoes {
            answered: 0,
            lost: 3,
        },
        ..calm()
    };
    evidence.autorate.as_mut().unwrap().hears = Some(false);
    evidence
}

/// The world.
pub(crate) struct World {
    pub(crate) steering: Steering,
    pub(crate) now: Instant,
    /// How the rule stands on the router.
    pub(crate) rule: Reading,
    /// How steering read it last.
    read: Option<Reading>,
    /// The router does not answer.
    pub(crate) down: bool,
    /// When the rule was switched by steering, and which way.
    pub(crate) switched: Vec<(f64, Switch)>,
    pub(crate) facts: Vec<(f64, Fact)>,
    pub(crate) reasons: Vec<Reason>,
    interval: Duration,
}

impl World {
    pub(crate) fn new(params: SteeringParams) -> Self {
        let interval = params.interval;
        Self {
            steering: Steering::new(params),
            now: Instant::ZERO,
            rule: Reading::One(Switch::Off),
            read: None,
            down: false,
            switched: Vec::new(),
            facts: Vec::new(),
            reasons: Vec::new(),
            interval,
        }
    }

    /// One cycle, and the router as far as it goes; then time passes.
    pub(crate) fn cycle(&mut self, evidence: &Evidence) -> Verdict {
        let verdict = self.steering.observe(self.now, evidence);
        self.hear(verdict.facts.iter().cloned());
        self.reasons.push(verdict.assessment.reason);
        if !self.down {
            self.route();
        }
        self.now = self.now + self.interval;
        verdict
    }

    /// The same evidence for so long.
    pub(crate) fn run(&mut self, seconds: f64, evidence: &Evidence) {
        let until = self.now + secs(seconds);
        while self.now < until {
            self.cycle(evidence);
        }
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.now.as_secs_f64()
    }

    pub(crate) fn degraded(&self) -> bool {
        self.steering.standing() == Standing::Degraded
    }

    /// Facts so far that are like this.
    pub(crate) fn told(&self, like: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().filter(|(_, fact)| like(fact)).count()
    }

    fn route(&mut self) {
        // A write and its read-back; more in one cycle would be a circle.
        for _ in 0..4 {
            let Some(order) = self.steering.order(self.now) else {
                return;
            };
            match order {
                Order::Read => {
                    self.read = Some(self.rule);
                    let facts = self.steering.rule_read(self.now, self.rule);
                    self.hear(facts);
                }
                Order::Set(switch) => {
                    let known = matches!(self.read, Some(Reading::One(_)));
                    assert!(known, "{:?} touched", self.read);
                    if !matches!(self.rule, Reading::One(_)) {
                        // Somebody was faster: the router refuses the id.
                        let facts = self.steering.rule_failed(self.now);
                        self.hear(facts);
                        continue;
                    }
                    self.rule = Reading::One(switch);
                    self.switched.push((self.seconds(), switch));
                    self.steering.rule_written(self.now);
                }
            }
        }
        assert_eq!(self.steering.order(self.now), None, "it goes in circles");
    }

    fn hear(&mut self, facts: impl IntoIterator<Item = Fact>) {
        let now = self.seconds();
        self.facts.extend(facts.into_iter().map(|fact| (now, fact)));
    }
}
