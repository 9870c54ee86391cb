//! A house in virtual time: autorate for two lines, steering, their real links, one router, one disk.
//! Nothing but the plan decides what happens.

mod conditions;
mod daemon;
mod disk;
mod echoes;
mod residents;
mod world;

use wanctl::autorate::Autorate;
use wanctl::program::Program as _;
use wanctl::report::{Report as _, feed, health};
use wanctl::steer::Steer;
use wanctl::steering::evidence::Feed;
use wanctl::time::{Duration, Instant};

use self::conditions::Conditions;
pub(crate) use self::daemon::{Daemon, PERIOD, Seen};
pub(crate) use self::world::World;
use crate::params;
use crate::plan::{Ill, Plan, Trouble, Who};
use crate::planted::Bug;

/// How often steering looks at autorate's documents.
const HEAR_EVERY: Duration = Duration::from_secs(1);

/// All of it.
#[derive(Debug)]
pub(crate) struct House<'p> {
    plan: &'p Plan,
    pub(crate) world: World,
    pub(crate) autorate: Option<Daemon<Autorate>>,
    pub(crate) steering: Option<Daemon<Steer>>,
    /// When troubles begin and end, and which; the next one last.
    moments: Vec<(Instant, Moment)>,
    heard_at: Instant,
    page: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Moment {
    Begins(usize),
    Ends(usize),
}

impl<'p> House<'p> {
    pub(crate) fn new(plan: &'p Plan, bug: Bug) -> Self {
        let mut world = World::new(plan, bug);
        let troubles = plan.troubles.iter().enumerate();
        let mut moments: Vec<_> = troubles
            .flat_map(|(n, trouble)| {
                [
                    (trouble.begins(), Moment::Begins(n)),
                    (trouble.ends(), Moment::Ends(n)),
                ]
            })
            .collect();
        moments.sort_unstable_by(|a, b| b.cmp(a));
        let autorate = Some(Daemon::start(plan, &mut world));
        let steering = plan.home.steers.then(|| Daemon::start(plan, &mut world));
        Self {
            plan,
            world,
            autorate,
            steering,
            moments,
            heard_at: Instant::ZERO,
            page: vec![0; health::capacity(plan.home.wans)],
        }
    }

    /// What happens next; `None` at the end.
    pub(crate) fn step(&mut self) -> Option<Step> {
        let world = &self.world;
        let trouble_at = self.moments.last().map_or(Instant::NEVER, |&(at, _)| at);
        let wakes = |who: Who| match who {
            Who::Autorate => self.autorate.as_ref().map(|daemon| daemon.wakes_at(world)),
            Who::Steering => self.steering.as_ref().map(|daemon| daemon.wakes_at(world)),
        };
        let autorate_at = wakes(Who::Autorate).unwrap_or(Instant::NEVER);
        let steering_at = wakes(Who::Steering).unwrap_or(Instant::NEVER);
        let at = trouble_at.min(autorate_at).min(steering_at);
        if at > Instant::ZERO + self.plan.lasts {
            return None;
        }
        self.world.now = world.now.max(at);
        self.world.scene.catch_up(self.world.now);
        Some(if at == trouble_at {
            self.turn()
        } else if at == autorate_at {
            self.wake_autorate();
            Step::Woke(Who::Autorate)
        } else {
            self.wake_steering();
            Step::Woke(Who::Steering)
        })
    }

    fn wake_autorate(&mut self) {
        if let Some(daemon) = &mut self.autorate {
            daemon.wake(&mut self.world);
            if let Some(dead) = self.autorate.take_if(|daemon| daemon.is_dead()) {
                dead.die(&mut self.world);
            }
        }
    }

    fn wake_steering(&mut self) {
        let now = self.world.now;
        if now - self.heard_at >= HEAR_EVERY {
            self.heard_at = now;
            let word = self.word();
            let word = self.world.bug.bend_word(word);
            if let Some(daemon) = &mut self.steering {
                daemon.program.hear(now, word);
            }
        }
        if let Some(daemon) = &mut self.steering {
            daemon.wake(&mut self.world);
            if let Some(dead) = self.steering.take_if(|daemon| daemon.is_dead()) {
                dead.die(&mut self.world);
            }
        }
    }

    /// What the documents of the primary's autorate say, with their age: live, or else what it left behind.
    fn word(&mut self) -> Option<Feed> {
        let now = self.world.now;
        if let Some(daemon) = &self.autorate
            && self.world.conditions.late(Who::Autorate).is_some()
        {
            let status = daemon.program.status();
            let len = Autorate::health(status, &mut self.page).expect("it fits");
            return feed::of_health(&self.page[..len], params::name(0)).ok();
        }
        let paper = self.world.disk.paper(0)?;
        let feed = feed::of_state(paper.text.as_bytes()).ok()?;
        Some(Feed {
            age: now - paper.written_at,
            ..feed
        })
    }

    /// A trouble begins or ends.
    fn turn(&mut self) -> Step {
        let Some((_, moment)) = self.moments.pop() else {
            return Step::Turned(Ill::ClockStep(0));
        };
        let (Moment::Begins(n) | Moment::Ends(n)) = moment;
        let ill = self.plan.troubles[n].ill;
        let conditions = Conditions::of(self.plan, self.world.now);
        self.world.become_(&conditions);
        match moment {
            Moment::Begins(_) => self.begin(ill),
            Moment::Ends(_) => self.end(ill),
        }
        Step::Turned(ill)
    }

    fn begin(&mut self, ill: Ill) {
        self.world.happen(ill);
        match ill {
            Ill::Killed(Who::Autorate, after) => {
                if let Some(daemon) = &mut self.autorate {
                    daemon.doom(after);
                }
            }
            Ill::Killed(Who::Steering, after) => {
                if let Some(daemon) = &mut self.steering {
                    daemon.doom(after);
                }
            }
            Ill::KilledAsking(Who::Autorate) => {
                if let Some(daemon) = &mut self.autorate {
                    daemon.doom_asking();
                }
            }
            Ill::KilledAsking(Who::Steering) => {
                if let Some(daemon) = &mut self.steering {
                    daemon.doom_asking();
                }
            }
            Ill::Restarted(Who::Autorate) => {
                if let Some(daemon) = self.autorate.take() {
                    daemon.stop(&mut self.world);
                }
            }
            Ill::Restarted(Who::Steering) => {
                if let Some(daemon) = self.steering.take() {
                    daemon.stop(&mut self.world);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, ill: Ill) {
        let Some(who) = ill.ends() else {
            return;
        };
        let now = self.world.now;
        let keeps_down = |trouble: &Trouble| {
            let down = trouble.ill.ends() == Some(who);
            down && trouble.begins() <= now && now < trouble.ends()
        };
        if self.plan.troubles.iter().any(keeps_down) {
            return;
        }
        self.world.echoes.forget(who);
        let Self {
            plan,
            world,
            autorate,
            steering,
            ..
        } = self;
        // Who was to die and found no occasion dies now.
        match who {
            Who::Autorate => {
                autorate.take().into_iter().for_each(|old| old.die(world));
                *autorate = Some(Daemon::start(plan, world));
            }
            Who::Steering => {
                steering.take().into_iter().for_each(|old| old.die(world));
                *steering = plan.home.steers.then(|| Daemon::start(plan, world));
            }
        }
    }

    /// Autorate, while it runs: one that is stopped tells nobody anything.
    pub(crate) fn running_autorate(&self) -> Option<&Daemon<Autorate>> {
        let runs = self.world.conditions.late(Who::Autorate).is_some();
        self.autorate.as_ref().filter(|_| runs)
    }

    /// The same of steering.
    pub(crate) fn running_steering(&self) -> Option<&Daemon<Steer>> {
        let runs = self.world.conditions.late(Who::Steering).is_some();
        self.steering.as_ref().filter(|_| runs)
    }

    /// Whether autorate calls itself healthy, as far as anybody is told.
    pub(crate) fn autorate_is_healthy(&self) -> Option<bool> {
        let daemon = self.running_autorate()?;
        Some(self.world.bug.flatters() || Autorate::is_healthy(daemon.program.status()))
    }

    /// The same of steering.
    pub(crate) fn steering_is_healthy(&self) -> Option<bool> {
        let daemon = self.running_steering()?;
        Some(Steer::is_healthy(daemon.program.status()))
    }
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A trouble began or ended.
    Turned(Ill),
    /// A daemon did all it could.
    Woke(Who),
}
