use super::*;

const DOWN: Direction = Direction::Down;
const UP: Direction = Direction::Up;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// 100/10 Mbit/s, 20 ms away, a second of buffer, no jitter.
fn quiet_line() -> Line {
    Line::new(&LineOptions {
        capacity: Both {
            down: Rate::mbit(100),
            up: Rate::mbit(10),
        },
        propagation: ms(20),
        jitter: Duration::ZERO,
        buffer: Both {
            down: 12_500_000,
            up: 1_250_000,
        },
        ..LineOptions::default()
    })
}

#[test]
fn an_idle_line_is_as_long_as_its_cable() {
    let mut line = quiet_line();
    assert_eq!(line.rtt(at(0)), Some(ms(20)));
    assert_eq!(line.rtt(at(86_400_000)), Some(ms(20)), "a day later too");
}

#[test]
fn an_overloaded_line_bloats_and_a_cut_drains_it() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(110));
    // 10 Mbit/s too much for a second is 10 Mbit, which wait a tenth of a second.
    assert_eq!(line.rtt(at(1_000)), Some(ms(120)));
    line.set_shaped(at(1_000), DOWN, Rate::mbit(80));
    assert_eq!(line.rtt(at(1_250)), Some(ms(70)), "20 Mbit/s drain");
    assert_eq!(line.rtt(at(1_500)), Some(ms(20)), "empty");
    assert_eq!(line.rtt(at(9_000)), Some(ms(20)));
}

#[test]
fn both_directions_delay_an_echo() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(110));
    line.set_demand(at(0), UP, Rate::mbit(11));
    assert_eq!(line.rtt(at(1_000)), Some(ms(20 + 100 + 100)));
}

#[test]
fn a_buffer_holds_what_it_holds() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(1_000));
    assert_eq!(line.rtt(at(60_000)), Some(ms(1_020)), "12.5 MB at 100M");
    assert_eq!(line.backlog(DOWN), 12_500_000);
    assert_eq!(line.take_carried(DOWN), 60 * 12_500_000, "the rest is lost");
}

#[test]
fn when_the_capacity_falls_what_waits_waits_longer() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(110));
    line.set_capacity(at(1_000), DOWN, Rate::mbit(50));
    assert_eq!(line.rtt(at(1_000)), Some(ms(220)));
    line.set_capacity(at(1_000), DOWN, Rate::mbit(200));
    assert_eq!(line.rtt(at(1_000)), Some(ms(70)));
}

#[test]
fn over_a_dead_line_nothing_comes_back() {
    let mut line = quiet_line();
    line.set_capacity(at(0), UP, Rate::ZERO);
    assert_eq!(line.rtt(at(0)), None);
    line.set_capacity(at(5_000), UP, Rate::mbit(10));
    assert_eq!(line.rtt(at(5_000)), Some(ms(20)));
}

#[test]
fn counters_show_what_went_through_cake() {
    let mut line = quiet_line();
    line.set_shaped(at(0), DOWN, Rate::mbit(80));
    line.set_shaped(at(0), UP, Rate::mbit(8));
    line.set_demand(at(0), DOWN, Rate::mbit(500));
    line.set_demand(at(0), UP, Rate::mbit(4));
    line.advance(at(10_000));
    assert_eq!(line.take_carried(DOWN), 100_000_000, "10 s at 80M");
    assert_eq!(line.take_carried(UP), 5_000_000, "10 s at 4M");
    assert_eq!(line.take_carried(DOWN), 0, "taken is taken");
}

#[test]
fn after_a_cut_cake_counts_no_more_than_its_rate() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(150));
    line.advance(at(1_000));
    line.take_carried(DOWN);
    // 50 Mbit wait at the provider and arrive at 100M, however little CAKE lets pass.
    line.set_shaped(at(1_000), DOWN, Rate::mbit(50));
    line.advance(at(2_000));
    assert_eq!(line.take_carried(DOWN), 50_000_000 / 8);
    assert_eq!(line.backlog_in_cake(DOWN), 50_000_000 / 8);
}

#[test]
fn it_does_not_matter_how_often_one_looks() {
    let story = |step: usize| {
        let mut line = quiet_line();
        let mut carried = Both::<u64>::default();
        let mut rtts = Vec::new();
        for second in 0..20 {
            let busy = second % 3 == 1;
            line.set_demand(
                at(second * 1_000),
                DOWN,
                Rate::mbit(if busy { 170 } else { 7 }),
            );
            line.set_demand(
                at(second * 1_000),
                UP,
                Rate::bps(if busy { 12_345_678 } else { 0 }),
            );
            line.set_shaped(at(second * 1_000), DOWN, Rate::mbit(60 + second * 3));
            for millis in (0..1_000).step_by(step) {
                line.advance(at(second * 1_000 + millis));
                for direction in Direction::BOTH {
                    carried[direction] += line.take_carried(direction);
                }
            }
            rtts.push(line.rtt(at(second * 1_000 + 999)));
        }
        (carried, rtts)
    };
    let (coarse, coarse_rtts) = story(999);
    let (fine, fine_rtts) = story(1);
    assert_eq!(coarse, fine);
    assert_eq!(coarse_rtts, fine_rtts);
}

#[test]
fn jitter_is_small_and_the_same_every_time() {
    let rtts = || {
        let mut line = Line::new(&LineOptions::default());
        let rtts = (0..100).map(|n| line.rtt(at(n * 50)));
        rtts.collect::<Vec<_>>()
    };
    let once = rtts();
    assert_eq!(once, rtts());
    assert!(
        once.iter()
            .flatten()
            .all(|&rtt| rtt >= ms(24) && rtt < ms(25))
    );
    assert!(once.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn time_does_not_run_backwards() {
    let mut line = quiet_line();
    line.set_demand(at(0), DOWN, Rate::mbit(110));
    line.advance(at(1_000));
    assert_eq!(line.rtt(at(500)), Some(ms(120)));
}

#[test]
fn senders_that_have_not_heard_of_a_cut_fill_the_providers_buffer_and_not_the_modems() {
    let mut line = quiet_line();
    for direction in Direction::BOTH {
        line.set_shaped(at(0), direction, Rate::mbit(5));
    }
    line.set_sent(at(0), DOWN, Rate::mbit(120));
    line.set_sent(at(0), UP, Rate::mbit(12));
    line.advance(at(1_000));
    assert_eq!(line.backlog(DOWN), 20_000_000 / 8, "20 Mbit/s too much");
    assert_eq!(line.backlog(UP), 0, "CAKE is before it");
    assert_eq!(line.take_carried(DOWN), 5_000_000 / 8);
    assert_eq!(line.take_carried(UP), 5_000_000 / 8);
}
