//! One or two links to one router, driven together.

use super::Transport;
use super::failover::{Errand, Failover};
use super::talk::Tell;
use crate::time::Instant;

/// A link and whatever carries its bytes: sockets in the shell, virtual time in `sim`.
pub trait Way {
    /// What is asked for over it.
    type Order;
    /// What it tells.
    type Event: Tell;
    /// Hands an order to the link.
    fn submit(&mut self, order: Self::Order);
    /// Whether an order or an answer is under way.
    fn is_busy(&self) -> bool;
    /// Connects as soon as it is driven.
    fn wake(&mut self, now: Instant);
    /// Closes, and stays closed.
    fn sleep(&mut self);
    /// Looks next.
    fn look(&mut self, now: Instant);
    /// Looks next, unless there is something better to do.
    fn glance(&mut self, now: Instant);
}

/// The [`Way`] of what carries a link: its `link` does all of it.
macro_rules! way_of_its_link {
    ($way:ident, $talk:ident) => {
        impl<T: $talk> $crate::router::ways::Way for $way<T> {
            type Order = T::Order;
            type Event = T::Event;

            fn submit(&mut self, order: T::Order) {
                self.link.submit(order);
            }

            fn is_busy(&self) -> bool {
                self.link.is_busy()
            }

            fn wake(&mut self, now: $crate::time::Instant) {
                self.link.wake(now);
            }

            fn sleep(&mut self) {
                self.link.sleep();
            }

            fn look(&mut self, now: $crate::time::Instant) {
                self.link.look(now);
            }

            fn glance(&mut self, now: $crate::time::Instant) {
                self.link.glance(now);
            }
        }
    };
}
pub(crate) use way_of_its_link;

/// How a way moves on; `Around` is what its carrier needs from its surroundings.
pub trait Drive<Around>: Way {
    /// Does everything that can be done now.
    fn drive(&mut self, now: Instant, around: &mut Around, each: &mut dyn FnMut(Self::Event));
}

/// The links of one WAN: REST, SSH, or both with one standing in for the other.
#[derive(Debug)]
pub struct Ways<R: Way, S> {
    failover: Failover<R::Event>,
    rest: Option<R>,
    ssh: Option<S>,
}

impl<R, S> Ways<R, S>
where
    R: Way,
    S: Way<Order = R::Order, Event = R::Event>,
{
    /// At least one of them is given, the preferred one among them.
    pub fn new(preferred: Transport, rest: Option<R>, ssh: Option<S>) -> Self {
        let spare = rest.is_some() && ssh.is_some();
        Self {
            failover: Failover::new(preferred, spare),
            rest,
            ssh,
        }
    }

    /// The REST link, if there is one.
    pub const fn rest(&self) -> Option<&R> {
        self.rest.as_ref()
    }

    /// The REST link, to be told what its carrier learned.
    pub const fn rest_mut(&mut self) -> Option<&mut R> {
        self.rest.as_mut()
    }

    /// The SSH way, if there is one.
    #[must_use]
    pub const fn ssh(&self) -> Option<&S> {
        self.ssh.as_ref()
    }

    /// The SSH link, to be told what its carrier learned.
    pub const fn ssh_mut(&mut self) -> Option<&mut S> {
        self.ssh.as_mut()
    }

    /// Hands an order to the link that serves.
    pub fn submit(&mut self, order: R::Order) {
        if !self.failover.takes_orders() {
            return;
        }
        match self.failover.serving() {
            Transport::Rest => self.rest.as_mut().map(|way| way.submit(order)),
            Transport::Ssh => self.ssh.as_mut().map(|way| way.submit(order)),
        };
    }

    /// Whether the link that serves has an order or an answer under way.
    pub fn is_busy(&self) -> bool {
        match self.failover.serving() {
            Transport::Rest => self.rest.as_ref().is_some_and(Way::is_busy),
            Transport::Ssh => self.ssh.as_ref().is_some_and(Way::is_busy),
        }
    }

    /// Looks at the counters, unless the link that serves has something better to do: see
    /// [`rest::Link::glance`](super::rest::Link::glance).
    pub fn glance(&mut self, now: Instant) {
        if !self.failover.takes_orders() {
            return;
        }
        match self.failover.serving() {
            Transport::Rest => self.rest.as_mut().map(|way| way.glance(now)),
            Transport::Ssh => self.ssh.as_mut().map(|way| way.glance(now)),
        };
    }

    /// Does everything that can be done now. Call on events, on ticks and after [`submit`](Self::submit).
    pub fn drive<A>(&mut self, now: Instant, around: &mut A, mut each: impl FnMut(R::Event))
    where
        R: Drive<A>,
        S: Drive<A>,
    {
        loop {
            let busy = self.is_busy();
            self.failover.poll(now, busy);
            while let Some(errand) = self.failover.errand() {
                self.run(now, errand);
            }
            let failover = &mut self.failover;
            if let Some(rest) = &mut self.rest {
                let mut take = |event| failover.take(now, Transport::Rest, event);
                rest.drive(now, around, &mut take);
            }
            if let Some(ssh) = &mut self.ssh {
                let mut take = |event| failover.take(now, Transport::Ssh, event);
                ssh.drive(now, around, &mut take);
            }
            let mut told = false;
            while let Some(event) = self.failover.event() {
                told = true;
                each(event);
            }
            // What was told may have ended something that an errand was waiting for.
            if !told {
                return;
            }
        }
    }

    fn run(&mut self, now: Instant, errand: Errand) {
        let (Errand::Wake(transport) | Errand::Sleep(transport) | Errand::Look(transport)) = errand;
        match transport {
            Transport::Rest => self.rest.as_mut().map(|way| obey(way, now, errand)),
            Transport::Ssh => self.ssh.as_mut().map(|way| obey(way, now, errand)),
        };
    }
}

fn obey(way: &mut impl Way, now: Instant, errand: Errand) {
    match errand {
        Errand::Wake(_) => way.wake(now),
        Errand::Sleep(_) => way.sleep(),
        Errand::Look(_) => way.look(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::{Event, Failure};

    /// A link that writes down what it is told, and tells what it is given to tell.
    #[derive(Debug, Default)]
    struct Spy {
        told: Vec<&'static str>,
        tells: Vec<Event>,
        busy: bool,
    }

    impl Way for Spy {
        type Order = &'static str;
        type Event = Event;

        fn submit(&mut self, order: &'static str) {
            self.told.push(order);
        }
        fn is_busy(&self) -> bool {
            self.busy
        }
        fn wake(&mut self, _: Instant) {
            self.told.push("wake");
        }
        fn sleep(&mut self) {
            self.told.push("sleep");
        }
        fn look(&mut self, _: Instant) {
            self.told.push("look");
        }
        fn glance(&mut self, _: Instant) {
            self.told.push("glance");
        }
    }

    impl Drive<()> for Spy {
        fn drive(&mut self, _: Instant, (): &mut (), each: &mut dyn FnMut(Event)) {
            self.tells.drain(..).for_each(each);
        }
    }

    struct Story {
        ways: Ways<Spy, Spy>,
        now: Instant,
    }

    impl Story {
        fn new() -> Self {
            let ways = Ways::new(Transport::Rest, Some(Spy::default()), Some(Spy::default()));
            let mut story = Self {
                ways,
                now: Instant::ZERO,
            };
            story.drive();
            assert_eq!(story.told(), (vec![], vec!["sleep"]));
            story
        }

        fn drive(&mut self) -> Vec<Event> {
            let mut events = Vec::new();
            self.ways
                .drive(self.now, &mut (), |event| events.push(event));
            events
        }

        /// REST says this, or SSH does; returns what is told of it.
        fn hears(&mut self, from: Transport, event: Event) -> Vec<Event> {
            let way = match from {
                Transport::Rest => self.ways.rest_mut(),
                Transport::Ssh => self.ways.ssh_mut(),
            };
            way.expect("both are there").tells.push(event);
            self.drive()
        }

        fn told(&mut self) -> (Vec<&'static str>, Vec<&'static str>) {
            let of = |way: Option<&mut Spy>| core::mem::take(&mut way.expect("there").told);
            (of(self.ways.rest.as_mut()), of(self.ways.ssh.as_mut()))
        }

        fn asks(&mut self) {
            self.ways.submit("order");
            self.ways.glance(self.now);
        }
    }

    #[test]
    fn whoever_serves_is_asked_and_the_other_one_is_left_alone() {
        let mut story = Story::new();
        story.asks();
        assert_eq!(story.told(), (vec!["order", "glance"], vec![]));
        for _ in 0..2 {
            let lost = Event::Lost(Some(Failure::TimedOut));
            assert_eq!(story.hears(Transport::Rest, lost).last(), Some(&lost));
        }
        assert_eq!(story.told(), (vec![], vec!["wake"]));
        story.hears(Transport::Ssh, Event::Up);
        assert_eq!(story.told(), (vec!["sleep"], vec![]));
        story.asks();
        assert_eq!(story.told(), (vec![], vec!["order", "glance"]));
        assert!(!story.ways.is_busy());
        story.ways.ssh.as_mut().expect("there").busy = true;
        assert!(story.ways.is_busy());
        story.ways.rest.as_mut().expect("there").busy = true;
        story.ways.ssh.as_mut().expect("there").busy = false;
        assert!(
            !story.ways.is_busy(),
            "who does not serve may do what it likes"
        );
    }

    #[test]
    fn who_hands_over_is_asked_for_nothing_more() {
        let mut story = Story::new();
        for _ in 0..2 {
            story.hears(Transport::Rest, Event::Lost(Some(Failure::TimedOut)));
        }
        story.hears(Transport::Ssh, Event::Up);
        // The preferred one is tried again, and answers while SSH is at something.
        story.ways.ssh.as_mut().expect("there").busy = true;
        while !story.told().0.contains(&"wake") {
            story.now = story.now + crate::time::Duration::from_secs(1);
            story.drive();
        }
        story.hears(Transport::Rest, Event::Up);
        story.told();
        story.asks();
        assert_eq!(story.told(), (vec![], vec![]));
        story.ways.ssh.as_mut().expect("there").busy = false;
        story.drive();
        story.told();
        story.asks();
        assert_eq!(story.told(), (vec!["order", "glance"], vec![]));
    }

    #[test]
    fn there_are_as_many_ways_as_it_was_given() {
        let both = Story::new().ways;
        assert!(both.rest().is_some() && both.ssh().is_some());
        let one = Ways::<Spy, Spy>::new(Transport::Ssh, None, Some(Spy::default()));
        assert!(one.rest().is_none() && one.ssh().is_some());
    }
}
