//! Commands over a session that is made of moments.

use super::{Door, Far, Meter};
use crate::router::queues::Queues;
use crate::router::ssh::Link;
use crate::router::ssh::talk::{Setup, SshTalk};
use crate::router::ways::{Drive, way_of_its_link};
use crate::router::{Action, Failure};
use crate::sim::double::cli::CliOutcome;
use crate::sim::double::faults::Fault;
use crate::time::{Duration, Instant};

/// Key exchange and login on a small router.
const LOGIN: Duration = Duration::from_millis(300);
/// One exec on a session that stands, beside the router's own time.
const ON_THE_WAY: Duration = Duration::from_millis(90);

/// An SSH link and its session.
#[derive(Debug)]
pub struct SshWire<T: SshTalk = Queues> {
    link: Link<T>,
    session: Session,
    commands: u64,
}

#[derive(Debug)]
enum Session {
    None,
    Opening {
        stands_at: Instant,
    },
    Idle,
    Running {
        ends_at: Instant,
        outcome: CliOutcome,
    },
}

impl<T: SshTalk> SshWire<T> {
    /// Connects with the first drive.
    pub fn new<P: Setup<Talk = T>>(params: P) -> Self {
        Self {
            link: Link::new(params),
            session: Session::None,
            commands: 0,
        }
    }

    /// Commands run so far.
    pub const fn commands(&self) -> u64 {
        self.commands
    }

    fn lose(&mut self, now: Instant, why: Failure) {
        self.session = Session::None;
        self.link.closed(now, why);
    }

    /// Whether something moved.
    fn advance<M: Meter>(&mut self, now: Instant, far: &mut Far<'_, M>) -> bool {
        match far.doors.ssh {
            Door::Open if far.scene.has_ssh(now) => self.talk(now, far),
            Door::Open => self.bump(now, Failure::ConnectionRefused),
            Door::Shut(why) => self.bump(now, why),
            Door::Void => self.shout(now),
        }
    }

    /// Nobody lets us in, for this reason.
    fn bump(&mut self, now: Instant, why: Failure) -> bool {
        match self.session {
            Session::None => return false,
            Session::Opening { .. } => self.lose(now, why),
            Session::Idle | Session::Running { .. } => self.lose(now, Failure::Closed),
        }
        true
    }

    /// Nobody hears us.
    fn shout(&mut self, now: Instant) -> bool {
        let shouts = matches!(self.session, Session::Idle) && self.link.command(now).is_some();
        if shouts {
            self.session = Session::Running {
                ends_at: Instant::NEVER,
                outcome: CliOutcome::default(),
            };
        }
        shouts
    }

    fn talk<M: Meter>(&mut self, now: Instant, far: &mut Far<'_, M>) -> bool {
        match &self.session {
            Session::None => return false,
            Session::Opening { stands_at } if now < *stands_at => return false,
            Session::Opening { .. } => match far.scene.fault() {
                Fault::Status(401) => self.lose(now, Failure::Unauthorized),
                Fault::SessionLimit(_) => self.lose(now, Failure::Closed),
                _ => {
                    self.session = Session::Idle;
                    self.link.connected(now);
                }
            },
            Session::Idle => {
                let Some(command) = self.link.command(now) else {
                    return false;
                };
                self.commands += 1;
                let scene = &mut *far.scene;
                let outcome = far.meter.aside(|| scene.run_cli(now, &command));
                self.session = Session::Running {
                    ends_at: now + ON_THE_WAY + outcome.after,
                    outcome,
                };
            }
            Session::Running { ends_at, .. } if now < *ends_at => return false,
            Session::Running { outcome, .. } if outcome.dropped => self.lose(now, Failure::Closed),
            Session::Running { outcome, .. } => {
                self.link
                    .answered(now, i32::from(outcome.status), &outcome.output);
                self.session = Session::Idle;
            }
        }
        true
    }
}

way_of_its_link!(SshWire, SshTalk);

impl<T: SshTalk, M: Meter> Drive<Far<'_, M>> for SshWire<T> {
    fn drive(&mut self, now: Instant, far: &mut Far<'_, M>, each: &mut dyn FnMut(T::Event)) {
        loop {
            match self.link.poll(now) {
                Some(Action::Connect) => {
                    self.session = Session::Opening {
                        stands_at: now + LOGIN,
                    };
                }
                Some(Action::Close) => self.session = Session::None,
                None => {}
            }
            let mut moved = self.advance(now, far);
            while let Some(event) = self.link.event() {
                moved = true;
                each(event);
            }
            if !moved {
                return;
            }
        }
    }
}
