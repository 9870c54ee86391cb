//! Echoes that are lost, come twice, or overtake each other on a real line.

use std::time::Duration;

use crate::daemon::{Daemon, Health, Setup};
use crate::line::Line;

fn measures(health: &Health) -> bool {
    health.source() == "icmp" && health.is_healthy()
}

/// Rates at the ceiling, on the router too.
fn undisturbed(health: &Health) -> bool {
    let applied = &health.document["wans"][0]["download"]["applied_rate_mbps"];
    measures(health) && health.zones() == ["GREEN"; 2] && applied == 400.0
}

fn worst_loss(health: &Health) -> f64 {
    let losses = (0..3).map(|n| health.reflector(n, "loss_percent"));
    losses.fold(0.0, f64::max)
}

#[test]
fn echoes_lost_doubled_and_overtaken_move_no_rate() {
    let Some(mut line) = Line::up() else {
        return;
    };
    let mut daemon = Daemon::start(&Setup::of(&line));
    daemon.until("undisturbed", undisturbed);
    daemon.until("without loss", |health| worst_loss(health) < 5.0);
    let writes = line.writes();
    let while_ = Duration::from_secs(4);

    println!("a third is lost");
    line.reflectors("lose 33");
    daemon.until("counted", |health| worst_loss(health) > 15.0);
    daemon.stays("undisturbed", while_, undisturbed);
    line.reflectors("lose 0");
    daemon.until("without loss", |health| worst_loss(health) < 5.0);

    println!("half comes twice");
    line.reflectors("twice 50");
    daemon.stays("undisturbed and without loss", while_, |health| {
        undisturbed(health) && worst_loss(health) < 5.0
    });
    line.reflectors("twice 0");

    // A second one of the three is 10 ms away: below what shows, above what a round takes to overtake.
    println!("one of them answers out of order");
    line.host(3, "scatter 180");
    daemon.until("late", |health| health.reflector(2, "rtt_ms") > 60.0);
    daemon.stays("measuring", while_, |health| {
        // What comes a round later is still its own echo's answer.
        measures(health)
            && health.reflector(2, "rtt_ms") < 250.0
            && health.reflector(2, "loss_percent") < 5.0
    });
    line.host(3, "scatter 0");
    daemon.until("in order", |health| health.reflector(2, "rtt_ms") < 40.0);
    daemon.until("undisturbed", undisturbed);
    assert_eq!(line.writes(), writes, "no rate was moved");
    assert!(daemon.stop().success());
}
