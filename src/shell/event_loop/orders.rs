//! What the program asks for.

use super::EventLoop;
use crate::program::{Output, Program};
use crate::report::lines;
use crate::shell::inputs::Inputs;
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
                    Output::Probe { wan, echo } => {
                        self.wans[wan.index()].probe(self.clock, now, echo);
                    }
                    Output::TryTcp { wan } => {
                        self.wans[wan.index()].try_tcp(self.clock, now, registry, |input| {
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
