//! The autorate of one line.

use std::path::Path;

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config::{self, WanConfig};
use wanctl::direction::Both;
use wanctl::program::{Beat, Input, Outbox, Output, Program, WanId};
use wanctl::report::{health, state};
use wanctl::router::queues::Queues;
use wanctl::router::ways::Ways;
use wanctl::router::{Transport, rest};
use wanctl::sim::wires::{Doors, Far, Meter, RestWire, SshWire};
use wanctl::status::Saved;
use wanctl::time::Instant;

use super::{CALM, Reply, Whose, World};
use crate::WanFile;

const WAN: WanId = WanId(0);

/// A program, its link, and what can be read of it.
pub(crate) struct Shaper {
    line: usize,
    program: Box<Autorate>,
    ways: Ways<RestWire<Queues>, SshWire<Queues>>,
    outbox: Box<Outbox>,
    /// The last state document, and when it was written.
    saved: Option<(Instant, Saved)>,
    page: Vec<u8>,
    pub(crate) is_running: bool,
}

/// The queues of a line.
pub(super) fn queues(line: usize) -> Both<String> {
    match line {
        0 => Both {
            down: "WAN-Download".to_owned(),
            up: "WAN-Upload".to_owned(),
        },
        _ => Both {
            down: "LTE-Download".to_owned(),
            up: "LTE-Upload".to_owned(),
        },
    }
}

/// The name of a line's WAN.
pub(super) fn name(line: usize) -> &'static str {
    ["wan1", "wan2"][line]
}

fn config(line: usize) -> WanConfig {
    let file = WanFile {
        name: name(line),
        scheme: "http",
        router_port: 80,
        reflectors: vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()],
        more: "logging: { main_log: /nonexistent/l, debug_log: /nonexistent/d }\n\
               lock_file: /nonexistent/wan.lock\n"
            .to_owned(),
    };
    let queues = queues(line);
    let text = file
        .text()
        .replace(
            "baseline_rtt_initial: 20",
            &format!("baseline_rtt_initial: {}", CALM[line].as_millis()),
        )
        .replace("WAN-Download", &queues.down)
        .replace("WAN-Upload", &queues.up);
    let parsed = config::parse(Path::new("wan.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}")).config
}

impl Shaper {
    pub(super) fn new(line: usize) -> Self {
        let config = config(line);
        let mut wans = heapless::Vec::new();
        let params = assemble::wan_params(&config, None, false);
        assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
        let rest = RestWire::new(rest::LinkParams {
            host: "127.0.0.1".into(),
            // wanctl:secret
            authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
            queues: config.router.queues.clone(),
            queue_types: config.router.queue_types.clone(),
            reply_for: config.router.timeout,
            verify_every: config.router.verify_interval,
        });
        Self {
            line,
            program: Box::new(Autorate::new(wans, false)),
            ways: Ways::new(Transport::Rest, Some(rest), None),
            outbox: Box::default(),
            saved: None,
            page: vec![0; health::capacity(1)],
            is_running: true,
        }
    }

    /// The document at its `/health`, if it runs.
    pub(crate) fn health(&mut self) -> Option<&[u8]> {
        if !self.is_running {
            return None;
        }
        let len = health::write(self.program.status(), &mut self.page).expect("it fits");
        Some(&self.page[..len])
    }

    /// Its state document, and when it was written.
    pub(crate) fn document(&self) -> Option<(Instant, String)> {
        let (at, saved) = self.saved.as_ref()?;
        Some((*at, state::write(saved, "2026-11-21T00:01:32.450001")))
    }

    pub(super) fn hear(&mut self, reply: &Reply, world: &mut World, meter: &mut impl Meter) {
        let Reply { at, seq, rtt, .. } = *reply;
        if self.is_running {
            let input = Input::Reply {
                wan: WAN,
                seq,
                rtt,
                stamps: None,
            };
            self.program.input(at, input, &mut self.outbox);
            self.carry_out(world, meter);
        }
    }

    pub(super) fn tick(&mut self, world: &mut World, meter: &mut impl Meter) {
        if self.is_running {
            self.drive(world, meter);
            let beat = Beat::default();
            self.program.tick(world.now, beat, &mut self.outbox);
            self.carry_out(world, meter);
        }
    }

    fn carry_out(&mut self, world: &mut World, meter: &mut impl Meter) {
        while let Some(output) = self.outbox.pop() {
            match output {
                Output::Probe { echo, .. } => {
                    let whose = Whose::Shaper(self.line);
                    meter.aside(|| world.send(whose, WAN, echo.target, echo.seq));
                }
                Output::TryTcp { .. } => {
                    let took = meter.aside(|| world.rtt(self.line));
                    for _ in 0..2 {
                        let input = Input::Connected { wan: WAN, took };
                        self.program.input(world.now, input, &mut self.outbox);
                    }
                }
                Output::Write { order, .. } => {
                    self.ways.submit(order);
                    self.drive(world, meter);
                }
                Output::Look { .. } => {
                    self.ways.glance(world.now);
                    self.drive(world, meter);
                }
                Output::Save { saved, .. } => self.saved = Some((world.now, saved)),
                Output::Tell { .. } => {}
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
            program.input(now, Input::Router { wan: WAN, event }, outbox);
        });
    }
}
