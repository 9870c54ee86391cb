//! The rule on the router.

use core::fmt;

use log::Level;

use super::words::{self, LIST_RULES, enable, enabled};
use crate::router::steering::Refusal;
use crate::steer::Left;
use crate::steering::fact::Standing;
use crate::steering::rule::{RuleFact, Since, Switch};

/// How loud a fact is.
pub(super) const fn level(fact: &RuleFact) -> Level {
    match fact {
        RuleFact::Verified(_) | RuleFact::Undone(_) | RuleFact::Found => Level::Info,
        RuleFact::ByHand(..) | RuleFact::Reasserting(..) => Level::Warn,
        RuleFact::WriteFailed(_)
        | RuleFact::NotVerified(_)
        | RuleFact::Missing
        | RuleFact::Ambiguous(_) => Level::Error,
    }
}

/// Puts it into words.
pub(super) fn write(f: &mut fmt::Formatter<'_>, comment: &str, fact: &RuleFact) -> fmt::Result {
    match *fact {
        RuleFact::Verified(switch) => write!(f, "Steering rule {} and verified", enabled(switch)),
        RuleFact::WriteFailed(switch) => write!(
            f,
            "Failed to {} steering rule: the router refused, or did not answer; it is tried again with growing pauses",
            enable(switch)
        ),
        RuleFact::NotVerified(switch) => write!(
            f,
            "Steering rule {} verification failed after retries: the router took the order and shows the rule \
             unchanged; it is tried again with growing pauses",
            enable(switch)
        ),
        RuleFact::ByHand(switch, grace) => write!(
            f,
            "Somebody {} the steering rule on the router: it is left so for {:.0}s, and then decided again",
            enabled(switch),
            grace.as_secs_f64()
        ),
        RuleFact::Reasserting(switch, Since::Grace) => {
            f.write_str("The steering rule is not left any longer as somebody switched it: ")?;
            switching(f, switch, comment)
        }
        RuleFact::Reasserting(switch, Since::Away(away)) => {
            write!(
                f,
                "After {:.0}s without a word from the router, which may have been rebooted, the steering rule is \
                 not as it was left: ",
                away.as_secs_f64()
            )?;
            switching(f, switch, comment)
        }
        RuleFact::Undone(switch) => write!(
            f,
            "The steering rule is {} as wanted, without our doing",
            enabled(switch)
        ),
        RuleFact::Missing => write!(
            f,
            "No mangle rule has the comment \"{comment}\", so nothing can be switched: compare mangle_rule.comment \
             with what the router shows for {LIST_RULES}"
        ),
        RuleFact::Ambiguous(count) => write!(
            f,
            "{count} mangle rules have the comment \"{comment}\", so none is touched: give each its own comment; \
             list them with {LIST_RULES}"
        ),
        RuleFact::Found => write!(
            f,
            "Exactly one mangle rule has the comment \"{comment}\" again"
        ),
    }
}

pub(super) fn switching(f: &mut fmt::Formatter<'_>, to: Switch, comment: &str) -> fmt::Result {
    let doing = match to {
        Switch::On => "Enabling",
        Switch::Off => "Disabling",
    };
    write!(f, "{doing} steering rule: {comment}")
}

/// What becomes of the rule without anybody who steers.
pub(super) fn left(f: &mut fmt::Formatter<'_>, left: Left, comment: &str) -> fmt::Result {
    match left {
        Left::Off => write!(
            f,
            "The steering rule is disabled: {}",
            words::over(Standing::Good)
        ),
        Left::On => write!(
            f,
            "The steering rule stays enabled, as steering.on_exit: leave has it: {} until steering runs again; \
             wanctl-steering --reset disables it",
            words::over(Standing::Degraded)
        ),
        Left::Unknown(standing) => write!(
            f,
            "The steering rule is left as it is, and the router could not be asked how that is; when it was last \
             seen, {}",
            words::over(standing)
        ),
        Left::NotDisabled => write!(
            f,
            "The steering rule \"{comment}\" was not seen to be disabled and may still be enabled: disable it with \
             wanctl-steering --reset, or by hand"
        ),
    }
}

pub(super) fn refused(f: &mut fmt::Formatter<'_>, why: Refusal) -> fmt::Result {
    write!(
        f,
        "The steering rule cannot be read or switched: {}",
        why.explain()
    )?;
    match why {
        Refusal::Status(status) => write!(f, " (HTTP {status})"),
        Refusal::RuleMissing | Refusal::RuleAmbiguous(_) => {
            write!(f, "; list all comments with {LIST_RULES}")
        }
        _ => Ok(()),
    }
}

pub(super) fn invalid(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(
        "The steering rule is invalid on the router and does nothing, whichever way it stands: it refers to an \
         interface, list or routing table that is not there; see /ip firewall mangle print where invalid",
    )
}
