//! The longest document there can be.

use super::*;

/// Every name as long as it may be and of what JSON escapes, every number as large as it may be.
fn full() -> SteerStatus {
    let mut status = status();
    let longest = label(&"\u{1}".repeat(MAX_LABEL));
    status.now = Instant::NEVER;
    let wall = WallTime {
        secs: u64::MAX,
        nanos: 999_999_999,
    };
    status.moved = Some((Instant::ZERO, wall));
    status.moves = [u64::MAX; 2];
    status.cycles = u64::MAX;
    status.consecutive_failures = u32::MAX;
    status.counts = Counts {
        bad: u32::MAX,
        good: u32::MAX,
        queue_failures: u32::MAX,
    };
    status.confidence = Some(u8::MAX);
    status.assessment.reason = Reason::DelayAlone;
    status.assessment.zone = Zone::SoftRed;
    let setup = &mut status.setup;
    for name in [
        &mut setup.name,
        &mut setup.primary,
        &mut setup.prefix,
        &mut setup.alternate,
        &mut setup.comment,
    ] {
        name.clone_from(&longest);
    }
    let most = Millis::new(f64::MIN).unwrap();
    setup.edges = [most; 3];
    setup.samples = (u32::MAX, u32::MAX);
    setup.pid = u32::MAX;
    status.rtt = Some(most);
    status.baseline = Some(most);
    status.picture = Picture {
        delta: Some(most),
        smoothed: Some(most),
        drops: Some(u64::MAX),
        queue: Some(u64::MAX),
        counts_drops: false,
        zone: Some(Zone::SoftRed),
        at_floor: false,
        loss: Some(0.123),
        line: Line::NeverHeard,
        hears_host: true,
        feed: FeedState::OutOfBounds,
        alternate: evidence::Alternate::Silent,
        alternate_delay: Some(most),
        alternate_newest: Some(most),
    };
    let refused = Some((Instant::ZERO, Refusal::RuleAmbiguous(9)));
    let rule = &mut status.rule;
    rule.belief = Belief::Ambiguous(u16::MAX);
    rule.refused = refused;
    rule.behind_since = Some(Instant::ZERO);
    rule.yielding_until = Some(Instant::ZERO);
    rule.switched = u64::MAX;
    rule.by_hand = u64::MAX;
    status.queue_refused = refused;
    status.feed.state = FeedState::OutOfBounds;
    status.feed.unfit_since = Some(Instant::ZERO);
    let echo = EchoStatus {
        answered: u64::MAX,
        lost: u64::MAX,
        heard_at: Some(Instant::ZERO),
        rtt: Some(most),
        unsent: Some((Instant::ZERO, Unsent::NoRoute)),
    };
    status.primary = echo;
    status.alternate = Some(echo);
    let link = &mut status.link;
    let failure = Failure::HostKeyUnknown;
    link.preferred = Transport::Ssh;
    link.transport_why = Some(failure);
    link.spare_failure = Some((Instant::ZERO, failure));
    link.last_failure = Some((Instant::NEVER, failure));
    link.outage_since = Some(Instant::ZERO);
    link.consecutive_failures = u32::MAX;
    link.took = Some(Instant::NEVER - Instant::ZERO);
    let list = ListStatus {
        name: longest,
        entries: Some(u32::MAX),
    };
    while status.lists.push(list.clone()).is_ok() {}
    let pulse = &mut status.pulse;
    pulse.ticks = u64::MAX;
    pulse.missed = u64::MAX;
    pulse.records_lost = u64::MAX;
    pulse.history_lost = u64::MAX;
    pulse.late = Instant::NEVER - Instant::ZERO;
    pulse.worst = pulse.late;
    pulse.work = pulse.late;
    status
}

#[test]
fn a_full_house_fits_the_buffer_with_room_to_spare() {
    let len = written(&full()).len();
    assert!(len * 4 < CAPACITY * 3, "{len}");
}
