//! A power cut in the middle of a change: the rule, the state document and what is believed agree again.

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;

use crate::house::House;
use crate::pause;

/// Kills that fall into the moment of a change.
const KILLS: u64 = 50;

#[test]
fn after_a_kill_at_any_moment_rule_state_and_belief_agree() {
    let house = House::new();
    // Slow enough that a kill may fall between an order and its effect, or its effect and the document.
    house.world.fault(Fault::SlowBy(Duration::from_millis(60)));
    let mut steered_at_the_kill = 0;
    let mut disagreed = 0;
    for n in 0..KILLS {
        let daemon = house.start();
        let squeezed = n % 2 == 0;
        house.squeeze(squeezed);
        if n % 5 < 2 {
            // Anywhere between the decision and the document.
            pause(n * 37 % 700);
        } else {
            // At the change itself, and a few milliseconds later.
            house.until_steered(squeezed);
            pause(n * 7 % 150);
        }
        daemon.kill();
        let on = house.steered();
        steered_at_the_kill += u64::from(on);
        let state = if on { "WAN1_DEGRADED" } else { "WAN1_GOOD" };
        let agree = house
            .document()
            .is_some_and(|saved| saved["current_state"] == state);
        disagreed += u64::from(!agree);
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
    println!(
        "{KILLS} kills, the rule was on at {steered_at_the_kill} of them, and it and the document disagreed at \
         {disagreed}"
    );
    assert!(disagreed > 0, "no kill fell into a change");
    assert!(steered_at_the_kill > 0 && steered_at_the_kill < KILLS);
}
