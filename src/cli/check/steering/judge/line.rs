//! Both lines: does whom we ask answer from here?

use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::judge::{ms, spread};
use crate::cli::check::steering::facts::{Echoed, Primary};
use crate::config::{AlternateProbe, SteeringConfig};

/// The ping host over the primary.
pub(in crate::cli::check::steering) fn primary_line(
    config: &SteeringConfig,
    primary: &Primary,
    echoed: &Echoed,
) -> Finding {
    let measurement = &config.measurement;
    let by = by(
        measurement.source_address.map(|it| it.to_string()),
        measurement.interface.clone(),
    );
    let host = measurement.ping_host.to_string();
    let what = match sentence(&host, &by, echoed) {
        Ok((what, true)) => return Finding::ok(Subject::Primary, "primary-echo", what),
        Ok((what, false)) => {
            return Finding::warning(Subject::Primary, "primary-loss", what)
                .why("Lost echoes are evidence against the line: is it so when it is idle, take another host.");
        }
        Err(what) => what,
    };
    let finding = Finding::error(Subject::Primary, "primary-silent", what).why(
        "If the line itself is well, steering cannot measure it: with autorate alive nobody is steered, \
         without it the line passes for dead.",
    );
    let file = primary.file.as_ref().ok();
    let other = file.and_then(|file| {
        let mut reflectors = file.measurement.reflectors.iter();
        reflectors.find(|reflector| **reflector != measurement.ping_host)
    });
    match other {
        Some(other) => finding
            .advice("Autorate has other reflectors:")
            .in_file(format!("measurement:\n  ping_host: \"{other}\"")),
        None => {
            finding.advice("Take a host that answers, and see that a firewall lets echoes pass.")
        }
    }
}

/// The alternate's.
pub(in crate::cli::check::steering) fn alternate_line(
    alternate: &AlternateProbe,
    echoed: &Echoed,
) -> Finding {
    let by = by(
        alternate.source_address.map(|it| it.to_string()),
        alternate.interface.clone(),
    );
    let host = alternate.ping_host.to_string();
    if let Echoed::NotOpened(why) = echoed {
        let what = format!("The alternate cannot be asked{by}: {why}.");
        return Finding::error(Subject::Alternate, "alternate-socket", what)
            .why("The daemon refuses to start.")
            .in_shell("ip address")
            .advice("Write what there is into measurement.alternate, or take that section out.");
    }
    match sentence(&host, &by, echoed) {
        Ok((what, true)) => Finding::ok(Subject::Alternate, "alternate-echo", what),
        Ok((what, false)) => Finding::warning(Subject::Alternate, "alternate-loss", what)
            .why("Traffic would be sent over a line that loses it."),
        Err(what) => Finding::warning(Subject::Alternate, "alternate-silent", what)
            .why("As long as this is so, nobody is sent there: neither a slow primary is left nor a dead one.")
            .advice(
                "Is the line down, or does the router not send what comes from this address over it? A \
                 routing rule does that.",
            ),
    }
}

/// ` from 192.168.1.10 through eth0`.
fn by(source: Option<String>, interface: Option<String>) -> String {
    let source = source.map_or_else(String::new, |source| format!(" from {source}"));
    let interface = interface.map_or_else(String::new, |name| format!(" through {name}"));
    source + &interface
}

/// What came back, and whether it was all; otherwise why nothing did.
fn sentence(host: &str, by: &str, echoed: &Echoed) -> Result<(String, bool), String> {
    match echoed {
        Echoed::NotOpened(why) => Err(format!("{host} cannot be asked{by}: {why}.")),
        Echoed::NoAddress => Err(format!("{host} has no address that can be asked{by}.")),
        Echoed::Unsent(why) => Err(format!("No echo leaves for {host}{by}: {why}.")),
        Echoed::Sent(sent, rtts) if rtts.is_empty() => {
            Err(format!("{host} answers none of {sent} echoes{by}."))
        }
        Echoed::Sent(sent, rtts) => {
            let [min, median, max] = spread(rtts);
            let what = format!(
                "{host} answers {} of {sent} echoes{by} in {} ({} to {}).",
                rtts.len(),
                ms(median),
                ms(min),
                ms(max)
            );
            Ok((what, rtts.len() == *sent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn a_line_is_told_by_what_came_back() {
        let by = by(Some("192.0.2.1".into()), Some("eth0".into()));
        let rtts = vec![Duration::from_millis(3), Duration::from_millis(1)];
        let said = |echoed| sentence("one", &by, &echoed);
        assert_eq!(
            said(Echoed::Sent(3, rtts)),
            Ok((
                "one answers 2 of 3 echoes from 192.0.2.1 through eth0 in 3.0 ms (1.0 ms to 3.0 ms).".into(),
                false
            ))
        );
        assert_eq!(
            said(Echoed::Sent(5, Vec::new())),
            Err("one answers none of 5 echoes from 192.0.2.1 through eth0.".into())
        );
        assert!(said(Echoed::Unsent("no route".into())).is_err());
    }
}
