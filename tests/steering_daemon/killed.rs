//! A power cut in the middle of a change: the rule, the state document and what is believed agree again.

use crate::house::House;
use crate::pause;

/// Kills that fall into the moment of a change.
const KILLS: u64 = 50;

#[test]
fn after_a_kill_at_any_moment_rule_state_and_belief_agree() {
    let house = House::new();
    let mut steered_at_the_kill = 0;
    for n in 0..KILLS {
        let daemon = house.start();
        let squeezed = n % 2 == 0;
        house.squeeze(squeezed);
        // From the decision to the document: somewhere between 0 and 0.7 s from here.
        pause(n * 37 % 700);
        daemon.kill();
        steered_at_the_kill += u64::from(house.steered());
        let daemon = house.start();
        let health = daemon.until("agreed", |health| {
            let on = house.steered();
            let state = if on { "WAN1_DEGRADED" } else { "WAN1_GOOD" };
            on == squeezed
                && health["steering"]["enabled"] == on
                && health["rule"]["state"] == if on { "on" } else { "off" }
                && house
                    .document()
                    .is_some_and(|saved| saved["current_state"] == state)
        });
        assert_eq!(
            health["rule"]["switched_by_hand"], 0,
            "its own deed is nobody else's"
        );
        daemon.kill();
    }
    println!("{KILLS} kills, the rule was on at {steered_at_the_kill} of them");
    assert!(steered_at_the_kill > 0 && steered_at_the_kill < KILLS);
}
