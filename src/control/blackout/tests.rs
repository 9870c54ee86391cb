//! Outages, told cycle by cycle.

use super::*;

const BASELINE: Millis = Millis::of(24);
const SILENT: Sample = Sample::Silent {
    since: Instant::ZERO,
};

fn params(mode: FallbackMode) -> BlackoutParams {
    BlackoutParams {
        enabled: true,
        check_gateway: true,
        tcp_targets: 2,
        mode,
        max_cycles: 3,
    }
}

/// What each check round of an outage concludes, when the gateway and TCP answer like this.
fn rounds(params: BlackoutParams, gateway: bool, tcp_ms: &[u64], n: usize) -> std::vec::Vec<Step> {
    let mut blackout = Blackout::new(params);
    let mut now = Instant::ZERO;
    let mut steps = std::vec::Vec::new();
    while steps.len() < n {
        let outcome = blackout.observe(now, SILENT, BASELINE);
        if outcome.check {
            if gateway {
                blackout.gateway_answered();
            }
            for n in 0..usize::from(params.tcp_targets) {
                blackout.connected(tcp_ms.get(n).map(|ms| Duration::from_millis(*ms)));
            }
        }
        if outcome.step != Step::Hold {
            steps.push(outcome.step);
        }
        now = now + Duration::from_millis(50);
    }
    assert!(
        now >= Instant::ZERO + Duration::from_secs(n as u64 - 1),
        "one round a second"
    );
    steps
}

#[test]
fn a_tcp_time_carries_on_in_every_mode_without_limit() {
    for mode in [
        FallbackMode::GracefulDegradation,
        FallbackMode::Freeze,
        FallbackMode::UseLastRtt,
    ] {
        assert_eq!(
            rounds(params(mode), false, &[30, 40], 6),
            [Step::JudgeTcp(Millis::of(35)); 6]
        );
    }
}

#[test]
fn a_gateway_alone_is_bridged_as_the_mode_says() {
    use FallbackMode::{Freeze, GracefulDegradation, UseLastRtt};
    let gave_up = Step::Fail(Blind::GaveUp);
    for (mode, steps) in [
        (
            GracefulDegradation,
            [Step::Repeat, Step::Freeze, Step::Freeze, gave_up],
        ),
        (Freeze, [Step::Freeze; 4]),
        (UseLastRtt, [Step::Repeat; 4]),
    ] {
        assert_eq!(rounds(params(mode), true, &[], 4), steps, "{mode:?}");
    }
}

#[test]
fn nothing_at_all_is_total_loss() {
    let lost = Step::Fail(Blind::TotalLoss);
    assert_eq!(
        rounds(params(FallbackMode::Freeze), false, &[], 3),
        [lost; 3]
    );
}

/// W-10: a 0.6 ms answer over a 24 ms line comes from a proxy.
#[test]
fn a_proxys_answer_proves_a_network_but_is_no_time() {
    assert_eq!(
        rounds(params(FallbackMode::Freeze), false, &[1, 1], 2),
        [Step::Freeze; 2]
    );
}

#[test]
fn without_checks_silence_fails_once_a_second() {
    let off = BlackoutParams {
        enabled: false,
        ..params(FallbackMode::Freeze)
    };
    assert_eq!(rounds(off, true, &[30], 3), [Step::Fail(Blind::NoReply); 3]);
}

#[test]
fn the_first_reply_ends_it_and_says_how_long_it_took() {
    let mut blackout = Blackout::new(params(FallbackMode::Freeze));
    blackout.observe(Instant::ZERO, SILENT, BASELINE);
    blackout.gateway_answered();
    let later = Instant::ZERO + CHECK_FOR;
    assert_eq!(blackout.observe(later, SILENT, BASELINE).step, Step::Freeze);
    let back = blackout.observe(later, Sample::Rtt(BASELINE), BASELINE);
    assert_eq!(back.step, Step::Judge(BASELINE));
    assert_eq!(back.recovered_after, Some(1));
    assert!(!blackout.is_silent());
}
