//! What the program asks for.

use super::{EventLoop, Runs};
use crate::program::{EventOf, Input, Output};
use crate::shell::connect::SLOTS;
use crate::shell::scribe::Record;
use crate::status::MAX_WANS;
use crate::time::Instant;

impl<P: Runs> EventLoop<P> {
    /// Does what the program asked for, until it asks for nothing more.
    pub(super) fn carry_out(&mut self, now: Instant) {
        let registry = self.poll.registry();
        let mut replies = Inputs::<EventOf<P>>::new();
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
                    Output::Look { wan } => {
                        let ports = &mut self.wans[wan.index()];
                        ports.glance(now);
                        ports.drive(now, registry, |input| replies.keep(input));
                    }
                    Output::Save { wan, saved } => self.inbox.leave(Record::Save { wan, saved }),
                    Output::Tell { wan, fact } => {
                        if self.inbox.wants(P::level(&fact)) {
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

/// What a router link can say about one order: the exchange that was under way, a look-up of both queues
/// and both orders, refused and read again, or the end of the connection. Sixteen is more than that.
const SAID_PER_ORDER: usize = 16;
/// Inputs that can come up while one tick's outputs are carried out: each WAN may try its TCP targets and
/// write both queues.
const INPUTS: usize = MAX_WANS * (SLOTS + 2 * SAID_PER_ORDER);

/// Inputs that came up while outputs were carried out.
#[derive(Debug)]
struct Inputs<E>(heapless::Deque<Input<E>, INPUTS>);

impl<E> Inputs<E> {
    const fn new() -> Self {
        Self(heapless::Deque::new())
    }

    fn keep(&mut self, input: Input<E>) {
        // There is room for all that one tick can bring. A lost word about a write would keep its queue
        // waiting until the connection ends, so the room must not be cut.
        let kept = self.0.push_back(input);
        debug_assert!(kept.is_ok(), "more inputs than one tick can bring");
    }

    fn take(&mut self) -> Option<Input<E>> {
        self.0.pop_front()
    }
}
