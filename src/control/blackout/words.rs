//! What the fallback machine is told and what it says.

use crate::units::Millis;

/// `fallback_checks.fallback_mode`: what to do when something answers, but no usable time exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FallbackMode {
    /// One cycle on the last load RTT, then frozen for `max_fallback_cycles`, then failing.
    GracefulDegradation,
    /// Rates hold.
    Freeze,
    /// Go on with the last load RTT.
    UseLastRtt,
}

/// The WAN file's `fallback_checks`.
#[derive(Clone, Copy, Debug)]
pub struct BlackoutParams {
    /// False: silence is a failed cycle and nothing is checked.
    pub enabled: bool,
    /// Whether an echo goes to the gateway.
    pub check_gateway: bool,
    /// How many TCP targets are tried; 0 when `check_tcp` is off.
    pub tcp_targets: u8,
    /// What to do when only a network, but no time, is there.
    pub mode: FallbackMode,
    /// Check rounds that `GracefulDegradation` bridges.
    pub max_cycles: u32,
}

/// What the controller does this cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A measured RTT.
    Judge(Millis),
    /// A TCP connect time, to be kept away from the ICMP baseline (W-10).
    JudgeTcp(Millis),
    /// Judge the last load RTT once more.
    Repeat,
    /// Nothing new yet: rates stand.
    Hold,
    /// Blind, but the network is there: rates stand, the cycle counts as good.
    Freeze,
    /// The cycle failed: rates stand.
    Fail(Blind),
}

/// Why a cycle failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blind {
    /// No reply, and `fallback_checks` is off.
    NoReply,
    /// Neither reflectors nor gateway nor TCP answer.
    TotalLoss,
    /// The network is there, but no time could be had for longer than `max_fallback_cycles`.
    GaveUp,
}

/// What the last check round found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Findings {
    /// The gateway answered its echo.
    pub gateway: bool,
    /// Median time of the TCP connects that succeeded.
    pub tcp: Option<Millis>,
}

/// What one call of [`Blackout::observe`](super::Blackout::observe) asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What the controller does.
    pub step: Step,
    /// Whether a check round begins: ask the gateway and the TCP targets now.
    pub check: bool,
    /// After how many check rounds ICMP came back, on the first cycle that hears it.
    pub recovered_after: Option<u32>,
}
