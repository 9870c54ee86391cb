//! Words that several of steering's reports share.

use core::fmt::{self, Display};

use crate::control::zone::Zone;
use crate::steer::Trouble;
use crate::steering::evidence::{FeedState, Line};
use crate::steering::fact::Standing;
use crate::steering::rule::{Belief, Switch};

/// How to see all comments, as RouterOS spells it.
pub(super) const LIST_RULES: &str = "/ip firewall mangle print where comment!=\"\"";

/// `<PRIMARY>_GOOD`, `<PRIMARY>_DEGRADED`.
pub(super) struct State<'a>(pub(super) &'a str, pub(super) Standing);

impl Display for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.0, self.1.word())
    }
}

/// v1.7's `state_code` (contract 6.3).
pub(super) const fn state_code(zone: Zone) -> u8 {
    match zone {
        Zone::Green => 0,
        Zone::Yellow => 1,
        Zone::Red => 2,
        Zone::SoftRed => 3,
    }
}

pub(super) const fn on_off(switch: Switch) -> &'static str {
    match switch {
        Switch::On => "on",
        Switch::Off => "off",
    }
}

/// As in "the rule was enabled".
pub(super) const fn enabled(switch: Switch) -> &'static str {
    match switch {
        Switch::On => "enabled",
        Switch::Off => "disabled",
    }
}

/// As in "failed to enable it".
pub(super) const fn enable(switch: Switch) -> &'static str {
    match switch {
        Switch::On => "enable",
        Switch::Off => "disable",
    }
}

/// Where new latency-sensitive connections go.
pub(super) const fn over(standing: Standing) -> &'static str {
    match standing {
        Standing::Good => "new latency-sensitive connections go over the primary",
        Standing::Degraded => "new latency-sensitive connections go over the alternate",
    }
}

pub(super) const fn belief(belief: Belief) -> &'static str {
    match belief {
        Belief::Unknown => "unknown",
        Belief::On => "on",
        Belief::Off => "off",
        Belief::Ambiguous(_) => "ambiguous",
        Belief::Missing => "missing",
    }
}

pub(super) const fn feed(state: FeedState) -> &'static str {
    match state {
        FeedState::Missing => "missing",
        FeedState::Fresh => "fresh",
        FeedState::Stale => "stale",
        FeedState::OutOfBounds => "out_of_bounds",
    }
}

pub(super) const fn line(line: Line) -> &'static str {
    match line {
        Line::NeverHeard => "never_heard",
        Line::Heard => "heard",
        Line::HostSilent => "host_silent",
        Line::Dead => "dead",
        Line::BothSilent => "both_silent",
    }
}

/// What is wrong, and what to do about it.
pub const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::RouterUnreachable => {
            "the router cannot be reached, so the rule stays as it is: see router_connectivity and router"
        }
        Trouble::RuleMissing => {
            "no mangle rule has exactly the configured comment, so nothing can be switched: compare \
             mangle_rule.comment with what the router shows for /ip firewall mangle print where comment!=\"\""
        }
        Trouble::RuleAmbiguous => {
            "several mangle rules have the configured comment, so none is touched: give each its own comment; \
             list them with /ip firewall mangle print where comment!=\"\""
        }
        Trouble::RuleInvalid => {
            "the rule is invalid on the router and does nothing, whichever way it stands: it refers to an \
             interface, list or routing table that is not there; see /ip firewall mangle print where invalid"
        }
        Trouble::RuleRefused => {
            "the router refuses to let the rule be read or switched for ten seconds or longer: see rule.refused"
        }
        Trouble::RuleBehind => {
            "the rule has not stood as wanted, or could not be read, for ten seconds or longer: see rule and router"
        }
        Trouble::Failing => {
            "three or more cycles in a row could not tell a delay: see measurement, and autorate for the baseline"
        }
        Trouble::BothSilent => {
            "neither line answers, so steering would win nothing: if the internet works, look at \
             measurement.ping_host and at the firewall"
        }
        Trouble::Feed => {
            "autorate's word on the primary is missing, stale or out of bounds: see that wanctl runs for the \
             primary, and that cake_state_sources.primary names its state document"
        }
        Trouble::QueueUnreadable => {
            "the primary's download queue cannot be read for ten seconds or longer, so only the delay counts: \
             compare cake_queues.primary_download with /queue tree print"
        }
    }
}

/// The same in a few words.
pub(super) const fn trouble_in_short(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::RouterUnreachable => "router unreachable",
        Trouble::RuleMissing => "no rule has the comment",
        Trouble::RuleAmbiguous => "several rules have the comment",
        Trouble::RuleInvalid => "rule invalid",
        Trouble::RuleRefused => "router refuses the rule",
        Trouble::RuleBehind => "rule not as wanted",
        Trouble::Failing => "cycles fail",
        Trouble::BothSilent => "neither line answers",
        Trouble::Feed => "no word of autorate",
        Trouble::QueueUnreadable => "queue unreadable",
    }
}
