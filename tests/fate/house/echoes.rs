//! Echoes on their way, and what becomes of them.

use wanctl::control::prober::{Echo, Target};
use wanctl::program::WanId;
use wanctl::sim::random::Random;
use wanctl::sim::scene::Scene;
use wanctl::time::{Duration, Instant};

use super::conditions::LineConditions;
use crate::plan::Who;

/// Answers that are remembered while they are on their way; more are lost, as in any buffer.
const UNDER_WAY: usize = 1_024;
/// The router is this far away.
const GATEWAY: Duration = Duration::from_millis(1);

/// An answer on its way back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) at: Instant,
    pub(crate) wan: WanId,
    pub(crate) seq: u16,
    pub(crate) rtt: Duration,
}

/// Those to each daemon, the next one last.
#[derive(Debug)]
pub(crate) struct Echoes {
    under_way: [Vec<Reply>; 2],
    random: Random,
}

impl Echoes {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            under_way: [(); 2].map(|()| Vec::with_capacity(UNDER_WAY)),
            random,
        }
    }

    /// The next answer that has arrived.
    pub(crate) fn arrived(&mut self, who: Who, now: Instant) -> Option<Reply> {
        self.under_way[who as usize].pop_if(|reply| reply.at <= now)
    }

    /// Who is not there any more hears nothing.
    pub(crate) fn forget(&mut self, who: Who) {
        self.under_way[who as usize].clear();
    }

    /// An echo leaves over a line.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        (who, wan, echo): (Who, WanId, Echo),
        scene: &mut Scene,
        line: &LineConditions,
    ) {
        if line.unsent.is_some() {
            return;
        }
        let seq = echo.seq;
        let rtt = match echo.target {
            Target::Gateway => scene.is_up(now).then_some(GATEWAY),
            Target::Reflector(which) => self.answer(now, which, wan.index(), scene, line),
        };
        if let Target::Reflector(_) = echo.target
            && self.happens(line.forged)
        {
            // Whoever guesses is as likely to guess one that was never sent.
            let seq = seq.wrapping_add(u16::from(self.happens(50)));
            let rtt = Duration::from_micros(1 + self.random.below(50_000));
            self.deliver(now, who, wan, seq, rtt);
        }
        let Some(rtt) = rtt else {
            return;
        };
        self.deliver(now, who, wan, seq, rtt);
        if self.happens(line.twice) {
            let again = rtt + Duration::from_micros(self.random.below(20_000));
            self.deliver(now, who, wan, seq, again);
        }
    }

    fn answer(
        &mut self,
        now: Instant,
        which: u8,
        n: usize,
        scene: &mut Scene,
        line: &LineConditions,
    ) -> Option<Duration> {
        if line.silent || self.happens(line.loss) {
            return None;
        }
        let mut rtt = rtt(scene, n, now)?;
        if line.disorder > Duration::ZERO {
            rtt = rtt + Duration::from_micros(self.random.below(line.disorder.as_micros()));
        }
        if let Some((liar, by)) = line.liar
            && liar == which
        {
            rtt = rtt + by;
        }
        Some(rtt)
    }

    fn deliver(&mut self, now: Instant, who: Who, wan: WanId, seq: u16, rtt: Duration) {
        let at = now + rtt;
        let under_way = &mut self.under_way[who as usize];
        if under_way.len() < UNDER_WAY {
            let place = under_way.partition_point(|other| other.at > at);
            let reply = Reply { at, wan, seq, rtt };
            under_way.insert(place, reply);
        }
    }

    fn happens(&mut self, per_cent: u8) -> bool {
        per_cent > 0 && self.random.below(100) < u64::from(per_cent)
    }
}

/// What an echo sent now over a line takes; `None` if it never returns.
pub(crate) fn rtt(scene: &mut Scene, line: usize, now: Instant) -> Option<Duration> {
    if !scene.is_up(now) {
        return None;
    }
    match line {
        0 => scene.rtt(now),
        n => scene.rtt_beside(n - 1, now),
    }
}
