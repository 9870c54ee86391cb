//! What the program asks for.

use super::EventLoop;
use crate::program::{Input, Output, Program};
use crate::report::lines;
use crate::shell::scribe::Record;
use crate::time::Instant;

impl<P: Program> EventLoop<P> {
    /// Does what the program asked for, until it asks for nothing more.
    pub(super) fn carry_out(&mut self, now: Instant) {
        let registry = self.poll.registry();
        let mut replies = Inputs::new();
        loop {
            while let Some(output) = self.outbox.pop() {
                match output {
                    Output::Probe { wan, echo } => self.wans[wan.index()].probe(self.clock, echo),
                    Output::TryTcp { wan } => {
                        self.wans[wan.index()].try_tcp(self.clock, registry, |input| {
                            replies.keep(input);
                        });
                    }
                    Output::Write { wan, order } => {
                        let ports = &mut self.wans[wan.index()];
                        ports.write(order);
                        ports.drive(now, registry, |input| replies.keep(input));
                    }
                    Output::Save { wan, saved } => self.inbox.leave(Record::Save { wan, saved }),
                    Output::Tell { wan, fact } => {
                        if lines::level(&fact) <= log::Level::Info || self.inbox.wants_debug() {
                            self.inbox.leave(Record::Fact { wan, fact });
                        }
                    }
                }
            }
            match replies.take() {
                Some(input) => self.program.input(now, input, &mut self.outbox),
                None => return,
            }
        }
    }
}

/// Inputs that came up while outputs were carried out: at most a few per WAN.
#[derive(Debug)]
struct Inputs(heapless::Deque<Input, 64>);

impl Inputs {
    const fn new() -> Self {
        Self(heapless::Deque::new())
    }

    fn keep(&mut self, input: Input) {
        // Eight TCP targets and two queues for each of eight WANs at the very most, and a TCP target
        // or a queue whose report is lost is treated as failed at its deadline.
        let _ = self.0.push_back(input);
    }

    fn take(&mut self) -> Option<Input> {
        self.0.pop_front()
    }
}
