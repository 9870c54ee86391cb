//! What another host's clock showed, as far as it can be believed.

use crate::time::Instant;

/// A day on the wire, in milliseconds (RFC 792).
const DAY_MS: u32 = 86_400_000;
/// From the request to its reply within the host. A host that takes longer measures itself.
const LONGEST_INSIDE_MS: u32 = 10;

/// When a request left, and what its reply says of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamps {
    /// When it left, by our clock.
    pub sent_at: Instant,
    /// The time we wrote into it, in milliseconds of some day.
    pub originate: u32,
    /// The host's time when the request came, as it stands on the wire.
    pub receive: u32,
    /// The host's time when the reply left, likewise.
    pub transmit: u32,
}

/// In which order a host writes the bytes of a number. RFC 792 says big endian; Windows does not know.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Order {
    #[default]
    Big,
    Little,
}

impl Order {
    /// Milliseconds of the day; `None` if there are no so many. RFC 792 has the highest bit set in a time
    /// that is not one of the day: then it is more than a day has.
    fn time(self, number: u32) -> Option<u32> {
        let ms = match self {
            Self::Big => number,
            Self::Little => number.swap_bytes(),
        };
        (ms < DAY_MS).then_some(ms)
    }

    const fn other(self) -> Self {
        match self {
            Self::Big => Self::Little,
            Self::Little => Self::Big,
        }
    }
}

/// How one host writes times.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    order: Order,
}

/// Why a reply says nothing about the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Unusable;

impl Clock {
    /// When the request came by the host's clock, in milliseconds of its day.
    ///
    /// Of the times of a host that writes them in one order, one in forty makes sense in the other one, too.
    /// So it is taken at its word until a time makes none, and then for a while in the other order.
    ///
    /// # Errors
    /// [`Unusable`] if it is no time of the day, a copy of our own, or comes from a host that answers only
    /// after a while. Whatever was learned from earlier times is then worth nothing.
    pub(super) fn read(&mut self, stamps: Stamps) -> Result<u32, Unusable> {
        let (came, left) = (stamps.receive, stamps.transmit);
        let Some((received, transmitted)) = self.order.time(came).zip(self.order.time(left)) else {
            self.order = self.order.other();
            return Err(Unusable);
        };
        let inside = (transmitted + DAY_MS - received) % DAY_MS;
        let copied = [came, came.swap_bytes()].contains(&stamps.originate);
        if copied || inside > LONGEST_INSIDE_MS {
            return Err(Unusable);
        }
        Ok(received)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamps(receive: u32, transmit: u32) -> Stamps {
        Stamps {
            sent_at: Instant::ZERO,
            originate: 77,
            receive,
            transmit,
        }
    }

    #[test]
    fn a_time_of_the_day_is_one() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(stamps(1_000, 1_003)), Ok(1_000));
        // Midnight passes inside the host.
        assert_eq!(clock.read(stamps(DAY_MS - 1, 1)), Ok(DAY_MS - 1));
    }

    #[test]
    fn a_time_that_is_none_of_the_day_is_not_used() {
        for number in [0x84c4_b407, 0xffff_ffff, DAY_MS + 7] {
            let mut clock = Clock::default();
            let read = [0; 4].map(|_| clock.read(stamps(number, number)));
            assert_eq!(read, [Err(Unusable); 4], "{number:#x}");
        }
    }

    #[test]
    fn a_host_that_copies_or_dawdles_is_not_used() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(stamps(77, 77)), Err(Unusable));
        assert_eq!(clock.read(stamps(1_000, 1_011)), Err(Unusable));
        assert_eq!(clock.read(stamps(1_000, 0)), Err(Unusable));
    }

    proptest! {
        /// Windows. Until the first time that makes no sense as it stands, the sense is a wrong one.
        #[test]
        fn a_little_endian_host_is_understood(start in 0..DAY_MS, every in 1..5_000_u32) {
            let mut clock = Clock::default();
            // Over a stretch in which the lowest byte changes from one reply to the next.
            let every = 2 * every + 1;
            for n in 0..1_000 {
                let ms = (start + n * every) % DAY_MS;
                let read = clock.read(stamps(ms.swap_bytes(), ms.swap_bytes()));
                prop_assert!(read == Ok(ms) || n < 256);
            }
        }

        #[test]
        fn a_big_endian_host_is_never_turned_round(times in prop::collection::vec(0..DAY_MS, 1..100)) {
            let mut clock = Clock::default();
            for ms in times.into_iter().filter(|&ms| ms != 77) {
                prop_assert_eq!(clock.read(stamps(ms, ms)), Ok(ms));
            }
        }
    }
}
