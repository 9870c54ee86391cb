//! A daemon as its event loop would run it: woken by ticks, answers and its router links.

use core::fmt::Write as _;

use wanctl::direction::Direction;
use wanctl::program::{Beat, EventOf, Input, OrderOf, OutboxOf, Output, WanId};
use wanctl::report::Report;
use wanctl::router::rest::talk::RestTalk;
use wanctl::router::ssh::talk::SshTalk;
use wanctl::router::talk::Tell;
use wanctl::sim::scene::Scene;
use wanctl::sim::wires::{Far, NoMeter};
use wanctl::status::Unsent;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::echoes::rtt;
use super::world::World;
use crate::params::Both2;
use crate::plan::{Plan, Who};
use crate::planted::{Bent, Bug};

/// The loop's beat.
pub(crate) const PERIOD: Duration = Duration::from_millis(50);
/// Between two ticks the links are looked at so long after the first one.
const BETWEEN: Duration = Duration::from_millis(23);
/// What the scribe takes to write on a disk that is well.
const WRITING: Duration = Duration::from_millis(20);
/// Lines of one daemon.
const LINES: usize = 2;

/// What differs between the two.
pub(crate) trait Resident: Report<Talk: RestTalk + SshTalk> + Sized {
    const WHO: Who;
    /// The first of its documents on the disk.
    const PAPER: usize;

    /// Lines that it asks something over.
    fn lines(plan: &Plan) -> usize;
    /// As it starts, with what the disk has kept.
    fn start(plan: &Plan, world: &mut World) -> (Self, Vec<Both2<Self::Talk>>);
    /// Whether the router has answered something.
    fn is_answer(event: &EventOf<Self>) -> bool;
    /// An order as a number, for the digest.
    fn number(order: OrderOf<Self>) -> u64;
    /// The limit that it sets, if it sets one.
    fn limit(order: OrderOf<Self>) -> Option<(Direction, Rate)>;
    /// The same of an event that comes many times a second; the others are noted as they print.
    fn number_of(event: &EventOf<Self>) -> Option<u64>;
    /// What becomes of an order with a planted bug.
    fn bend_order(
        bug: &mut Bug,
        scene: &Scene,
        order: OrderOf<Self>,
    ) -> Bent<OrderOf<Self>, EventOf<Self>>;
    /// The same of an event, and what is ordered at once because of it.
    fn bend_event(
        bug: &mut Bug,
        wan: WanId,
        event: EventOf<Self>,
    ) -> (EventOf<Self>, Option<OrderOf<Self>>);
    /// What the cycles tell is too much for a digest.
    fn is_cycle(fact: &Self::Fact) -> bool;
}

/// What can be seen of a daemon from outside.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "a moment is called so here")]
pub(crate) struct Seen {
    pub(crate) started_at: Instant,
    /// When it could not run for a while last: it was late, or stopped.
    pub(crate) resumed_at: Instant,
    /// When it last asked something over each line.
    pub(crate) asked_at: [Instant; LINES],
    /// When something beyond the gateway last answered over each line: an echo, or a TCP connect.
    pub(crate) heard_at: [Instant; LINES],
    /// When the router last answered each of its links.
    pub(crate) answered_at: [Instant; LINES],
}

/// A process.
#[derive(Debug)]
pub(crate) struct Daemon<P: Resident> {
    pub(crate) program: Box<P>,
    ways: Vec<Both2<P::Talk>>,
    lines: usize,
    outbox: Box<OutboxOf<P>>,
    pub(crate) seen: Seen,
    /// Since when it has not looked.
    asleep_since: Instant,
    /// The tick that comes next, on the grid, and when it will really come.
    due: Instant,
    tick_at: Instant,
    between_at: Instant,
    told_unsent: [Option<Unsent>; LINES],
    /// Saved, and not written yet.
    unwritten: Vec<(Instant, WanId, P::Saved)>,
    /// It dies after so many more outputs.
    dies_after: Option<u16>,
    /// It dies once it has asked the next thing of the router.
    dies_asking: bool,
    leak: Vec<Vec<u8>>,
}

impl<P: Resident> Daemon<P> {
    pub(crate) fn start(plan: &Plan, world: &mut World) -> Self {
        let now = world.now;
        let (program, ways) = P::start(plan, world);
        world.bug.starts(P::WHO);
        Self {
            program: Box::new(program),
            ways,
            lines: P::lines(plan),
            outbox: Box::default(),
            seen: Seen {
                started_at: now,
                resumed_at: now,
                asked_at: [now; LINES],
                heard_at: [now; LINES],
                answered_at: [now; LINES],
            },
            asleep_since: now,
            due: now,
            tick_at: now,
            between_at: Instant::NEVER,
            told_unsent: [None; LINES],
            unwritten: Vec::new(),
            dies_after: None,
            dies_asking: false,
            leak: Vec::new(),
        }
    }

    /// When it wakes.
    pub(crate) fn wakes_at(&self, world: &World) -> Instant {
        if world.conditions.late(P::WHO).is_none() {
            return Instant::NEVER;
        }
        self.tick_at.min(self.between_at)
    }

    /// It will be killed with so many outputs undone.
    pub(crate) const fn doom(&mut self, after: u16) {
        self.dies_after = Some(after);
    }

    /// It will be killed between the next thing that it asks of the router and the answer.
    pub(crate) const fn doom_asking(&mut self) {
        self.dies_asking = true;
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dies_after == Some(0)
    }

    /// Everything that can be done now.
    pub(crate) fn wake(&mut self, world: &mut World) {
        let now = world.now;
        if now - self.asleep_since > PERIOD {
            self.seen.resumed_at = now;
        }
        self.write_down(world);
        self.leave(world);
        self.hear(world);
        for n in 0..self.ways.len() {
            self.drive(n, world);
            self.carry_out(world);
        }
        if now >= self.between_at {
            self.between_at = Instant::NEVER;
        }
        if now >= self.tick_at {
            self.tick(world);
        }
        self.asleep_since = now;
    }

    fn tick(&mut self, world: &mut World) {
        let now = world.now;
        let mut passed = 0;
        let late = now - self.due;
        while self.due <= now {
            self.due = self.due + PERIOD;
            passed += 1;
        }
        let lateness = world.conditions.late(P::WHO).unwrap_or(Duration::ZERO);
        self.tick_at = self.due + Duration::from_micros(world.random.below(lateness.as_micros()));
        self.between_at = now + BETWEEN;
        if world.bug.blocks_cycle(now, P::WHO, self.ways[0].is_busy()) {
            return;
        }
        let beat = Beat {
            missed: passed - 1,
            late,
            unsaved: world.disk.unsaved[P::WHO as usize],
            records_lost: world.disk.records_lost[P::WHO as usize],
            history_failing: !world.disk.keeps_history(),
            wall: world.wall(),
            ..Beat::default()
        };
        self.program.tick(now, beat, &mut self.outbox);
        self.carry_out(world);
    }

    /// Documents whose time has come.
    fn write_down(&mut self, world: &mut World) {
        let now = world.now;
        while let Some((at, ..)) = self.unwritten.first()
            && *at <= now
        {
            let (_, wan, saved) = self.unwritten.remove(0);
            self.write(wan, saved, world);
        }
    }

    fn write(&mut self, wan: WanId, saved: P::Saved, world: &mut World) {
        let text = P::document(&saved, &|_| "2026-11-21T00:01:32.450001".to_owned());
        let written = world.disk.write(world.now, P::PAPER + wan.index(), text);
        world.disk.unsaved[P::WHO as usize] = u32::from(!written);
        self.program.take_back(saved);
    }

    /// Whether echoes leave is told after a second; here at once.
    fn leave(&mut self, world: &mut World) {
        let now = world.now;
        for (n, line) in (0..).zip(world.conditions.lines).take(self.lines) {
            let told = &mut self.told_unsent[usize::from(n)];
            if *told != line.unsent {
                *told = line.unsent;
                let (wan, unsent) = (WanId(n), line.unsent);
                let input = Input::Leaving { wan, unsent };
                self.program.input(now, input, &mut self.outbox);
                self.carry_out(world);
            }
        }
    }

    fn hear(&mut self, world: &mut World) {
        while let Some(reply) = world.echoes.arrived(P::WHO, world.now) {
            // A loop that sleeps is woken by an answer; one that does not run finds it later.
            let asleep = world.now - self.asleep_since <= PERIOD;
            let at = if asleep { reply.at } else { world.now };
            let wan = reply.wan;
            if world.bug.deafens(P::WHO, wan) {
                continue;
            }
            if !reply.is_gateways {
                self.seen.heard_at[wan.index()] = at;
            }
            let input = Input::Reply {
                wan,
                seq: reply.seq,
                rtt: world.bug.shakes(P::WHO, reply.rtt),
                stamps: reply.stamps,
            };
            self.program.input(at, input, &mut self.outbox);
            self.carry_out(world);
        }
    }

    fn carry_out(&mut self, world: &mut World) {
        let now = world.now;
        while let Some(output) = self.outbox.pop() {
            match &mut self.dies_after {
                Some(0) => continue,
                Some(left) => *left -= 1,
                None => {}
            }
            match output {
                Output::Probe { wan, echo } => {
                    world.digest.note(u64::from(echo.seq));
                    self.seen.asked_at[wan.index()] = now;
                    let line = &world.conditions.lines[wan.index()];
                    let sent = (P::WHO, wan, echo);
                    world.echoes.send(now, sent, &mut world.scene, line);
                }
                Output::TryTcp { wan } => self.try_tcp(wan, world),
                Output::Write { wan, order } => {
                    world.digest.note(P::number(order));
                    self.order(wan, order, world);
                    if self.dies_asking {
                        self.dies_after = Some(0);
                    }
                }
                Output::Look { wan } => {
                    self.ways[wan.index()].glance(now);
                    self.drive(wan.index(), world);
                }
                Output::Save { wan, saved } => {
                    world.digest.note(now.as_micros());
                    let at = now + WRITING + world.conditions.disk.slow;
                    self.unwritten.push((at, wan, saved));
                }
                Output::Tell { wan, fact } => {
                    world.disk.log(P::WHO);
                    if !P::is_cycle(&fact) {
                        // A digest takes everything.
                        let _ = write!(world.digest, "{}{fact:?}", wan.0);
                        self.leak.extend(world.bug.leaks());
                    }
                }
            }
        }
    }

    fn try_tcp(&mut self, wan: WanId, world: &mut World) {
        let now = world.now;
        let sends = world.conditions.lines[wan.index()].unsent.is_none();
        let took = rtt(&mut world.scene, wan.index(), now).filter(|_| sends);
        if took.is_some() {
            self.seen.heard_at[wan.index()] = now;
        }
        for _ in 0..2 {
            let input = Input::Connected { wan, took };
            self.program.input(now, input, &mut self.outbox);
        }
    }

    fn order(&mut self, wan: WanId, order: OrderOf<P>, world: &mut World) {
        let now = world.now;
        match P::bend_order(&mut world.bug, &world.scene, order) {
            Bent::Straight(order) => {
                if let Some((direction, rate)) = P::limit(order) {
                    world.ordered.push((wan, direction, rate));
                }
                self.ways[wan.index()].submit(order);
            }
            Bent::Lost(event) => {
                let input = Input::Router { wan, event };
                self.program.input(now, input, &mut self.outbox);
            }
        }
        self.drive(wan.index(), world);
    }

    /// What the shell does when a socket is ready, and at every tick.
    fn drive(&mut self, n: usize, world: &mut World) {
        let now = world.now;
        let wan = WanId(u8::try_from(n).expect("two lines"));
        let Self {
            ways,
            program,
            outbox,
            seen,
            ..
        } = self;
        let World {
            scene,
            conditions,
            digest,
            bug,
            ..
        } = world;
        if bug.abandons(P::WHO) {
            return;
        }
        let mut far = Far {
            scene,
            doors: bug.bend_doors(P::WHO, conditions.doors),
            meter: &mut NoMeter,
        };
        let mut more = None;
        ways[n].drive(now, &mut far, |event| {
            match P::number_of(&event) {
                Some(number) => digest.note(number),
                // A digest takes everything.
                None => _ = write!(digest, "{n}{event:?}"),
            }
            if P::is_answer(&event) {
                seen.answered_at[n] = now;
            }
            bug.hears(P::WHO, event.contact());
            let (event, order) = P::bend_event(bug, wan, event);
            more = more.or(order);
            program.input(now, Input::Router { wan, event }, outbox);
        });
        if let Some(order) = more {
            ways[n].submit(order);
        }
    }

    /// It is killed: of a document that was just being written, the disk has all or nothing.
    pub(crate) fn die(mut self, world: &mut World) {
        if self.unwritten.is_empty() {
            return;
        }
        let (_, wan, saved) = self.unwritten.remove(0);
        if world.bug.tears() {
            let mut text = P::document(&saved, &|_| String::new());
            text.truncate(text.len() / 2);
            world.disk.write(world.now, P::PAPER + wan.index(), text);
        } else if world.random.below(2) == 0 {
            self.write(wan, saved, world);
        }
    }

    /// It is asked to end: its last words, and what it leaves.
    pub(crate) fn stop(mut self, world: &mut World) {
        let now = world.now;
        self.program.stop(now, &mut self.outbox);
        self.carry_out(world);
        self.program.ended(now, &mut self.outbox);
        self.carry_out(world);
        for (_, wan, saved) in core::mem::take(&mut self.unwritten) {
            self.write(wan, saved, world);
        }
    }
}
