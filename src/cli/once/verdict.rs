//! Whether one round was a success, and why not.

use crate::direction::Direction;
use crate::status::{Sight, WanStatus};

/// What a round must have done and has not; nothing if it was a success.
pub(super) fn shortcomings(wan: &WanStatus, dry_run: bool) -> Vec<String> {
    let mut short = Vec::new();
    match wan.measurement.sight {
        Sight::Icmp | Sight::Tcp => {}
        Sight::Starting | Sight::Frozen | Sight::Blind(_) => {
            short.push("nothing was measured".to_owned());
        }
    }
    if !wan.router.link.reachable {
        short.push("the router was not reached".to_owned());
    }
    for direction in Direction::BOTH {
        let applied = wan.router.applied[direction];
        if applied.is_none() {
            short.push(format!("what the {direction} queue holds is not known"));
        } else if !dry_run && applied != Some(wan.rates[direction]) {
            short.push(format!(
                "the {direction} queue does not hold what is wanted"
            ));
        }
        if wan.router.inactive[direction] {
            short.push(format!(
                "the {direction} queue is disabled or invalid: nothing is shaped"
            ));
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direction::Both;
    use crate::units::Rate;

    /// What goes wrong.
    type Break = fn(&mut WanStatus);

    fn done() -> WanStatus {
        let mut wan = WanStatus {
            rates: Both {
                down: Rate::mbit(100),
                up: Rate::mbit(10),
            },
            ..WanStatus::default()
        };
        wan.measurement.sight = Sight::Icmp;
        wan.router.link.reachable = true;
        wan.router.applied = wan.rates.map(Some);
        wan
    }

    #[test]
    fn a_round_is_a_success_if_all_of_it_has_worked() {
        assert!(shortcomings(&done(), false).is_empty());
        let breaks: [(&str, Break); 5] = [
            ("nothing was measured", |wan| {
                wan.measurement.sight = Sight::Frozen;
            }),
            ("the router was not reached", |wan| {
                wan.router.link.reachable = false;
            }),
            ("what the upload queue holds is not known", |wan| {
                wan.router.applied.up = None;
            }),
            ("the download queue does not hold what is wanted", |wan| {
                wan.router.applied.down = Some(Rate::mbit(99));
            }),
            (
                "the upload queue is disabled or invalid: nothing is shaped",
                |wan| wan.router.inactive.up = true,
            ),
        ];
        for (why, break_it) in breaks {
            let mut wan = done();
            break_it(&mut wan);
            assert_eq!(shortcomings(&wan, false), [why]);
        }
    }

    #[test]
    fn a_dry_run_need_not_hold_what_is_wanted() {
        let mut wan = done();
        wan.router.applied.down = Some(Rate::mbit(99));
        assert!(shortcomings(&wan, true).is_empty());
    }
}
