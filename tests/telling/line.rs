//! One WAN whose world answers at once.

use std::path::Path;

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config::{self, WanConfig};
use wanctl::control::prober::Target;
use wanctl::program::{Beat, Fact, Input, Outbox, Output, Program, WanId};
use wanctl::router::{Event, Known};
use wanctl::status::{Saved, Status, Trouble, Unsent};
use wanctl::time::{Duration, Instant};

use crate::wan_file::WanFile;

const PERIOD: Duration = Duration::from_millis(50);

/// A WAN file with one passage changed.
pub(crate) fn file(passage: &str, instead: &str) -> WanConfig {
    let file = WanFile {
        name: "wan1",
        scheme: "http",
        router_port: 80,
        reflectors: vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()],
        more: "logging: { main_log: /nonexistent/l, debug_log: /nonexistent/d }\n\
               lock_file: /nonexistent/wan.lock\n"
            .into(),
    };
    let text = file.text();
    assert!(text.contains(passage), "{text}");
    let text = text.replace(passage, instead);
    let parsed = config::parse(Path::new("test.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}")).config
}

/// Who answers in one cycle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answers {
    /// The reflectors, after so many milliseconds.
    pub(crate) icmp: Option<u64>,
    pub(crate) gateway: bool,
}

/// One WAN without a world around it.
pub(crate) struct Line {
    program: Autorate,
    now: Instant,
    outbox: Outbox,
    pub(crate) facts: Vec<Fact>,
}

impl Line {
    pub(crate) fn new(config: &WanConfig) -> Self {
        Self::restored(config, None)
    }

    pub(crate) fn restored(config: &WanConfig, saved: Option<Saved>) -> Self {
        let mut wans = heapless::Vec::new();
        let params = assemble::wan_params(config, saved, false);
        assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
        let mut line = Self {
            program: Autorate::new(wans, false),
            now: Instant::ZERO,
            outbox: Outbox::default(),
            facts: Vec::new(),
        };
        line.router(Event::Up);
        line
    }

    /// A router that is there and does as it is told.
    pub(crate) fn router(&mut self, event: Event) {
        let wan = WanId(0);
        let input = Input::Router { wan, event };
        self.program.input(self.now, input, &mut self.outbox);
    }

    /// Whether echo requests leave, from now on.
    pub(crate) fn leaves(&mut self, unsent: Option<Unsent>) {
        let input = Input::Leaving {
            wan: WanId(0),
            unsent,
        };
        self.program.input(self.now, input, &mut self.outbox);
    }

    pub(crate) fn cycle(&mut self, answers: Answers) {
        self.now = self.now + PERIOD;
        let (now, wan) = (self.now, WanId(0));
        self.program.tick(now, Beat::default(), &mut self.outbox);
        while let Some(output) = self.outbox.pop() {
            let input = match output {
                Output::Tell { fact, .. } => {
                    self.facts.push(fact);
                    continue;
                }
                Output::TryTcp { .. } => {
                    for _ in 0..2 {
                        let input = Input::Connected { wan, took: None };
                        self.program.input(now, input, &mut self.outbox);
                    }
                    continue;
                }
                Output::Probe { echo, .. } => match echo.target {
                    Target::Gateway => answers.gateway.then_some((echo.seq, 1)),
                    Target::Reflector(_) => answers.icmp.map(|ms| (echo.seq, ms)),
                },
                Output::Write { order, .. } => {
                    self.router(Event::Holds {
                        direction: order.direction,
                        rate: order.rate,
                        known: Known::Written,
                        took: PERIOD,
                        inactive: false,
                        bytes: None,
                    });
                    None
                }
                Output::Look { .. } | Output::Save { .. } => None,
            };
            if let Some((seq, ms)) = input {
                let rtt = Duration::from_millis(ms);
                let reply = Input::Reply {
                    wan,
                    seq,
                    rtt,
                    stamps: None,
                };
                self.program.input(now, reply, &mut self.outbox);
            }
        }
    }

    pub(crate) fn cycles(&mut self, count: u32, answers: Answers) {
        for _ in 0..count {
            self.cycle(answers);
        }
    }

    pub(crate) fn status(&self) -> &Status {
        self.program.status()
    }

    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.status().wans[0].trouble(self.status().now)
    }
}

pub(crate) const WELL: Answers = Answers {
    icmp: Some(20),
    gateway: true,
};
