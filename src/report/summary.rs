//! One line for `systemctl status`: every WAN, shorter when there are several.

use core::fmt::{self, Display};

use super::words;
use crate::status::{MAX_LABEL, MAX_WANS, Status, WanStatus};
use crate::time::Instant;

/// Bytes that hold any summary: a name, the longest trouble and some sixty bytes of numbers per WAN.
pub const CAPACITY: usize = MAX_WANS * (MAX_LABEL + 96);

/// The whole process in a line.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a>(pub &'a Status);

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Status { now, wans, .. } = self.0;
        if let [wan] = wans.as_slice() {
            return alone(f, wan, *now);
        }
        for (n, wan) in wans.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            among_others(f, wan, *now)?;
        }
        Ok(())
    }
}

fn alone(f: &mut fmt::Formatter<'_>, wan: &WanStatus, now: Instant) -> fmt::Result {
    write!(
        f,
        "{}: {}, {}/{}, {} down, {} up, {:.1} ms over a baseline of {:.1} ms",
        wan.name,
        Health(wan, now),
        wan.zones.down,
        wan.zones.up,
        wan.rates.down,
        wan.rates.up,
        wan.delay.delta(),
        wan.delay.baseline
    )
}

fn among_others(f: &mut fmt::Formatter<'_>, wan: &WanStatus, now: Instant) -> fmt::Result {
    write!(
        f,
        "{}: {}, {}/{}, {}/{}, {:+.1} ms",
        wan.name,
        Health(wan, now),
        wan.zones.down,
        wan.zones.up,
        wan.rates.down,
        wan.rates.up,
        wan.delay.delta()
    )
}

struct Health<'a>(&'a WanStatus, Instant);

impl Display for Health<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.trouble(self.1) {
            None => f.write_str("healthy"),
            Some(trouble) => write!(f, "degraded ({})", words::trouble_in_short(trouble)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::zone::Zone;
    use crate::direction::Both;
    use crate::status::label;
    use crate::units::{Millis, Rate};

    fn wan(name: &str) -> WanStatus {
        let mut wan = WanStatus {
            name: label(name),
            rates: Both {
                down: Rate::mbit(480),
                up: Rate::bps(37_500_000),
            },
            ..WanStatus::default()
        };
        wan.delay.baseline = Millis::of(24);
        wan.delay.load = Millis::new(24.3).unwrap();
        wan
    }

    fn summary(wans: impl IntoIterator<Item = WanStatus>) -> String {
        let mut status = Status::default();
        status.wans.extend(wans);
        Summary(&status).to_string()
    }

    #[test]
    fn one_wan_has_a_sentence() {
        assert_eq!(
            summary([wan("wan1")]),
            "wan1: healthy, GREEN/GREEN, 480M down, 37.5M up, 0.3 ms over a baseline of 24.0 ms"
        );
    }

    #[test]
    fn several_are_all_there_in_short() {
        let mut second = wan("wan2");
        second.router.link.reachable = false;
        second.zones.down = Zone::SoftRed;
        assert_eq!(
            summary([wan("wan1"), second]),
            "wan1: healthy, GREEN/GREEN, 480M/37.5M, +0.3 ms; \
             wan2: degraded (router unreachable), SOFT_RED/GREEN, 480M/37.5M, +0.3 ms"
        );
    }

    #[test]
    fn a_full_house_fits() {
        let mut wan = wan(&"x".repeat(MAX_LABEL));
        wan.zones = Both::from_fn(|_| Zone::SoftRed);
        wan.rates = Both::from_fn(|_| Rate::bps(99_999_900_001));
        wan.delay.load = Millis::of(12_345);
        wan.router.link.reachable = false;
        let full = summary((0..MAX_WANS).map(|_| wan.clone()));
        assert_eq!(full.matches("router unreachable").count(), MAX_WANS);
        assert!(full.len() <= CAPACITY, "{}", full.len());
    }
}
