//! RouterOS's web server under load and abuse (reference: routeros.md 1.7): how long it takes, how
//! much it takes, and what aborted requests do to it.

use super::http::Response;
use super::refusal::Refusal;
use crate::sim::random::Random;
use crate::time::{Duration, Instant};

/// Which delays are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Latency {
    /// Measured on an RB5009: mean 20 ms, p95 55, p99 105, at most 127.
    Rest,
    /// Persistent SSH, one exec per command: 150 to 200 ms were claimed; the tails are assumed.
    Ssh,
}

/// Quantiles in per mille with their delay in microseconds; between them it is a straight line.
const REST: &[(u64, u64)] = &[
    (0, 8_000),
    (500, 13_800),
    (750, 19_500),
    (900, 32_000),
    (950, 55_300),
    (990, 105_200),
    (1_000, 126_700),
];
const SSH: &[(u64, u64)] = &[
    (0, 60_000),
    (500, 150_000),
    (750, 180_000),
    (900, 210_000),
    (950, 260_000),
    (990, 400_000),
    (1_000, 600_000),
];

/// The request budget: so many at about a millisecond, seeded in this range, then the slow beat.
const BUDGET: (u64, u64) = (120, 220);
const FAST: Duration = Duration::from_millis(1);
const SLOW: Duration = Duration::from_millis(20);
/// "Recovers after idle"; how much idleness is assumed.
const IDLE: Duration = Duration::from_secs(1);
/// How long the server stays broken after the last abort: 1.3 to 2.4 s.
const BROKEN: (u64, u64) = (1_300_000, 2_400_000);
/// Aborts further apart have nothing to do with each other (assumed).
const FORGOTTEN: Duration = Duration::from_secs(3);

/// The state of the server.
#[derive(Clone, Debug)]
pub struct Www {
    /// Whether aborts do damage; if not, a client may hang up as it likes.
    pub minds_aborts: bool,
    /// Whether a command that hangs keeps the user's session busy: every other request of the same
    /// user and address then waits until it ends, on new connections too (measured on 7.23.2).
    pub is_one_session: bool,
    busy_until: Instant,
    random: Random,
    budget: u64,
    spent: u64,
    /// When the request before this one is done: the budget is everybody's.
    free_at: Instant,
    aborts: u64,
    last_abort: Option<Instant>,
    /// An abort was followed by a completed request: the next abort breaks it.
    primed: bool,
    broken_until: Instant,
}

impl Www {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            minds_aborts: false,
            is_one_session: false,
            busy_until: Instant::ZERO,
            budget: between(&mut random, BUDGET),
            random,
            spent: 0,
            free_at: Instant::ZERO,
            aborts: 0,
            last_abort: None,
            primed: false,
            broken_until: Instant::ZERO,
        }
    }

    /// How long one answer takes.
    pub fn draw(&mut self, latency: Latency) -> Duration {
        let table = match latency {
            Latency::Rest => REST,
            Latency::Ssh => SSH,
        };
        let at = self.random.below(1_000_000);
        // Every `at` is below the last quantile, so there is a pair around it.
        let pair = table.windows(2).find(|pair| at < pair[1].0 * 1_000);
        let delay = pair.map_or(0, |pair| {
            let [(from, low), (to, high)] = [pair[0], pair[1]];
            low + (high - low) * (at - from * 1_000) / ((to - from) * 1_000)
        });
        Duration::from_micros(delay)
    }

    /// How long a request waits and takes under the budget.
    pub fn spend(&mut self, now: Instant) -> Duration {
        if now - self.free_at >= IDLE {
            self.spent = 0;
        }
        self.spent += 1;
        let pace = if self.spent > self.budget { SLOW } else { FAST };
        self.free_at = self.free_at.max(now) + pace;
        self.free_at - now
    }

    /// A command hangs from now on; nobody can stop it.
    pub(super) fn hang(&mut self, now: Instant, span: Duration) {
        self.busy_until = self.busy_until.max(now + span);
    }

    /// How long a request waits for commands that hang.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        if self.is_one_session {
            self.busy_until - now
        } else {
            Duration::ZERO
        }
    }

    /// Whether something with this probability happens.
    pub fn happens(&mut self, per_cent: u8) -> bool {
        self.random.below(100) < u64::from(per_cent)
    }

    /// A client hung up before it had its answer. Once is harmless.
    pub fn abort(&mut self, now: Instant) {
        self.aborts += 1;
        if !self.minds_aborts {
            return;
        }
        let recent = self.last_abort.is_some_and(|at| now - at < FORGOTTEN);
        if recent && (self.primed || self.is_broken(now)) {
            self.break_down(now);
        }
        self.last_abort = Some(now);
        self.primed = false;
    }

    /// Clients that hung up so far.
    pub const fn aborts(&self) -> u64 {
        self.aborts
    }

    /// A client had its answer.
    pub fn complete(&mut self, now: Instant) {
        let recent = self.last_abort.is_some_and(|at| now - at < FORGOTTEN);
        self.primed = recent;
    }

    /// The last of several aborts was now.
    pub fn break_down(&mut self, now: Instant) {
        let more = Duration::from_micros(between(&mut self.random, BROKEN));
        self.broken_until = self.broken_until.max(now + more);
    }

    /// Whether requests fare badly now.
    pub fn is_broken(&self, now: Instant) -> bool {
        now < self.broken_until
    }

    /// What a request gets from a broken server: a reset, or the 401 of somebody else.
    pub(super) fn broken_answer(&mut self) -> Response {
        if self.happens(50) {
            return Response {
                reset: true,
                ..Response::default()
            };
        }
        Response {
            // Somebody else has waited for it.
            after: Duration::ZERO,
            ..Response::from(Refusal::Unauthorized)
        }
    }
}

fn between(random: &mut Random, (least, most): (u64, u64)) -> u64 {
    least + random.below(most - least + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn latencies_are_those_of_an_rb5009() {
        let mut www = Www::new(1);
        let mut drawn: Vec<u64> = (0..20_000)
            .map(|_| www.draw(Latency::Rest).as_micros())
            .collect();
        drawn.sort_unstable();
        let mean = drawn.iter().sum::<u64>() / 20_000;
        assert!((19_400..20_800).contains(&mean), "{mean}");
        let near = |index: usize, micros: u64| drawn[index].abs_diff(micros) < micros / 20;
        assert!(near(19_000, 55_300) && near(19_800, 105_200));
        assert!(drawn[19_999] <= 126_700);
        let ssh = (0..1_000).map(|_| www.draw(Latency::Ssh).as_micros());
        let ssh = ssh.sum::<u64>() / 1_000;
        assert!((140_000..190_000).contains(&ssh), "{ssh}");
    }

    #[test]
    fn the_budget_is_spent_fast_and_comes_back_when_idle() {
        let mut www = Www::new(1);
        let mut now = at(0);
        let mut run = |count: usize, www: &mut Www| {
            let start = now;
            for _ in 0..count {
                now = now + www.spend(now);
            }
            now - start
        };
        assert_eq!(run(120, &mut www), Duration::from_millis(120));
        run(100, &mut www);
        assert_eq!(run(50, &mut www), Duration::from_millis(1_000));
        now = now + IDLE;
        assert_eq!(now - now + www.spend(now), FAST);
    }

    #[test]
    fn the_budget_is_shared_by_all_connections() {
        let mut www = Www::new(1);
        for _ in 0..220 {
            www.spend(at(0));
        }
        let first = www.spend(at(300));
        assert_eq!(www.spend(at(300)), first + SLOW);
    }

    #[test]
    fn one_abort_is_harmless_and_alternating_is_not() {
        let mut www = Www::new(1);
        www.abort(at(0));
        assert!(!www.is_broken(at(0)), "does not mind");
        www.minds_aborts = true;
        www.abort(at(0));
        www.complete(at(10));
        assert!(!www.is_broken(at(10)), "one abort");
        www.abort(at(20));
        assert!(www.is_broken(at(1_320)) && !www.is_broken(at(2_421)));
        www.abort(at(10_000));
        www.complete(at(14_000));
        www.abort(at(14_001));
        assert!(!www.is_broken(at(14_001)), "long forgotten");
    }
}
