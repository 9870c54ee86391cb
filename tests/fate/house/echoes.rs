//! Echoes on their way, and what becomes of them.

use wanctl::control::bloat::oneway::Stamps;
use wanctl::control::prober::{Echo, Question, Target};
use wanctl::direction::Both;
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
/// Milliseconds of a day, as reflectors count them (RFC 792).
const DAY_MS: u64 = 86_400_000;
/// What a reflector's clock shows at the beginning.
const NOON_MS: u64 = 43_200_000;

/// An answer on its way back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) at: Instant,
    pub(crate) wan: WanId,
    pub(crate) seq: u16,
    pub(crate) rtt: Duration,
    /// What the reflector told of its time.
    pub(crate) stamps: Option<Stamps>,
    /// It says nothing about the line.
    pub(crate) is_gateways: bool,
}

impl Reply {
    fn after(now: Instant, wan: WanId, seq: u16, rtt: Duration) -> Self {
        Self {
            at: now + rtt,
            wan,
            seq,
            rtt,
            stamps: None,
            is_gateways: false,
        }
    }
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
            self.deliver(who, Reply::after(now, wan, seq, rtt));
        }
        let Some(rtt) = rtt else {
            return;
        };
        let reply = Reply {
            stamps: stamps((now, echo, rtt), waits(scene, wan.index()), line),
            is_gateways: echo.target == Target::Gateway,
            ..Reply::after(now, wan, seq, rtt)
        };
        self.deliver(who, reply);
        if self.happens(line.twice) {
            let again = rtt + Duration::from_micros(self.random.below(20_000));
            let again = Reply {
                at: now + again,
                rtt: again,
                ..reply
            };
            self.deliver(who, again);
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

    fn deliver(&mut self, who: Who, reply: Reply) {
        let under_way = &mut self.under_way[who as usize];
        if under_way.len() < UNDER_WAY {
            let place = under_way.partition_point(|other| other.at > reply.at);
            under_way.insert(place, reply);
        }
    }

    fn happens(&mut self, per_cent: u8) -> bool {
        per_cent > 0 && self.random.below(100) < u64::from(per_cent)
    }
}

/// What waits in front of each direction of a line.
fn waits(scene: &Scene, line: usize) -> Both<Duration> {
    let line = match line {
        0 => &scene.first.line,
        n => &scene.beside[n - 1].line,
    };
    let capacity = line.capacity();
    Both::from_fn(|direction| {
        let bits = line.backlog(direction) as f64 * 8.0;
        Duration::from_secs_f64(bits / capacity[direction].as_bps().max(1) as f64)
    })
}

/// What a reflector tells of its time, if it is asked: what no queue is to blame for happens as often on the way
/// there as on the way back.
fn stamps(
    (sent_at, echo, rtt): (Instant, Echo, Duration),
    waits: Both<Duration>,
    line: &LineConditions,
) -> Option<Stamps> {
    let Target::Reflector(which) = echo.target else {
        return None;
    };
    let ahead = match line.clock? {
        Some((false_one, by)) if false_one == which => by,
        _ => Duration::ZERO,
    };
    let way = rtt.as_micros() - (waits.down + waits.up).as_micros().min(rtt.as_micros());
    let came = sent_at + waits.up + Duration::from_micros(way / 2) + ahead;
    let shows = NOON_MS + (came - Instant::ZERO).as_micros() / 1_000;
    let shows = u32::try_from(shows % DAY_MS).expect("less than a day");
    (echo.question == Question::Time).then_some(Stamps {
        sent_at,
        originate: u32::MAX,
        receive: shows,
        transmit: shows,
    })
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
