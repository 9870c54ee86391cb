//! The steering.

use std::path::Path;

use wanctl::cli::steering::assemble::params;
use wanctl::config::{SteeringConfig, parse_steering};
use wanctl::program::{Beat, Input, OutboxOf, Output, Program};
use wanctl::report::feed;
use wanctl::router::Transport;
use wanctl::router::rest::talk::Params;
use wanctl::router::steering::{Interest, Steering as Talk};
use wanctl::router::ways::Ways;
use wanctl::sim::wires::{Doors, Far, Meter, RestWire, SshWire};
use wanctl::steer::{Fact, PRIMARY, Steer};
use wanctl::steering::evidence::Feed;
use wanctl::time::{Duration, Instant};

use super::{COMMENT, Reply, Shaper, Whose, World, shaper};

/// The steering file of the config tests, which is v1.7's example.
const FILE: &str = include_str!("../config/steering.yaml");
/// How often autorate's documents are looked at.
const HEAR_EVERY: Duration = Duration::from_secs(1);

/// What decides, and how often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mode {
    /// The live score instead of the hysteresis.
    pub(crate) confidence: bool,
    /// `interval_seconds`, in milliseconds.
    pub(crate) interval_ms: u64,
}

/// A program, its link, and what it said.
pub(crate) struct Helm {
    pub(crate) program: Box<Steer>,
    ways: Ways<RestWire<Talk>, SshWire<Talk>>,
    outbox: Box<OutboxOf<Steer>>,
    heard_at: Option<Instant>,
    pub(crate) facts: Vec<(Instant, Fact)>,
    pub(crate) saves: u64,
}

fn config(mode: Mode) -> SteeringConfig {
    let seconds = Duration::from_millis(mode.interval_ms).as_secs_f64();
    let confidence = format!("use_confidence_scoring: {}", mode.confidence);
    let text = FILE
        .replace(
            "interval_seconds: 2",
            &format!("interval_seconds: {seconds}"),
        )
        .replace("use_confidence_scoring: true", &confidence)
        .replace(
            "steer_threshold: 55",
            "steer_threshold: 55\n  dry_run: false",
        )
        // What was tuned at 2 s means the same at any interval (W-52).
        .replace(
            "green_samples_required: 15",
            "green_samples_required: 15\n  sample_seconds: 2",
        )
        .replace(
            "ping_count: 3",
            "ping_count: 3\n  alternate: { source_address: 192.168.1.11 }",
        )
        .replace("WAN-Download-1", "WAN-Download")
        .replace("WAN-Upload-1", "WAN-Upload");
    let parsed = parse_steering(Path::new("steering.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}")).config
}

impl Helm {
    pub(super) fn new(mode: Mode) -> Self {
        let rest = RestWire::new(Params {
            host: "router".into(),
            // wanctl:secret
            authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
            reply_for: Duration::from_secs(5),
            talk: Talk::new(Interest {
                queue: shaper::queues(0).down,
                comment: COMMENT.into(),
                lists: ["FORCE_OUT_WAN1", "FORCE_OUT_WAN2"]
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                verify_every: Duration::from_secs(10),
            }),
        });
        Self {
            program: Box::new(Steer::new(Instant::ZERO, params(&config(mode), None))),
            ways: Ways::new(Transport::Rest, Some(rest), None),
            outbox: Box::default(),
            heard_at: None,
            facts: Vec::new(),
            saves: 0,
        }
    }

    pub(super) fn hear(&mut self, reply: &Reply, world: &mut World, meter: &mut impl Meter) {
        let Reply {
            at, wan, seq, rtt, ..
        } = *reply;
        let input = Input::Reply {
            wan,
            seq,
            rtt,
            stamps: None,
        };
        self.program.input(at, input, &mut self.outbox);
        self.carry_out(world, meter);
    }

    pub(super) fn tick(&mut self, primary: &mut Shaper, world: &mut World, meter: &mut impl Meter) {
        let now = world.now;
        self.drive(world, meter);
        if self.heard_at.is_none_or(|at| now - at >= HEAR_EVERY) {
            self.heard_at = Some(now);
            let feed = meter.aside(|| word(primary, now));
            self.program.hear(now, feed);
        }
        self.program.tick(now, Beat::default(), &mut self.outbox);
        self.carry_out(world, meter);
    }

    fn carry_out(&mut self, world: &mut World, meter: &mut impl Meter) {
        while let Some(output) = self.outbox.pop() {
            match output {
                Output::Probe { wan, echo } => {
                    meter.aside(|| world.send(Whose::Helm, wan, echo.target, echo.seq));
                }
                Output::Write { order, .. } => {
                    self.ways.submit(order);
                    self.drive(world, meter);
                }
                Output::Save { saved, .. } => {
                    self.saves += 1;
                    self.program.take_back(saved);
                }
                // Ten thousands an hour, and of no use here.
                Output::Tell {
                    fact: Fact::Cycle { .. },
                    ..
                } => {}
                Output::Tell { fact, .. } => {
                    meter.aside(|| self.facts.push((world.now, fact)));
                }
                Output::TryTcp { .. } => unreachable!("steering connects to nobody"),
                Output::Look { .. } => unreachable!("steering looks when the link does"),
            }
        }
    }

    fn drive(&mut self, world: &mut World, meter: &mut impl Meter) {
        let now = world.now;
        let Self {
            ways,
            program,
            outbox,
            ..
        } = self;
        let mut far = Far {
            scene: &mut world.scene,
            doors: Doors::default(),
            meter,
        };
        ways.drive(now, &mut far, |event| {
            let wan = PRIMARY;
            program.input(now, Input::Router { wan, event }, outbox);
        });
    }
}

/// What the documents of the primary's autorate say, with their age: live, or else what it left behind.
fn word(primary: &mut Shaper, now: Instant) -> Option<Feed> {
    if let Some(page) = primary.health() {
        return feed::of_health(page, shaper::name(0)).ok();
    }
    let (written_at, document) = primary.document()?;
    let feed = feed::of_state(document.as_bytes()).ok()?;
    Some(Feed {
        age: now - written_at,
        ..feed
    })
}
