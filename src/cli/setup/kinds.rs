//! What kinds of lines there are: what a kind means, where its limits lie, and how CAKE should count on it.

use std::path::Path;

use crate::config;
use crate::direction::Both;

/// A kind of line.
#[derive(Debug)]
pub(super) struct Kind {
    /// `continuous_monitoring.line`.
    pub(super) word: &'static str,
    /// For people.
    pub(super) meaning: &'static str,
    /// The example that its files are made from.
    pub(super) example: &'static str,
    /// What else `/queue type add … kind=cake` should say. Overheads by the keywords of tc-cake(8); filtering
    /// acknowledgements helps where upload is scarce. `cake-nat` only for uploads: on downloads it was measured to
    /// cost delay on RouterOS.
    pub(super) cake: Both<&'static str>,
}

pub(super) const KINDS: [Kind; 5] = [
    Kind {
        word: "cable",
        meaning: "DOCSIS: fast down, slow up, shared with the neighbourhood",
        example: include_str!("../../../configs/cable.yaml"),
        cake: Both {
            down: "cake-overhead-scheme=docsis",
            up: "cake-overhead-scheme=docsis cake-nat=yes cake-ack-filter=filter",
        },
    },
    Kind {
        word: "dsl",
        meaning: "VDSL, ADSL: a steady rate, slow up",
        example: include_str!("../../../configs/dsl.yaml"),
        cake: Both {
            down: "cake-overhead-scheme=pppoe-ptm",
            up: "cake-overhead-scheme=pppoe-ptm cake-nat=yes cake-ack-filter=filter",
        },
    },
    Kind {
        word: "fiber",
        meaning: "fast both ways; only a full line or the provider's limit delays",
        example: include_str!("../../../configs/fiber.yaml"),
        cake: Both {
            down: "",
            up: "cake-nat=yes",
        },
    },
    Kind {
        word: "lte",
        meaning: "LTE, 5G: the cell decides, and changes its mind every second",
        example: include_str!("../../../configs/lte.yaml"),
        cake: Both {
            down: "",
            up: "cake-nat=yes cake-ack-filter=filter",
        },
    },
    Kind {
        word: "starlink",
        meaning: "satellite: another one every 15 seconds, and delay with each",
        example: include_str!("../../../configs/starlink.yaml"),
        cake: Both {
            down: "",
            up: "cake-nat=yes cake-ack-filter=filter",
        },
    },
];

/// By word or by number, counted from 1.
pub(super) fn kind(text: &str) -> Result<&'static Kind, String> {
    let by_number = || KINDS.get(text.parse::<usize>().ok()?.checked_sub(1)?);
    let by_word = KINDS.iter().find(|kind| kind.word == text.to_lowercase());
    by_word.or_else(by_number).ok_or_else(|| {
        let words: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
        format!("{text:?} is no kind of line; expected {}", words.join(", "))
    })
}

/// A direction's limits in Mbit/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    pub(super) floor: f64,
    pub(super) base: f64,
    pub(super) ceiling: f64,
}

impl Kind {
    /// The example's limits, made to fit these ceilings in Mbit/s.
    pub(super) fn limits(&self, ceilings: Both<f64>) -> Both<Limits> {
        let loaded = config::parse(Path::new(self.word), self.example.as_bytes());
        let shapers = loaded.map(|loaded| loaded.config.adaptive);
        Both::from_fn(|direction| {
            let ceiling = ceilings[direction];
            // The examples are valid, which a test sees to.
            let share = shapers.as_ref().map_or((0.1, 0.6), |adaptive| {
                let shaper = &adaptive.shapers[direction];
                let of = |rate: crate::units::Rate| rate.as_mbps() / shaper.ceiling.as_mbps();
                (of(shaper.floor), of(shaper.base))
            });
            Limits {
                floor: round(ceiling * share.0).min(ceiling),
                base: round(ceiling * share.1).min(ceiling),
                ceiling,
            }
        })
    }
}

/// As people write rates.
fn round(mbps: f64) -> f64 {
    let step = match mbps {
        mbps if mbps >= 100.0 => 5.0,
        mbps if mbps >= 10.0 => 1.0,
        mbps if mbps >= 1.0 => 0.5,
        _ => 0.1,
    };
    ((mbps / step).round() * step).max(0.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_a_kind_are_its_examples() {
        for kind in &KINDS {
            let loaded = config::parse(Path::new("x"), kind.example.as_bytes()).unwrap();
            let shapers = loaded.config.adaptive.shapers;
            let ceilings = Both::from_fn(|direction| shapers[direction].ceiling.as_mbps());
            let limits = kind.limits(ceilings);
            for direction in crate::direction::Direction::BOTH {
                let (limits, shaper) = (limits[direction], &shapers[direction]);
                assert!(
                    (limits.floor / shaper.floor.as_mbps() - 1.0).abs() < 0.1,
                    "{limits:?}"
                );
                assert!(
                    (limits.base / shaper.base.as_mbps() - 1.0).abs() < 0.1,
                    "{limits:?}"
                );
            }
            assert_eq!(loaded.config.adaptive.line.word(), kind.word);
        }
    }

    #[test]
    fn limits_stay_in_order_for_any_line() {
        for kind in &KINDS {
            for ceiling in [0.5, 1.0, 7.0, 99.0, 1_000.0] {
                let limits = kind
                    .limits(Both {
                        down: ceiling,
                        up: ceiling,
                    })
                    .down;
                assert!(
                    0.0 < limits.floor && limits.floor <= limits.base,
                    "{limits:?}"
                );
                assert!(limits.base <= limits.ceiling, "{limits:?}");
            }
        }
    }

    #[test]
    fn the_page_names_all_kinds() {
        assert_eq!(crate::manual::commands::KINDS, KINDS.map(|kind| kind.word));
    }

    #[test]
    fn a_kind_is_a_word_or_a_number() {
        assert_eq!(kind("DSL").unwrap().word, "dsl");
        assert_eq!(kind("5").unwrap().word, "starlink");
        assert!(
            kind("0")
                .unwrap_err()
                .contains("expected cable, dsl, fiber, lte, starlink")
        );
    }
}
