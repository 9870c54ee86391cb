//! The daemon's place: a law with its measurement.

mod bands;
mod classic;
mod piloted;

use self::bands::Bands;
use self::classic::Classic;
use self::piloted::Piloted;
use super::setup::Setup;
use super::world::Reply;
use crate::control::law::adaptive::Decision;
use crate::control::prober::Question;
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Which law plays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Law {
    /// None: the base rate throughout.
    Static,
    /// v1.7's, with its few writes a minute.
    Classic,
    /// v1.7's, as if flash did not wear.
    ClassicUnlimited,
    /// cake-autorate's as it is published, with its own thresholds.
    Bands,
    /// The same with thresholds as tight as people set them who want short queues.
    BandsTight,
    /// The capacity-anchored one.
    Adaptive,
}

impl Law {
    /// Those with a name of their own, in the order of a table.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("static", Self::Static),
        ("classic", Self::Classic),
        ("bands", Self::Bands),
        ("bands-tight", Self::BandsTight),
        ("adaptive", Self::Adaptive),
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Classic => "classic",
            Self::ClassicUnlimited => "classic-unlimited",
            Self::Bands => "bands",
            Self::BandsTight => "bands-tight",
            Self::Adaptive => "adaptive",
        }
    }
}

#[derive(Debug)]
enum Played {
    Static,
    Classic(Box<Classic>),
    Bands(Box<Bands>),
    Piloted(Box<Piloted>),
}

#[derive(Debug)]
pub(super) struct Contender {
    played: Played,
    rates: Both<Rate>,
}

impl Contender {
    pub(super) fn new(now: Instant, law: Law, setup: &Setup) -> Self {
        let limits = setup.limits;
        let played = match law {
            Law::Static => Played::Static,
            Law::Classic | Law::ClassicUnlimited => {
                let limited = law == Law::Classic;
                Played::Classic(Box::new(Classic::new(now, &setup.classic, limited)))
            }
            Law::Bands => Played::Bands(Box::new(Bands::new(now, limits, bands::DEFAULT))),
            Law::BandsTight => Played::Bands(Box::new(Bands::new(now, limits, bands::TIGHT))),
            Law::Adaptive => Played::Piloted(Box::new(Piloted::new(now, setup))),
        };
        let rates = limits.map(|limits| limits.base);
        let mut contender = Self { played, rates };
        contender.look();
        contender
    }

    pub(super) const fn rates(&self) -> Both<Rate> {
        self.rates
    }

    fn look(&mut self) {
        match &self.played {
            Played::Static => {}
            Played::Classic(classic) => self.rates = classic.rates(),
            Played::Bands(bands) => self.rates = bands.rates(),
            Played::Piloted(piloted) => self.rates = piloted.rates(),
        }
    }

    pub(super) const fn decisions(&self) -> Option<Both<Decision>> {
        match &self.played {
            Played::Piloted(piloted) => piloted.decisions(),
            Played::Static | Played::Classic(_) | Played::Bands(_) => None,
        }
    }

    /// Whether it runs where CAKE is, so that writes and readings take next to no time.
    pub(super) const fn is_on_the_router(&self) -> bool {
        matches!(self.played, Played::Bands(_))
    }

    pub(super) fn tick(&mut self, now: Instant) {
        match &mut self.played {
            Played::Static | Played::Bands(_) => {}
            Played::Classic(classic) => classic.tick(now),
            Played::Piloted(piloted) => piloted.tick(now),
        }
        self.look();
    }

    /// The reflectors to ask now, each with its sequence number, and for what.
    pub(super) fn echoes(&mut self, now: Instant) -> Vec<(u8, u16, Question)> {
        const ECHO: Question = Question::Echo;
        match &mut self.played {
            Played::Static => Vec::new(),
            Played::Classic(classic) => {
                let echoes = classic.echoes().into_iter();
                echoes.map(|(n, seq)| (n, seq, ECHO)).collect()
            }
            Played::Bands(bands) => vec![(bands.next_reflector(), 0, ECHO)],
            Played::Piloted(piloted) => {
                let (n, question) = piloted.next_reflector(now);
                vec![(n, 0, question)]
            }
        }
    }

    pub(super) fn reply(&mut self, reply: &Reply) {
        let &Reply {
            at: now,
            seq,
            reflector,
            rtt,
            stamps,
        } = reply;
        match &mut self.played {
            Played::Static => {}
            Played::Classic(classic) => classic.reply(now, seq, rtt),
            Played::Bands(bands) => bands.reply(now, reflector, rtt),
            Played::Piloted(piloted) => piloted.reply(now, reflector, rtt, stamps),
        }
    }

    pub(super) fn wants_counters(&mut self, now: Instant) -> bool {
        match &mut self.played {
            Played::Static | Played::Classic(_) => false,
            Played::Bands(bands) => bands.wants_counters(now),
            Played::Piloted(piloted) => piloted.wants_counters(now),
        }
    }

    pub(super) fn counted(&mut self, at: Instant, took: Duration, bytes: Both<u64>) {
        match &mut self.played {
            Played::Static | Played::Classic(_) => {}
            Played::Bands(bands) => bands.counted(at, bytes),
            Played::Piloted(piloted) => piloted.counted(at, took, bytes),
        }
    }

    pub(super) fn may_write(&mut self, now: Instant) -> bool {
        match &mut self.played {
            Played::Classic(classic) => classic.may_write(now),
            Played::Static | Played::Bands(_) | Played::Piloted(_) => true,
        }
    }

    /// A write goes out, and will be confirmed after `takes`.
    pub(super) fn wrote(&mut self, now: Instant, takes: Duration) {
        match &mut self.played {
            Played::Static | Played::Bands(_) => {}
            Played::Classic(classic) => classic.wrote(now),
            Played::Piloted(piloted) => piloted.wrote(takes),
        }
    }
}
