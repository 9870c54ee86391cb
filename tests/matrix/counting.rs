//! A law that reads counters between its writes: what that costs the writes, and what becomes of the
//! counters when the router, its queues or the link are not as they should be.

use wanctl::control::actuator::Order;
use wanctl::control::law::Why;
use wanctl::direction::{Both, Direction};
use wanctl::program::Program;
use wanctl::router::Transport;
use wanctl::router::ways::Ways;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::sim::wires::{Doors, Far, NoMeter, RestWire, SshWire};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::harness::world::{Side, Trouble, Worlds};
use crate::harness::{WanFile, load};

const REST: &[Transport] = &[Transport::Rest];
const SSH: &[Transport] = &[Transport::Ssh];
const REST_THEN_SSH: &[Transport] = &[Transport::Rest, Transport::Ssh];

/// What the line gives, and so the most that anybody can count.
const CAPACITY: Both<Rate> = Both {
    down: Rate::mbit(300),
    up: Rate::mbit(30),
};

/// A WAN on a line that is always full, or idle, and what was seen of it.
struct Evening {
    worlds: Worlds,
    /// Ticks, and those of them at which both directions were counted.
    ticks: u32,
    counted: u32,
    /// The most that was ever said to pass.
    most: Both<Rate>,
}

impl Evening {
    fn new(law: &str, route: &[Transport], demand: Both<Rate>) -> Self {
        let file = WanFile {
            name: "wan",
            scheme: "http",
            router_port: 80,
            reflectors: vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()],
            more: String::new(),
        };
        let mut config = load(&file).config;
        config.router.verify_interval = Duration::from_secs(30);
        if law == "adaptive" {
            config.control_law = wanctl::config::ControlLaw::Adaptive;
        }
        let mut options = SceneOptions {
            schedule: Schedule::new()
                .at(Duration::ZERO, Change::Demand(Direction::Down, demand.down))
                .at(Duration::ZERO, Change::Demand(Direction::Up, demand.up)),
            ..SceneOptions::default()
        };
        options.line.capacity = CAPACITY;
        Self {
            worlds: Worlds::of(route, &[config], &options),
            ticks: 0,
            counted: 0,
            most: Both::default(),
        }
    }

    fn full(law: &str, route: &[Transport]) -> Self {
        let demand = CAPACITY.map(|rate| rate + rate);
        Self::new(law, route, demand)
    }

    /// As much traffic as nobody has to wait for.
    fn half(law: &str, route: &[Transport]) -> Self {
        Self::new(
            law,
            route,
            CAPACITY.map(|rate| Rate::bps(rate.as_bps() / 2)),
        )
    }

    fn run(&mut self, secs: u64) {
        let end = self.worlds.now + Duration::from_secs(secs);
        while self.worlds.now < end {
            self.tick();
        }
    }

    fn tick(&mut self) {
        self.worlds.tick(&mut NoMeter);
        self.ticks += 1;
        self.counted += u32::from(self.counts());
        for direction in Direction::BOTH {
            let passes = self.achieved()[direction].unwrap_or(Rate::ZERO);
            self.most[direction] = self.most[direction].max(passes);
        }
    }

    fn achieved(&self) -> Both<Option<Rate>> {
        let why = &self.worlds.program.status().wans[0].why;
        Both::from_fn(|direction| match why[direction] {
            Why::Adaptive(ref decision) => decision.achieved,
            _ => None,
        })
    }

    fn counts(&self) -> bool {
        let Both { down, up } = self.achieved();
        down.is_some() && up.is_some()
    }

    /// How long it takes until both directions are counted; at most a minute.
    fn until_counted(&mut self) -> Duration {
        let began = self.worlds.now;
        while !self.counts() && self.worlds.now - began < Duration::from_secs(60) {
            self.tick();
        }
        self.worlds.now - began
    }

    /// Requests and commands that were no writes, so far.
    fn looks(&self) -> u64 {
        let ways = &self.worlds.sides[0].ways;
        let asked = ways.rest().map_or(0, |rest| rest.traffic().requests)
            + ways.ssh().map_or(0, SshWire::commands);
        asked - self.worlds.tally.writes
    }

    fn suffer(&mut self, fault: Fault) {
        self.worlds.trouble = Trouble {
            fault,
            ..Trouble::default()
        };
    }

    fn terminal(&mut self, line: &str) {
        let now = self.worlds.now;
        let outcome = self.worlds.sides[0].scene.run_terminal(now, line);
        assert_eq!(outcome.output, "", "{line}");
    }
}

#[test]
fn a_busy_line_is_read_two_to_ten_times_a_second_and_an_idle_one_once() {
    // SSH's 90 ms want a rest of three times that.
    for (route, readings) in [(REST, 500..=600), (SSH, 130..=167)] {
        let mut evening = Evening::half("adaptive", route);
        evening.run(10);
        let before = evening.looks();
        evening.run(60);
        let looks = evening.looks() - before;
        assert!(readings.contains(&looks), "{route:?}: {looks} in a minute");
        let mut evening = Evening::new("adaptive", route, Both::default());
        evening.run(10);
        let before = evening.looks();
        evening.run(60);
        let looks = evening.looks() - before;
        assert!((55..=65).contains(&looks), "{route:?}: {looks} in a minute");
    }
}

/// A full line is written to all the time: its writes bring counters, and glances fill the gaps.
#[test]
fn a_full_line_is_counted_all_the_time() {
    for route in [REST, SSH] {
        let mut evening = Evening::full("adaptive", route);
        evening.run(10);
        (evening.ticks, evening.counted) = (0, 0);
        evening.run(60);
        let share = f64::from(evening.counted) / f64::from(evening.ticks);
        println!("{route:?}: counted at {share:.3} of all ticks");
        assert!(share > 0.95, "{route:?}: {share}");
    }
}

#[test]
fn who_does_not_count_looks_as_rarely_as_ever() {
    for route in [REST, SSH] {
        let mut evening = Evening::full("classic", route);
        evening.run(300);
        assert!(evening.looks() <= 11, "{}", evening.looks());
    }
}

/// How long writes wait until the router has taken them, on average and at most, with a glance every so
/// often.
fn waits(route: &[Transport], glance_every: Option<u64>) -> (Duration, Duration) {
    let mut evening = Evening::new("adaptive", route, Both::default());
    evening.run(5);
    // From here on nobody decides anything.
    let Worlds { sides, now, .. } = &mut evening.worlds;
    let Side { ways, scene } = &mut sides[0];
    let drive = |ways: &mut Ways<_, _>, scene: &mut Scene, now| {
        let mut far = Far {
            scene,
            doors: Doors::default(),
            meter: &mut NoMeter,
        };
        ways.drive(now, &mut far, |_| {});
    };
    let mut waited = Vec::new();
    let mut sent: Option<(Instant, Rate)> = None;
    for ms in 1..60_000 {
        *now = *now + Duration::from_millis(1);
        // A prime, so that writes come at every moment of a glance.
        if ms % 373 == 0 {
            let rate = Rate::mbit(200 + ms % 7);
            let direction = Direction::Down;
            ways.submit(Order { direction, rate });
            sent = Some((*now, rate));
            drive(ways, scene, *now);
        }
        if glance_every.is_some_and(|every| ms % every == 0) {
            ways.glance(*now);
        }
        drive(ways, scene, *now);
        if let Some((at, rate)) = sent
            && scene.max_limit(Direction::Down) == Some(rate)
        {
            waited.push(*now - at);
            sent = None;
        }
    }
    assert!(waited.len() > 150, "{}", waited.len());
    let total: u64 = waited.iter().map(|wait| wait.as_micros()).sum();
    let mean = Duration::from_micros(total / waited.len() as u64);
    (mean, *waited.iter().max().expect("some"))
}

/// Here a reply takes 10 ms over REST and 90 ms over SSH. Glances go out as often as
/// [`Pace`](wanctl::control::load::Pace) lets them on a busy line.
#[test]
fn a_write_waits_for_one_reply_at_most() {
    for (route, every, reply) in [(REST, 100, 10_000), (SSH, 360, 90_000)] {
        let (alone, _) = waits(route, None);
        let (beside, most) = waits(route, Some(every));
        println!("{route:?}: writes wait {alone:?}, beside glances {beside:?}, at most {most:?}");
        assert!(most <= Duration::from_micros(reply), "{route:?}: {most:?}");
        // A quarter of the time, for half a reply.
        let fair = Duration::from_micros(reply / 4);
        assert!(alone < beside && beside <= fair, "{beside:?}");
    }
}

#[test]
fn a_router_that_takes_300_ms_rests_three_quarters_of_the_time() {
    let mut evening = Evening::half("adaptive", REST);
    evening.suffer(Fault::SlowBy(Duration::from_millis(300)));
    evening.run(30);
    let looks = evening.looks();
    evening.run(60);
    let looks = evening.looks() - looks;
    // A minute is 48 times 1.24 s.
    assert!((44..=49).contains(&looks), "{looks} in a minute");
    assert!(evening.worlds.program.status().wans[0].router.link.up);
}

/// One connection a second; what is left by the writes is looked at once in ten of them.
#[test]
fn a_router_that_closes_after_every_answer_keeps_its_connections_for_writes() {
    for fault in [Fault::CloseAfterEach, Fault::AnnouncedClose] {
        let mut evening = Evening::half("adaptive", REST);
        evening.run(10);
        evening.suffer(fault);
        evening.run(20);
        let before = evening.looks();
        evening.run(120);
        let looks = evening.looks() - before;
        assert!(
            (8..=12).contains(&looks),
            "{fault:?}: {looks} on a line without writes"
        );
        let mut evening = Evening::full("adaptive", REST);
        evening.run(10);
        evening.suffer(fault);
        evening.run(20);
        let before = (
            evening.looks(),
            evening.worlds.sides[0].scene.router.persisted_writes(),
        );
        evening.run(120);
        let looks = evening.looks() - before.0;
        let writes = evening.worlds.sides[0].scene.router.persisted_writes() - before.1;
        println!("{fault:?}: {looks} looks, {writes} changes in flash");
        assert!(looks <= 4 + 2, "{fault:?}: {looks} beside writes");
    }
}

#[test]
fn over_to_ssh_and_back_it_counts_anew_and_never_too_much() {
    let mut evening = Evening::full("adaptive", REST_THEN_SSH);
    evening.run(10);
    assert!(evening.counts());
    evening.suffer(Fault::AbortDamage);
    let link = |evening: &Evening| {
        evening.worlds.program.status().wans[0]
            .router
            .link
            .transport
    };
    let mut waited = 0;
    while link(&evening) != Transport::Ssh {
        evening.run(1);
        waited += 1;
        assert!(waited < 60, "it turns to SSH");
    }
    let took = evening.until_counted();
    assert!(took < Duration::from_secs(3), "{took:?}");
    evening.suffer(Fault::None);
    while link(&evening) != Transport::Rest {
        evening.run(1);
        waited += 1;
        assert!(waited < 500, "it returns to REST");
    }
    let took = evening.until_counted();
    assert!(took < Duration::from_secs(3), "{took:?}");
    expect_no_flood(&evening);
}

#[test]
fn counters_that_are_reset_by_hand_are_no_flood_and_no_standstill() {
    for route in [REST, SSH] {
        let mut evening = Evening::full("adaptive", route);
        evening.run(10);
        for _ in 0..20 {
            evening.terminal("/queue tree reset-counters-all");
            evening.run(1);
            let took = evening.until_counted();
            assert!(took < Duration::from_secs(2), "{route:?}: {took:?}");
        }
        expect_no_flood(&evening);
    }
}

/// The new queue has counted more than the old one: only its id shows that it is another.
#[test]
fn a_queue_made_anew_under_the_same_name_is_another_counter() {
    for route in [REST, SSH] {
        let mut evening = Evening::full("adaptive", route);
        evening.run(10);
        let now = evening.worlds.now;
        let router = &mut evening.worlds.sides[0].scene.router;
        let before = router
            .queue("WAN-Download")
            .map(|queue| queue.id().to_owned());
        router.remove_queue("WAN-Download");
        router.add_queue("WAN-Download", "bridge", "cake-down", Rate::mbit(200));
        assert_ne!(
            router
                .queue("WAN-Download")
                .map(|queue| queue.id().to_owned()),
            before
        );
        router.carry(now, "WAN-Download", 900_000_000_000, 0);
        evening.run(2);
        let took = evening.until_counted();
        assert!(took < Duration::from_secs(2), "{route:?}: {took:?}");
        expect_no_flood(&evening);
    }
}

/// A console that refuses every line with `stats` in it: control goes on, at the pace of the slow look.
#[test]
fn a_console_that_refuses_counters_is_controlled_without() {
    let mut evening = Evening::full("adaptive", SSH);
    evening.suffer(Fault::Forbids("stats"));
    evening.run(120);
    let wan = &evening.worlds.program.status().wans[0];
    assert!(wan.router.link.up && wan.router.link.failures == 0);
    assert!(evening.worlds.tally.writes > 0 && evening.worlds.tally.lies == 0);
    assert!(evening.looks() <= 2 + 4, "{}", evening.looks());
    assert_eq!(evening.achieved(), Both::default());
}

/// Whatever goes wrong for twenty seconds: afterwards it counts again.
#[test]
fn after_every_fault_it_counts_again() {
    for route in [REST, SSH] {
        let mut table = Vec::new();
        for (name, fault) in Fault::NAMED {
            let mut evening = Evening::full("adaptive", route);
            evening.run(10);
            evening.suffer(fault);
            evening.run(20);
            evening.suffer(Fault::None);
            let took = evening.until_counted();
            table.push(format!("{name} {:.1}", took.as_secs_f64()));
            assert!(took < Duration::from_secs(60), "{route:?}, {name}");
            // Connections are spared for a while after they were closed young.
            evening.run(12);
            (evening.ticks, evening.counted) = (0, 0);
            evening.run(10);
            let share = f64::from(evening.counted) / f64::from(evening.ticks);
            assert!(share > 0.9, "{route:?}, {name}: {share} for good");
        }
        println!("{route:?}, seconds: {}", table.join(", "));
    }
}

/// Nothing was ever said to pass that the line does not give. Our own clock is 10 ms coarse here.
fn expect_no_flood(evening: &Evening) {
    for direction in Direction::BOTH {
        let (most, gives) = (evening.most[direction], CAPACITY[direction]);
        assert!(
            most.as_mbps() <= gives.as_mbps() * 1.5,
            "{direction:?}: {most} of {gives}"
        );
    }
}

/// A lost reply to a glance is what a lost look is: the other transport is turned to when a second one
/// follows within a minute without a write between, and never by the first.
#[test]
fn one_lost_reply_to_a_glance_opens_no_failover() {
    let mut evening = Evening::new("adaptive", REST_THEN_SSH, Both::default());
    evening.run(20);
    let failures = |evening: &Evening| {
        let link = &evening.worlds.program.status().wans[0].router.link;
        (link.transport, link.failures)
    };
    assert_eq!(failures(&evening), (Transport::Rest, 0));
    let writes = evening.worlds.tally.writes;
    evening.suffer(Fault::Silence);
    evening.run(2);
    evening.suffer(Fault::None);
    evening.run(20);
    assert_eq!(failures(&evening), (Transport::Rest, 1));
    assert_eq!(
        evening.worlds.tally.writes, writes,
        "nothing is written again"
    );
    assert!(evening.counts());
    let connects = evening.worlds.sides[0].ways.rest().map(RestWire::traffic);
    assert_eq!(connects.map(|traffic| traffic.connects), Some(2));
}
