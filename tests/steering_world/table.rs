//! Everybody beside everybody.

use std::fmt::Write as _;

use wanctl::steering::rule::Switch;

use crate::played;
use crate::tale::Ledger;
use crate::tales::Name;

#[test]
fn fewer_bad_seconds_than_with_v17_or_without_anybody() {
    let names = [
        "never",
        "v1.7",
        "v1.7, delay only",
        "hysteresis",
        "confidence",
    ];
    let mut table = format!(
        "seconds of a call that suffers (switches of the rule)\n{:29}",
        ""
    );
    for name in names {
        let _ = write!(table, " {name:>17}");
    }
    let mut when = String::from("switched on (+) and off (-) at these seconds");
    let mut totals = [0.0; 5];
    for name in Name::ALL {
        let (hysteresis, confidence) = (played(name, 0), played(name, 1));
        for ours in [&hysteresis.ours, &confidence.ours] {
            let (bad, most) = (ours.bad(), name.bearable());
            assert!(bad <= most, "{name:?}: {bad} s of at most {most}");
        }
        let row = [
            &hysteresis.never,
            &hysteresis.v17,
            &hysteresis.legacy,
            &hysteresis.ours,
            &confidence.ours,
        ];
        assert!(
            (hysteresis.never.bad() - confidence.never.bad()).abs() < 1.0,
            "the lines are the same, whoever steers"
        );
        let _ = write!(table, "\n{:29}", name.words());
        for (ledger, total) in row.into_iter().zip(&mut totals) {
            let (bad, count) = (ledger.bad(), ledger.switched.len());
            *total += bad;
            let _ = write!(table, " {bad:>12.1} ({count:>2})");
        }
        for (who, ledger) in names.iter().zip(row).skip(2) {
            let _ = write!(when, "\n{:29} {who:17}{}", name.words(), moments(ledger));
        }
    }
    let _ = write!(table, "\n{:29}", "all of them");
    for total in totals {
        let _ = write!(table, " {total:>12.1}     ");
    }
    println!("{table}\n\n{when}\n");
    let [never, v17, legacy, ours @ ..] = totals;
    let avoided_by_v17 = never - f64::min(v17, legacy);
    for ours in ours {
        assert!(
            never - ours > 3.0 * avoided_by_v17,
            "{ours} of {never}, v1.7 {v17} and {legacy}"
        );
    }
}

fn moments(ledger: &Ledger) -> String {
    let sign = |switch| if switch == Switch::On { '+' } else { '-' };
    ledger
        .switched
        .iter()
        .fold(String::new(), |mut text, &(at, to)| {
            let _ = write!(text, " {}{at:.0}", sign(to));
            text
        })
}
