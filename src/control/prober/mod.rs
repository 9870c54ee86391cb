//! Rounds of echo requests, matched by sequence number: one per reflector per tick for v1.7's law, one
//! per tick in turn for the adaptive one.
//!
//! A round does not wait for its answers: up to [`ROUNDS_IN_FLIGHT`] rounds are under way, so an RTT
//! longer than the period does not stretch it (W-46), and one silent reflector costs nothing.

use heapless::Vec;

use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Reflectors per WAN; the config check refuses more.
pub const MAX_REFLECTORS: usize = 16;
/// Rounds whose requests are remembered while unanswered.
pub const ROUNDS_IN_FLIGHT: usize = 64;
/// A reply that took longer says what the line was like then, not what it is like now: 64 rounds of
/// 50 ms. Longer than `silent_after` on purpose: two seconds of bufferbloat are bad news, but news.
const ANSWERED_WITHIN: Duration = Duration::from_millis(ROUNDS_IN_FLIGHT as u64 * 50);
/// Silence of ten seconds is silence, whatever `timeouts.ping` says (the config takes up to a day, with a
/// warning).
pub const LONGEST_PENDING: Duration = Duration::from_secs(10);
/// One more echo per round than there are reflectors leaves room for the gateway's.
const SLOTS: usize = ROUNDS_IN_FLIGHT * MAX_REFLECTORS;
/// Reflectors that a median is taken over, as in v1.7.
const MEDIAN_OF: usize = 3;

/// Whom an echo request goes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
    /// The n-th configured reflector.
    Reflector(u8),
    /// `fallback_checks.gateway_ip`, asked only when the reflectors are silent.
    Gateway,
}

/// What is asked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Question {
    /// For an echo.
    #[default]
    Echo,
    /// For the time (`ICMPv4` timestamp), where the socket can; else for an echo.
    Time,
}

/// An echo request to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Echo {
    /// Whom to ask.
    pub target: Target,
    /// ICMP sequence number, unique among the echoes in flight on this WAN.
    pub seq: u16,
    /// What for: the answer to either is as good an echo.
    pub question: Question,
}

/// Which replies make a sample.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Combine {
    /// The first reflector alone (`use_median_of_three: false`).
    First,
    /// The median over the first three reflectors that answer, two give their mean, one itself.
    MedianOfThree,
    /// They take turns, one echo per round, so that samples arrive evenly; the median over all that
    /// answered in their turn.
    InTurn,
}

impl Combine {
    /// How many reflectors a sample is taken over, of so many.
    const fn considers(self, reflectors: usize) -> usize {
        match self {
            Self::First => 1,
            Self::MedianOfThree | Self::InTurn => reflectors,
        }
    }
}

/// How one WAN is measured.
#[derive(Clone, Copy, Debug)]
pub struct ProberParams {
    /// How many reflectors there are, 1 to [`MAX_REFLECTORS`].
    pub reflectors: u8,
    /// Which replies make a sample.
    pub combine: Combine,
    /// Without a reply for this long the reflectors are silent (`timeouts.ping`); more than 10 s
    /// count as 10 s.
    pub silent_after: Duration,
    /// A reply older than this is no part of a sample: two periods bridge a reply that falls just
    /// on the other side of a tick.
    pub fresh_for: Duration,
}

/// What the reflectors said since the last tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// They answered.
    Rtt(Millis),
    /// Nothing new, but it is too early to call it silence.
    Pending,
    /// No usable answer for `silent_after` or longer.
    Silent {
        /// When the last one came.
        since: Instant,
    },
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    echo: Echo,
    /// Which one it was of those to the same reflector.
    nth: u64,
}

/// What is known about one reflector.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reflector {
    /// Last RTT and when it arrived.
    pub last: Option<(Instant, Millis)>,
    /// Rounds it answered in time, since the start.
    pub replies: u64,
    /// Rounds it did not: their 3.2 s are over.
    pub losses: u64,
    /// Echoes it was sent.
    pub asked: u64,
    /// One bit per echo, newest lowest: answered or not.
    answered: u64,
    new: bool,
}

impl Reflector {
    /// One echo more; the oldest one's time may be over.
    const fn ask(&mut self) {
        let settles = self.asked >= ROUNDS_IN_FLIGHT as u64;
        if settles && self.answered >> (ROUNDS_IN_FLIGHT - 1) == 0 {
            self.losses += 1;
        }
        self.answered <<= 1;
        self.asked += 1;
    }

    /// Share of the last echoes that went unanswered, 0.0 to 1.0. The newest `spare` ones, whose
    /// answers may still be under way, do not count.
    pub fn loss(&self, spare: u32) -> f64 {
        let settled = self
            .asked
            .min(ROUNDS_IN_FLIGHT as u64)
            .saturating_sub(u64::from(spare));
        if settled == 0 {
            return 0.0;
        }
        let mask = (u64::MAX >> (64 - settled)) << spare;
        f64::from(u32::try_from(settled).unwrap_or(64) - (self.answered & mask).count_ones())
            / settled as f64
    }
}

/// The echo traffic of one WAN.
#[derive(Clone, Debug)]
pub struct Prober {
    params: ProberParams,
    next_seq: u16,
    /// Whose turn it is.
    turn: u8,
    slots: [Option<InFlight>; SLOTS],
    reflectors: Vec<Reflector, MAX_REFLECTORS>,
    heard_at: Instant,
}

impl Prober {
    /// # Panics
    /// If there are more reflectors than [`MAX_REFLECTORS`]; the config check refuses them.
    pub fn new(now: Instant, params: ProberParams) -> Self {
        let params = ProberParams {
            silent_after: params.silent_after.min(LONGEST_PENDING),
            ..params
        };
        let mut reflectors = Vec::new();
        reflectors
            .resize_default(usize::from(params.reflectors))
            .expect("config allows at most MAX_REFLECTORS");
        Self {
            params,
            next_seq: 0,
            turn: 0,
            slots: [None; SLOTS],
            reflectors,
            heard_at: now,
        }
    }

    /// Starts a round: one request per reflector, or to the one whose turn it is.
    pub fn open_round(&mut self) -> impl Iterator<Item = Echo> {
        let turns = match self.params.combine {
            Combine::First | Combine::MedianOfThree => 0..self.params.reflectors,
            Combine::InTurn => {
                let turn = self.turn;
                self.turn = (turn + 1) % self.params.reflectors;
                turn..turn + 1
            }
        };
        turns.map(|n| {
            self.reflectors[usize::from(n)].ask();
            self.echo(Target::Reflector(n))
        })
    }

    /// The newest request to the n-th reflector need not be answered: if it is not, that is no loss.
    pub fn excuse(&mut self, n: u8) {
        if let Some(reflector) = self.reflectors.get_mut(usize::from(n)) {
            reflector.answered |= 1;
        }
    }

    /// One request to the gateway, outside the rounds.
    pub fn ask_gateway(&mut self) -> Echo {
        self.echo(Target::Gateway)
    }

    /// Takes a reply and says whose it was. Duplicates and strangers find no slot; with few
    /// reflectors a request is remembered for most of a minute, but its reply counts for 3.2 s only.
    pub fn reply(&mut self, now: Instant, seq: u16, rtt: Duration) -> Option<Target> {
        let slot = &mut self.slots[usize::from(seq) % SLOTS];
        let InFlight { echo, nth } = slot.take_if(|sent| sent.echo.seq == seq)?;
        if rtt > ANSWERED_WITHIN {
            return None;
        }
        if let Target::Reflector(n) = echo.target {
            let reflector = &mut self.reflectors[usize::from(n)];
            let echoes_ago = reflector.asked - nth;
            if echoes_ago < ROUNDS_IN_FLIGHT as u64 {
                reflector.answered |= 1 << echoes_ago;
                reflector.replies += 1;
            }
            reflector.last = Some((now, rtt.as_millis()));
            reflector.new = true;
        }
        Some(echo.target)
    }

    /// Ends the round: what the reflectors said since the last call.
    pub fn close_round(&mut self, now: Instant) -> Sample {
        let fresh_since = now - self.params.fresh_for;
        let mut rtts: Vec<Millis, MAX_REFLECTORS> = Vec::new();
        let mut news = false;
        let combine = self.params.combine;
        let considered = combine.considers(self.reflectors.len());
        for reflector in &mut self.reflectors[..considered] {
            let new = core::mem::take(&mut reflector.new);
            let full = combine == Combine::MedianOfThree && rtts.len() == MEDIAN_OF;
            if let Some((at, rtt)) = reflector.last
                && at >= fresh_since
                && !full
                && rtts.push(rtt).is_ok()
            {
                news |= new;
            }
        }
        if news {
            self.heard_at = now;
            Sample::Rtt(median(&mut rtts))
        } else if now - self.heard_at < self.params.silent_after {
            Sample::Pending
        } else {
            Sample::Silent {
                since: self.heard_at,
            }
        }
    }

    /// What is known about each reflector, in configured order.
    pub fn reflectors(&self) -> &[Reflector] {
        &self.reflectors
    }

    /// Each reflector is asked once in so many rounds.
    pub fn rounds_per_turn(&self) -> u32 {
        match self.params.combine {
            Combine::First | Combine::MedianOfThree => 1,
            Combine::InTurn => u32::from(self.params.reflectors),
        }
    }

    fn echo(&mut self, target: Target) -> Echo {
        let seq = self.next_seq;
        self.next_seq = seq.wrapping_add(1);
        let echo = Echo {
            target,
            seq,
            question: Question::Echo,
        };
        let nth = match target {
            Target::Reflector(n) => self.reflectors[usize::from(n)].asked,
            Target::Gateway => 0,
        };
        self.slots[usize::from(seq) % SLOTS] = Some(InFlight { echo, nth });
        echo
    }
}

/// The middle one, or the mean of the middle two; `rtts` is not empty.
pub(crate) fn median(rtts: &mut [Millis]) -> Millis {
    rtts.sort_unstable_by(Millis::total_cmp);
    let (below, above) = ((rtts.len() - 1) / 2, rtts.len() / 2);
    rtts[below].midpoint(rtts[above])
}

#[cfg(test)]
mod tests;
