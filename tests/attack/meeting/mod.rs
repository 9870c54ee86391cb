//! A link and an honest router, and between them whatever may happen to a connection, in whatever order.
//!
//! The router is the double: it does what it says and says what it holds, or says nothing, or refuses, or what it
//! says is lost on the way. So each link has to keep these laws, whatever befell it:
//!
//! - It asks one thing at a time, and only over a connection that stands.
//! - An order is asked once at most, and no older one than the newest about the same.
//! - What it tells of the router is what the router said it held.
//! - It comes back, and the next order is carried out.

mod topic;
mod wire;

use arbitrary::{Arbitrary, Unstructured};
use wanctl::router::queues::Queues;
use wanctl::router::steering::Steering;
use wanctl::router::{Action, rest, ssh};
use wanctl::sim::double::{Router, RouterOptions};
use wanctl::time::{Duration, Instant};

use self::topic::{SUBJECTS, Topic, Truth};
use self::wire::{How, Wire};
use super::link::failure;

const TICK: Duration = Duration::from_millis(50);
/// Logins refused again and again rest for five minutes; the look and its deadline come on top.
const PATIENCE: Duration = Duration::from_secs(330);

/// Which link it is.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Which {
    QueuesByRest,
    QueuesBySsh,
    SteeringByRest,
    SteeringBySsh,
}

/// What happens next.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Happens {
    /// A tick goes by.
    Tick,
    /// So many tenths of a second go by.
    Pass(u8),
    Connected,
    NotYet,
    /// The connection ends, for one of the reasons.
    Closed(u8),
    /// Something is to be read or written.
    Ordered(u8),
    /// The link may ask.
    Asks,
    /// What the router makes of it, and all of its answer arrives.
    Answered(How),
    /// So many bytes of the answer arrive.
    Arrives(u8),
    /// Somebody changes what the link cares for, by hand.
    ByHand(u8),
    /// A backup is restored: other ids.
    Renumbered,
    /// The two queues are made anew, and have each other's ids.
    Swapped,
    Look,
    Glance,
    Sleep,
    Wake,
}

/// What is under way.
#[derive(Debug)]
enum Exchange {
    Nothing,
    /// Asked, and the router has not answered.
    Asked(String),
    /// Its answer is on the way, and this is what it held then.
    Answering {
        left: Vec<u8>,
        status: i32,
        truth: Truth,
    },
    /// It will never be answered.
    Swallowed,
}

/// Reads `bytes` as a story.
pub(crate) fn link_events_any_order(bytes: &[u8]) {
    let mut story = Unstructured::new(bytes);
    match Which::arbitrary(&mut story) {
        Ok(Which::QueuesByRest) => Meeting::<Queues, rest::Link>::new().play(&mut story),
        Ok(Which::QueuesBySsh) => Meeting::<Queues, ssh::Link>::new().play(&mut story),
        Ok(Which::SteeringByRest) => Meeting::<Steering, rest::Link<_>>::new().play(&mut story),
        Ok(Which::SteeringBySsh) => Meeting::<Steering, ssh::Link<_>>::new().play(&mut story),
        Err(_) => {}
    }
}

struct Meeting<T: Topic, W: Wire<T>> {
    link: W,
    router: Router,
    now: Instant,
    exchange: Exchange,
    /// What the newest order about each subject would write, unless it was asked already.
    ordered: [Option<u64>; SUBJECTS],
    /// What the router held when it gave the last answer.
    said: Truth,
    /// The last thing told about the router's contact is that it answers.
    is_up: bool,
    topic: core::marker::PhantomData<T>,
}

impl<T: Topic, W: Wire<T>> Meeting<T, W> {
    fn new() -> Self {
        let mut router = Router::new(&RouterOptions::default());
        topic::furnish(&mut router);
        Self {
            link: W::about(T::made()),
            router,
            now: Instant::ZERO,
            exchange: Exchange::Nothing,
            ordered: Default::default(),
            said: Truth::default(),
            is_up: false,
            topic: core::marker::PhantomData,
        }
    }

    fn play(mut self, story: &mut Unstructured<'_>) {
        while !story.is_empty() {
            let Ok(happens) = Happens::arbitrary(story) else {
                break;
            };
            self.step(happens);
            self.hear();
        }
        self.come_back();
    }

    fn step(&mut self, happens: Happens) {
        let now = self.now;
        match happens {
            Happens::Tick => {
                self.pass(TICK);
            }
            Happens::Pass(tenths) => {
                self.pass(Duration::from_millis(u64::from(tenths) * 100));
            }
            Happens::Connected => self.link.connected(now),
            Happens::NotYet => self.link.not_yet(now),
            Happens::Closed(why) => {
                self.exchange = Exchange::Nothing;
                self.link.closed(now, failure(why));
            }
            Happens::Ordered(number) => self.order(T::any_order(number)),
            Happens::Asks => self.ask(),
            Happens::Answered(how) => {
                self.answer(how);
                self.arrive(usize::MAX);
            }
            Happens::Arrives(bytes) => {
                self.answer(How::Honestly);
                self.arrive(bytes.into());
            }
            Happens::ByHand(number) => T::change_by_hand(&mut self.router, number),
            Happens::Renumbered => {
                self.router.renumber_queues();
                self.router.renumber_rules();
            }
            Happens::Swapped => self.router.swap_queue_ids(),
            Happens::Look => self.link.look(now),
            Happens::Glance => self.link.glance(now),
            Happens::Sleep => self.link.sleep(),
            Happens::Wake => self.link.wake(now),
        }
        if !self.link.is_up() {
            // The shell has nothing more to bring over a connection that was given up.
            self.exchange = Exchange::Nothing;
        }
    }

    /// Time goes by; says whether the link wants a connection.
    fn pass(&mut self, span: Duration) -> bool {
        self.now = self.now + span;
        let action = self.link.poll(self.now);
        if action.is_some() {
            self.exchange = Exchange::Nothing;
        }
        action == Some(Action::Connect)
    }

    fn order(&mut self, order: T::Order) {
        self.link.submit(order);
        if let Some((subject, value)) = T::replaces(order) {
            self.ordered[subject] = value;
        }
    }

    fn ask(&mut self) {
        let Some(asked) = self.link.ask(self.now) else {
            return;
        };
        assert!(self.link.is_up(), "no connection stands: {asked}");
        assert!(
            matches!(self.exchange, Exchange::Nothing),
            "{asked} while {:?}",
            self.exchange
        );
        if let Some((subject, value)) = T::written(&asked) {
            let newest = self.ordered[subject].take();
            assert_eq!(newest, Some(value), "nobody ordered {asked}");
        }
        self.exchange = Exchange::Asked(asked);
    }

    /// The router does what it is asked, or does not.
    fn answer(&mut self, how: How) {
        let Exchange::Asked(asked) = &self.exchange else {
            return;
        };
        let answer = W::answered(&mut self.router, self.now, asked, how);
        let truth = T::truth(&self.router);
        self.exchange = match answer {
            Some((left, status)) => Exchange::Answering {
                left,
                status,
                truth,
            },
            None => Exchange::Swallowed,
        };
    }

    fn arrive(&mut self, bytes: usize) {
        let Exchange::Answering {
            left,
            status,
            truth,
        } = &mut self.exchange
        else {
            return;
        };
        self.said = *truth;
        let (piece, status) = (W::piece(left, bytes), *status);
        if left.is_empty() {
            self.exchange = Exchange::Nothing;
        }
        self.link.hear(self.now, status, &piece);
    }

    /// What is told is what the router said.
    fn hear(&mut self) {
        while let Some(event) = self.link.event() {
            if let Some((subject, value)) = T::told(&event) {
                assert_eq!(self.said[subject], Some(value), "{event:?}");
            }
            self.is_up = T::is_up(&event).unwrap_or(self.is_up);
        }
    }

    /// All is well from now on.
    fn come_back(&mut self) {
        self.link.wake(self.now);
        let give_up_at = self.now + PATIENCE;
        let (order, subject, value) = T::last_order();
        while self.now < give_up_at {
            if self.pass(TICK) {
                self.link.connected(self.now);
            }
            self.ask();
            self.step(Happens::Answered(How::Honestly));
            self.hear();
            if T::truth(&self.router)[subject] == Some(value) && self.said[subject] == Some(value) {
                return;
            }
            // As the programs do: what was not carried out is ordered again.
            if self.is_up && !self.link.is_busy() {
                self.order(order);
            }
        }
        panic!("it never came back: {:?}", self.exchange);
    }
}
