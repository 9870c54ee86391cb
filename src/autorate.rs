//! The autorate daemon: keep each WAN's CAKE rate just below the point where delay builds.
//!
//! Five beats, in this order: measure, judge, act, tell, ask again.

mod quota;
mod router_side;
mod saving;
mod sending;
mod wan;

pub use wan::{Wan, WanParams};

use heapless::Vec;

use crate::program::{Beat, Fact, Input, Outbox, Program, WanId};
use crate::router::queues::Queues;
use crate::status::{MAX_WANS, Saved, Status};
use crate::time::Instant;

/// What to leave on the router when the daemon stops.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnExit {
    /// The limits as they are, as v1.7.
    #[default]
    Leave,
    /// The ceilings: a stopped daemon throttles nobody (W-61).
    Ceiling,
}

/// The daemon's decisions, for up to [`MAX_WANS`] WANs. None can delay another.
#[derive(Debug)]
pub struct Autorate {
    wans: Vec<Wan, MAX_WANS>,
    status: Status,
}

impl Autorate {
    /// From its WANs.
    ///
    /// # Panics
    /// Never: the snapshot has as many places as there may be WANs.
    pub fn new(wans: Vec<Wan, MAX_WANS>, dry_run: bool) -> Self {
        let mut status = Status {
            dry_run,
            ..Status::default()
        };
        for wan in &wans {
            status
                .wans
                .push(wan.initial_status())
                .expect("as many places as WANs");
        }
        Self { wans, status }
    }

    /// From now on no WAN judges any more: averages and rates stand, and what they want is still
    /// carried out. For one round by hand.
    pub fn hold(&mut self) {
        for wan in &mut self.wans {
            wan.hold();
        }
    }

    /// One of its WANs.
    pub fn wan(&self, id: WanId) -> &Wan {
        &self.wans[id.index()]
    }
}

impl Program for Autorate {
    type Talk = Queues;
    type Fact = Fact;
    type Saved = Saved;
    type Status = Status;

    fn tick(&mut self, now: Instant, beat: Beat, out: &mut Outbox) {
        self.status.now = now;
        self.status.pulse.feel(now, beat);
        for (n, wan) in (0..).zip(&mut self.wans) {
            wan.tick(now, WanId(n), &mut self.status.wans[usize::from(n)], out);
        }
    }

    fn input(&mut self, now: Instant, input: Input, out: &mut Outbox) {
        let (Input::Reply { wan: id, .. }
        | Input::Connected { wan: id, .. }
        | Input::Leaving { wan: id, .. }
        | Input::Router { wan: id, .. }) = input;
        let wan = &mut self.wans[id.index()];
        match input {
            Input::Reply {
                seq, rtt, stamps, ..
            } => wan.reply(now, seq, rtt, stamps),
            Input::Connected { took, .. } => wan.connected(took),
            Input::Leaving { unsent, .. } => {
                wan.leaving(now, id, unsent, &mut self.status.wans[id.index()], out);
            }
            Input::Router { event, .. } => {
                wan.router(now, id, event, &mut self.status.wans[id.index()], out);
            }
        }
    }

    fn stop(&mut self, now: Instant, out: &mut Outbox) {
        for (n, wan) in (0..).zip(&mut self.wans) {
            wan.stop(now, WanId(n), &self.status.wans[usize::from(n)], out);
        }
    }

    fn status(&self) -> &Status {
        &self.status
    }
}
