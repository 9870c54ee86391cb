//! Round trips, by the daemon's own echoes: one every 50 ms, the reflectors in turn.

use crate::cli::assemble;
use crate::cli::check::steering::echo;
use crate::config::WanConfig;
use crate::control::prober::Target;
use crate::shell::clock::{Clock, pause};
use crate::shell::echo::{EchoSockets, Peer};
use crate::time::{Duration, Instant};
use crate::units::Millis;

const ECHO_EVERY: Duration = Duration::from_millis(50);
/// Kernel stamps tell the round trips: a look is not a measurement.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Datagrams taken at a time.
const AT_ONCE: usize = 64;

/// Reflectors that can be asked.
pub(super) struct Echoes {
    clock: Clock,
    sockets: EchoSockets,
    /// With their numbers in `ping_hosts`.
    peers: Vec<(u8, Peer)>,
    seq: u16,
    next_at: Instant,
}

/// The round trips of a span of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) sent: usize,
    /// Who answered, and how long it took.
    answers: Vec<(Target, Duration)>,
}

/// How far away each reflector is while nobody uses the line.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline(Vec<(Target, Duration)>);

/// What queues add to the round trip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bloat {
    /// Half of the echoes take no longer than this.
    pub(super) median: Millis,
    /// All but a twentieth.
    pub(super) most: Millis,
}

impl Echoes {
    /// Opens the sockets, and looks the names up.
    ///
    /// # Errors
    /// A sentence, if the system does not allow it, or no reflector has an address.
    pub(super) fn open(config: &WanConfig, clock: Clock) -> Result<Self, String> {
        let sockets = assemble::echo_sockets(config).map_err(|e| e.to_string())?;
        let binding = assemble::binding(config);
        let reflectors = (0..).zip(&config.measurement.reflectors);
        let peers: Vec<_> = reflectors
            .filter_map(|(n, reflector)| Some((n, echo::peer(reflector, &binding)?)))
            .collect();
        if peers.is_empty() {
            return Err(
                "none of the ping_hosts has an address; does this machine's DNS work?".to_owned(),
            );
        }
        Ok(Self {
            clock,
            sockets,
            peers,
            seq: 0,
            next_at: clock.now(),
        })
    }

    /// How many reflectors are asked.
    pub(super) fn count(&self) -> usize {
        self.peers.len()
    }

    /// Asks and listens for so long. `each` is called some two hundred times a second, and may end it.
    ///
    /// # Errors
    /// What `each` says.
    pub(super) fn listen<E>(
        &mut self,
        span: Duration,
        mut each: impl FnMut(Instant) -> Result<(), E>,
    ) -> Result<Heard, E> {
        let mut heard = Heard::default();
        let began_at = self.clock.now();
        loop {
            let now = self.clock.now();
            if now >= began_at + span {
                return Ok(heard);
            }
            if now >= self.next_at {
                // After a pause of ours the rhythm begins anew.
                self.next_at = (self.next_at + ECHO_EVERY).max(now);
                heard.sent += usize::from(self.send());
            }
            self.sockets.drain(self.clock, AT_ONCE, |reply| {
                // What was asked before this span tells of the time before it.
                if reply.received_at >= began_at + reply.rtt {
                    heard.answers.push((reply.from, reply.rtt));
                }
            });
            each(now)?;
            pause(LOOK_EVERY);
        }
    }

    fn send(&mut self) -> bool {
        let (n, peer) = self.peers[usize::from(self.seq) % self.peers.len()];
        let sent = self
            .sockets
            .send(self.clock, Target::Reflector(n), peer, self.seq);
        self.seq = self.seq.wrapping_add(1);
        sent.is_ok()
    }
}

impl Heard {
    /// How many were answered.
    pub(super) fn answered(&self) -> usize {
        self.answers.len()
    }

    /// The shortest round trip of each reflector that answered; `None` if none did.
    pub(super) fn baseline(&self) -> Option<Baseline> {
        let mut nearest: Vec<(Target, Duration)> = Vec::new();
        for &(from, rtt) in &self.answers {
            match nearest.iter_mut().find(|(known, _)| *known == from) {
                Some((_, shortest)) => *shortest = rtt.min(*shortest),
                None => nearest.push((from, rtt)),
            }
        }
        (!nearest.is_empty()).then_some(Baseline(nearest))
    }

    /// What queues added; `None` if nobody answered who did before.
    pub(super) fn bloat(&self, baseline: &Baseline) -> Option<Bloat> {
        let longer = |&(from, rtt): &(Target, Duration)| {
            let (_, shortest) = baseline.0.iter().find(|(known, _)| *known == from)?;
            Millis::new((rtt.as_millis().as_f64() - shortest.as_millis().as_f64()).max(0.0))
        };
        let mut added: Vec<Millis> = self.answers.iter().filter_map(longer).collect();
        added.sort_by(Millis::total_cmp);
        Some(Bloat {
            median: *added.get(added.len() / 2)?,
            most: *added.get(added.len() * 19 / 20)?,
        })
    }
}

impl Baseline {
    /// The middle one of them, which the laws call the baseline.
    pub(super) fn middle(&self) -> Millis {
        let mut all: Vec<Duration> = self.0.iter().map(|(_, rtt)| *rtt).collect();
        all.sort();
        all.get(all.len() / 2)
            .copied()
            .unwrap_or(Duration::ZERO)
            .as_millis()
    }

    /// How many reflectors answered.
    pub(super) fn reflectors(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(answers: &[(u8, u64)]) -> Heard {
        Heard {
            sent: answers.len(),
            answers: answers
                .iter()
                .map(|&(n, ms)| (Target::Reflector(n), Duration::from_millis(ms)))
                .collect(),
        }
    }

    #[test]
    fn every_reflector_is_compared_with_itself() {
        let idle = heard(&[(0, 20), (1, 50), (2, 31), (0, 22), (1, 51), (2, 30)]);
        let baseline = idle.baseline().unwrap();
        assert_eq!(baseline.middle(), Millis::of(30));
        let loaded = heard(&[(0, 25), (1, 56), (2, 35)])
            .bloat(&baseline)
            .unwrap();
        assert_eq!((loaded.median, loaded.most), (Millis::of(5), Millis::of(6)));
    }

    #[test]
    fn silence_is_neither_a_baseline_nor_calm() {
        assert!(heard(&[]).baseline().is_none());
        let baseline = heard(&[(0, 20)]).baseline().unwrap();
        assert_eq!(heard(&[]).bloat(&baseline), None);
        assert_eq!(
            heard(&[(1, 20)]).bloat(&baseline),
            None,
            "who was silent before"
        );
    }

    #[test]
    fn one_late_echo_in_thirty_is_not_what_most_say() {
        let baseline = heard(&[(0, 20)]).baseline().unwrap();
        let mut answers = vec![(0, 21); 29];
        answers.push((0, 500));
        let bloat = heard(&answers).bloat(&baseline).unwrap();
        assert_eq!((bloat.median, bloat.most), (Millis::of(1), Millis::of(1)));
    }
}
