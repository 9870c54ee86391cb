use super::*;
use crate::control::law::adaptive::Preset;
use crate::sim::trial::scenario::Limits;
use crate::time::Instant;

fn setup() -> Setup {
    Setup {
        reflectors: 3,
        one_way: false,
        ..Setup::of(&Scenario {
            limits: Both {
                down: Limits::mbit(100, 300, 500),
                up: Limits::mbit(10, 30, 50),
            },
            preset: Preset::Cable,
            ..Scenario::default()
        })
    }
}

fn side(capacity: Course<Amount>, load: Course<Amount>) -> Side {
    Side {
        capacity,
        load,
        buffer: Duration::from_millis(200),
    }
}

fn story(down: Side) -> Story {
    let all = Course::Steady(Amount::OfCeiling(1.0));
    Story {
        name: "mine".to_owned(),
        about: String::new(),
        lasts: Duration::from_secs(100),
        rtt: Course::Steady(Distance::OfConfigured(2.0)),
        sides: Both {
            down,
            up: side(all, Course::Steady(Amount::OfCeiling(0.1))),
        },
        shared: None,
        flows: 8,
        reflectors: Quirks::default(),
        troubles: Vec::new(),
        weather: Vec::new(),
        router: RouterHabits::default(),
        packet: 0,
    }
}

fn bulk() -> Course<Amount> {
    Course::Steady(Amount::Bulk)
}

#[test]
fn shares_are_of_what_is_configured_and_numbers_are_not() {
    let half = side(Course::Steady(Amount::OfCeiling(0.5)), bulk());
    let line = story(half).scenario(&setup(), 1).line;
    assert_eq!(line.capacity.down, Rate::mbit(250));
    assert_eq!(line.capacity.up, Rate::mbit(50));
    assert_eq!(line.demand.up, Rate::mbit(5));
    assert_eq!(line.buffer.down, 250_000_000 / 8 / 5, "200 ms of it");
    assert_eq!(line.propagation, setup().rtt.doubled());
    let forty = Amount::Absolute(Rate::mbit(40));
    let line = story(side(Course::Steady(forty), bulk()))
        .scenario(&setup(), 1)
        .line;
    assert_eq!(line.capacity.down, Rate::mbit(40));
}

#[test]
fn a_seed_decides_the_accidents_and_nothing_else() {
    let draw = Draw::Between(Amount::OfCeiling(0.2), Amount::OfCeiling(0.9));
    let lasts = (Duration::from_secs(1), Duration::from_secs(5));
    let story = story(side(Course::Random { lasts, draw }, bulk()));
    let schedule = |seed| format!("{:?}", story.scenario(&setup(), seed).schedule);
    assert_eq!(schedule(7), schedule(7));
    assert_ne!(schedule(7), schedule(8));
}

#[test]
fn steps_repeat_and_weather_too_until_the_end() {
    let steps = vec![
        (Duration::ZERO, Amount::Bulk),
        (Duration::from_secs(8), Amount::OfCeiling(0.0)),
    ];
    let on_off = Course::Steps {
        steps,
        repeats_every: Some(Duration::from_secs(20)),
    };
    let mut story = story(side(Course::Steady(Amount::OfCeiling(1.0)), on_off));
    story.weather.push(Weather {
        span: Span::secs(5, 6),
        adds: Duration::from_millis(30),
        repeats_every: Some(Duration::from_secs(15)),
    });
    let scenario = story.scenario(&setup(), 1);
    let mut line = crate::sim::line::Line::new(&scenario.line);
    let mut schedule = scenario.schedule.clone();
    for (second, demand) in [(7, BULK), (9, Rate::ZERO), (47, BULK), (99, Rate::ZERO)] {
        schedule.play(Instant::ZERO + Duration::from_secs(second), &mut line);
        assert_eq!(line.demand().down, demand, "{second}");
    }
    assert_eq!(scenario.weather.len(), 7);
}

#[test]
fn a_reflector_that_nobody_configured_changes_nothing() {
    let mut story = story(side(Course::Steady(Amount::OfCeiling(1.0)), bulk()));
    let span = Span::secs(1, 2);
    let silent = |reflector| Trouble {
        reflector,
        span,
        what: Wrong::Silent,
    };
    story.troubles = vec![silent(Some(1)), silent(Some(9)), silent(None)];
    let reflectors = story.scenario(&setup(), 1).reflectors;
    assert_eq!(reflectors.len(), LEAST_REFLECTORS);
    let silences: Vec<_> = reflectors
        .iter()
        .map(|quirks| quirks.silent.len())
        .collect();
    assert_eq!(silences, [1, 2, 1, 1, 1, 1]);
}

#[test]
fn a_walk_stays_within_its_bounds_and_a_swing_returns() {
    let mut random = Random::new(3);
    let walk = Course::Walk {
        around: 50.0,
        by: 20.0,
        every: Duration::from_millis(500),
        jumps: 0.1,
        least: 10.0,
        most: 90.0,
    };
    let values = walk.values(Duration::from_secs(600), &mut random);
    assert_eq!(values.len(), 1_200);
    assert!(
        values
            .iter()
            .all(|(_, value)| (10.0..=90.0).contains(value))
    );
    let swing = Course::Swing {
        from: 95.0,
        to: 45.0,
        over: Duration::from_secs(100),
        every: Duration::from_secs(25),
        dips: 0.0,
    };
    let values = swing.values(Duration::from_secs(101), &mut random);
    let values: Vec<_> = values.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, [95.0, 70.0, 45.0, 70.0, 95.0]);
}
