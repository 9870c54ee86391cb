//! One wake-up: what came in goes to the program.

use super::{EventLoop, Phase, Runs};
use crate::program::Beat;
use crate::shell::resolver::Resolver;
use crate::shell::{timer, tokens};
use crate::time::Instant;

impl<P: Runs> EventLoop<P> {
    /// Works off what `poll` reported; `Some` if the timer fired.
    pub(super) fn dispatch(&mut self, now: Instant) -> Option<timer::Beat> {
        let mut beat = None;
        let mut signalled = false;
        let mut resolved = false;
        for event in &self.events {
            let registry = self.poll.registry();
            match event.token() {
                tokens::TIMER => beat = Some(self.timer.fire(self.clock)),
                tokens::SIGNALS => signalled = true,
                tokens::RESOLVER => resolved = true,
                token => {
                    if let Some(n) = tokens::wan_of(token) {
                        let (program, outbox) = (&mut self.program, &mut self.outbox);
                        self.wans[n].ready(self.clock, now, registry, token, |input| {
                            program.input(now, input, outbox);
                        });
                    } else if let Some(server) = self.health.as_mut().filter(|s| s.owns(token)) {
                        server.ready(now, token, registry, self.program.status());
                    } else if let Some(server) = self.metrics.as_mut().filter(|s| s.owns(token)) {
                        server.ready(now, token, registry, self.program.status());
                    }
                }
            }
        }
        for wan in &mut self.wans {
            let (program, outbox) = (&mut self.program, &mut self.outbox);
            let registry = self.poll.registry();
            wan.catch_up(self.clock, now, registry, |input| {
                program.input(now, input, outbox);
            });
        }
        if resolved {
            self.collect_names(now);
        }
        if signalled {
            self.handle_signals(now);
        }
        self.carry_out(now);
        beat.filter(|beat| beat.due > 0)
    }

    pub(super) fn tick(&mut self, now: Instant, beat: timer::Beat) {
        for wan in &mut self.wans {
            let (program, outbox) = (&mut self.program, &mut self.outbox);
            let registry = self.poll.registry();
            wan.tick(now, registry, self.resolver.as_mut(), |input| {
                program.input(now, input, outbox);
            });
        }
        self.carry_out(now);
        if self.phase == Phase::Running {
            let beat = Beat {
                missed: beat.due - 1,
                late: beat.late,
                work: self.work,
                records_lost: self.inbox.lost(),
                unsaved: self.inbox.unsaved(),
                history_failing: self.inbox.history_failing(),
                history_lost: self.inbox.history_lost(),
                wall: self.clock.wall(),
            };
            self.take_back();
            self.program.tick(now, beat, &mut self.outbox);
            self.carry_out(now);
        }
        let registry = self.poll.registry();
        if let Some(server) = &mut self.health {
            server.tick(now, registry, self.program.status());
        }
        if let Some(server) = &mut self.metrics {
            server.tick(now, registry, self.program.status());
        }
    }

    /// What the scribe is done with.
    pub(super) fn take_back(&mut self) {
        while let Some(saved) = self.inbox.written() {
            self.program.take_back(saved);
        }
    }

    pub(super) fn collect_names(&mut self, now: Instant) {
        while let Some(answer) = self.resolver.as_mut().and_then(Resolver::take) {
            for wan in &mut self.wans {
                wan.resolved(now, &answer);
            }
        }
    }
}
