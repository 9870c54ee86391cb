//! The time one full packet takes by itself: on a slow line an echo behind it is late without any queue.

use crate::time::Duration;
use crate::units::{Millis, Rate};

/// A full packet on the wire: 1500 bytes and the Ethernet header around them.
const FULL: u64 = 1_514;
/// ATM carries 48 bytes in a cell of 53, behind a head of its own of at most 40 (cake's
/// `pppoe-llcsnap`).
const ATM_HEAD: u64 = 40;
const ATM_CELL: u64 = 53;
const ATM_CARRIES: u64 = 48;

/// How a line packs packets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Framing {
    /// As they are: cable, fibre, VDSL, radio.
    #[default]
    Ethernet,
    /// In cells: ADSL.
    Atm,
}

impl Framing {
    /// How long a full packet takes at `rate`; at no rate at all, a second.
    pub fn time_at(self, rate: Rate) -> Millis {
        let bytes = match self {
            Self::Ethernet => FULL,
            Self::Atm => (FULL + ATM_HEAD).div_ceil(ATM_CARRIES) * ATM_CELL,
        };
        let micros = (bytes * 8_000_000).checked_div(rate.as_bps());
        let micros = micros.map_or(1_000_000, |micros| micros.min(1_000_000));
        Duration::from_micros(micros).as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_packet_takes_twelve_milliseconds_at_a_megabit() {
        let at = |framing: Framing, rate| framing.time_at(rate).as_f64();
        assert!((at(Framing::Ethernet, Rate::mbit(1)) - 12.1).abs() < 0.1);
        assert!((at(Framing::Atm, Rate::mbit(1)) - 14.0).abs() < 0.1);
        assert!(at(Framing::Ethernet, Rate::mbit(1_000)) < 0.02);
        assert!((at(Framing::Ethernet, Rate::ZERO) - 1_000.0).abs() < f64::EPSILON);
    }
}
