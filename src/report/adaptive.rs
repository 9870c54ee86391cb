//! The adaptive law's decisions, for people.

use core::fmt::{self, Display};

use crate::control::bloat::presence::Presence;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};

/// A decision in a sentence: what was done, on what, and why the rate is not higher.
pub(crate) struct Adapted<'a>(pub(crate) &'a Decision);

impl Display for Adapted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decision = self.0;
        f.write_str(reason(decision.reason))?;
        if let Some(delta) = decision.delta {
            let threshold = decision.threshold;
            write!(
                f,
                "; {delta:.1}ms of queue, bloat begins at {threshold:.1}ms"
            )?;
        }
        if let Some(achieved) = decision.achieved {
            write!(f, "; {achieved} passes")?;
        }
        if let (Some(anchor), Mode::Clear | Mode::Draining) = (decision.anchor, decision.mode) {
            write!(f, "; the line last showed {anchor}")?;
        }
        match decision.blocker {
            Some(blocker) => write!(f, "; not higher: {}", explain(blocker)),
            None => Ok(()),
        }
    }
}

/// What the silence of the reflectors is, in a word.
pub(crate) const fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Heard => "heard",
        Presence::Stalled { .. } => "stalled",
        Presence::Outage { .. } => "outage",
        Presence::Deaf { .. } => "deaf",
    }
}

/// A state in a word, for people and programs.
pub(crate) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Clear => "clear",
        Mode::Draining => "draining",
        Mode::Weather => "weather",
        Mode::Blind => "blind",
    }
}

/// What was done, in a few words.
pub(crate) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Held => "held",
        Reason::Raised => "raised, loaded and without delay",
        Reason::Cut => "cut to what was delivered, less what drains the queue",
        Reason::Drained => "the queue drains, the rate follows",
        Reason::Returned => "the queue is gone, back to just under what was delivered",
        Reason::Eased => "a queue began after a raise, back to just under what was delivered",
        Reason::GaveBack => "given back, the cut did not help",
        Reason::SteppedBack => "stepped back while the other direction is cut",
        Reason::Tried => "given back for a moment, to see whether the delay is ours",
        Reason::BlindCut => "cut by the delay alone, no counters",
        Reason::BlindDrift => "drifting to the base, no counters",
    }
}

/// The same in one word, for programs.
pub(crate) const fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Held => "held",
        Reason::Raised => "raised",
        Reason::Cut => "cut",
        Reason::Drained => "drained",
        Reason::Returned => "returned",
        Reason::Eased => "eased",
        Reason::GaveBack => "gave_back",
        Reason::SteppedBack => "stepped_back",
        Reason::Tried => "tried",
        Reason::BlindCut => "blind_cut",
        Reason::BlindDrift => "blind_drift",
    }
}

/// Why a rate is not higher.
pub(crate) const fn explain(blocker: Blocker) -> &'static str {
    match blocker {
        Blocker::Ceiling => "it is at the ceiling",
        Blocker::NoReplies => "the reflectors are silent",
        Blocker::NothingPasses => "nothing passes the line",
        Blocker::NoCounters => "the router's counters cannot be read",
        Blocker::Draining => "a queue is being emptied",
        Blocker::Weather => "the delay is not ours, but nothing can be learned while it lasts",
        Blocker::OtherDirection => "the delay is the other direction's",
        Blocker::Delay => "there is delay, though too little for a cut",
        Blocker::Unloaded => "too little traffic to learn anything",
        Blocker::Refractory => "the last change is too recent to have been measured",
    }
}

/// The same in one word, for programs.
pub(crate) const fn blocker_word(blocker: Blocker) -> &'static str {
    match blocker {
        Blocker::Ceiling => "ceiling",
        Blocker::NoReplies => "no_replies",
        Blocker::NothingPasses => "nothing_passes",
        Blocker::NoCounters => "no_counters",
        Blocker::Draining => "draining",
        Blocker::Weather => "weather",
        Blocker::OtherDirection => "other_direction",
        Blocker::Delay => "delay",
        Blocker::Unloaded => "unloaded",
        Blocker::Refractory => "refractory",
    }
}
