//! One line for `systemctl status`.

use core::fmt;

use super::words::{self, State};
use crate::steer::SteerStatus;

pub(super) fn write(f: &mut fmt::Formatter<'_>, status: &SteerStatus) -> fmt::Result {
    let setup = &status.setup;
    write!(f, "{}: ", setup.name)?;
    if !status.has_started() {
        return f.write_str("starting");
    }
    match status.trouble() {
        None => f.write_str("healthy")?,
        Some(trouble) => write!(f, "degraded ({})", words::trouble_in_short(trouble))?,
    }
    write!(
        f,
        ", {}, {} ({}), ",
        State(&setup.prefix, status.standing),
        status.assessment.zone,
        status.assessment.reason
    )?;
    match (status.picture.delta, status.baseline) {
        (Some(delta), Some(baseline)) => {
            write!(f, "{delta:.1} ms over a baseline of {baseline:.1} ms")?;
        }
        (_, Some(baseline)) => write!(f, "no RTT, a baseline of {baseline:.1} ms")?,
        (_, None) => f.write_str("no baseline")?,
    }
    write!(f, ", rule {}", words::belief(status.rule.belief))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::zone::Zone;
    use crate::report::{Summary, summary};
    use crate::status::{MAX_LABEL, label};
    use crate::steer::Steer;
    use crate::steering::assessment::{Assessment, Reason};
    use crate::steering::fact::Standing;
    use crate::steering::rule::Belief;
    use crate::units::Millis;

    fn line(status: &SteerStatus) -> String {
        Summary::<Steer>(status).to_string()
    }

    #[test]
    fn the_line_says_where_connections_go_and_why() {
        let mut status = SteerStatus::default();
        status.setup.name = label("steering");
        status.setup.prefix = label("WAN1");
        assert_eq!(line(&status), "steering: starting");
        status.cycles = 1;
        status.rule.belief = Belief::Off;
        assert_eq!(
            line(&status),
            "steering: healthy, WAN1_GOOD, GREEN (calm), no baseline, rule off"
        );
        status.baseline = Some(Millis::of(25));
        status.picture.delta = Some(Millis::new(42.25).unwrap());
        status.standing = Standing::Degraded;
        status.rule.belief = Belief::On;
        status.assessment = Assessment {
            zone: Zone::Red,
            reason: Reason::Backlog,
        };
        assert_eq!(
            line(&status),
            "steering: healthy, WAN1_DEGRADED, RED (delay with a standing queue), \
             42.2 ms over a baseline of 25.0 ms, rule on"
        );
        status.picture.delta = None;
        status.rule.belief = Belief::Missing;
        assert_eq!(
            line(&status),
            "steering: degraded (no rule has the comment), WAN1_DEGRADED, RED (delay with a standing queue), \
             no RTT, a baseline of 25.0 ms, rule missing"
        );
    }

    #[test]
    fn the_longest_line_fits() {
        let mut status = SteerStatus {
            cycles: 1,
            baseline: Millis::new(f64::MIN),
            ..SteerStatus::default()
        };
        status.picture.delta = status.baseline;
        status.setup.name = label(&"x".repeat(MAX_LABEL));
        status.setup.prefix = status.setup.name.clone();
        status.rule.belief = Belief::Ambiguous(9);
        assert!(line(&status).len() <= summary::CAPACITY);
    }
}
