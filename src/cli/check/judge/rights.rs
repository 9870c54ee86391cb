//! What the router's user may do, as its group says.

use super::quoted;
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::transport::Chosen;
use crate::config::RouterConfig;

/// What follows where the user may not write, or where that is not known.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli::check) struct Stakes {
    /// The program only watches.
    pub(in crate::cli::check) lost: &'static str,
    /// How to find out.
    pub(in crate::cli::check) unknown: &'static str,
}

/// For the two queues.
pub(in crate::cli::check) const QUEUES: Stakes = Stakes {
    lost: "No limit could ever be written: wanctl would only watch.",
    unknown: "The router did not show the user's group. Whether it may write, --write-test can tell.",
};

/// Reading worked. `policies`: of the user's group, if the router showed it.
pub(in crate::cli::check) fn rights(
    config: &RouterConfig,
    chosen: &Chosen,
    policies: Option<&str>,
    stakes: Stakes,
) -> Finding {
    let user = &config.user;
    let Some(policies) = policies else {
        let what = format!("User {user} may read; whether it may write is not known.");
        return Finding::note(Subject::Router, "rights", what).why(stakes.unknown);
    };
    let has = |policy: &str| policies.split([',', ';']).any(|word| word == policy);
    let remedy = format!(
        "/user group set [/user get [find name={}] group] policy={}",
        quoted(user),
        needed(chosen)
    );
    if !has("write") {
        let what = format!("The router's user {user} may read, but not write.");
        return Finding::error(Subject::Router, "rights-write", what)
            .why(stakes.lost)
            .on_router(remedy);
    }
    // Older routers have no policy `rest-api`, so it has to be refused in so many words.
    let shut = [
        ("REST", "!rest-api", chosen.rest),
        ("SSH", "!ssh", chosen.ssh),
    ]
    .into_iter()
    .find(|(_, refused, is_used)| *is_used && has(refused));
    if let Some((way, ..)) = shut {
        let what = format!("The router's user {user} may not come by {way}.");
        return Finding::warning(Subject::Router, "rights-way", what)
            .why("The other way serves, and nothing stands in for it when it fails.")
            .on_router(remedy);
    }
    Finding::ok(
        Subject::Router,
        "rights",
        format!("User {user} may read and write."),
    )
}

/// The least that the user's group needs; what a group has besides stays.
fn needed(chosen: &Chosen) -> String {
    let mut needed = String::from("read,write");
    for (is_used, word) in [(chosen.rest, ",rest-api"), (chosen.ssh, ",ssh")] {
        needed.push_str(if is_used { word } else { "" });
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::check::finding::Severity;
    use crate::config::Transport;

    fn judged(policies: Option<&str>, rest: bool, ssh: bool) -> (Severity, &'static str) {
        let text = include_str!("../../../../tests/config/valid.yaml");
        let file = std::path::Path::new("wan1.yaml");
        let config = crate::config::parse(file, text.as_bytes()).expect("valid");
        let chosen = Chosen {
            preferred: Transport::Rest,
            rest,
            ssh,
            warning: None,
        };
        let finding = rights(&config.config.router, &chosen, policies, QUEUES);
        (finding.severity, finding.id)
    }

    #[test]
    fn the_group_says_what_the_user_may() {
        let fine = (Severity::Ok, "rights");
        let watches = (Severity::Error, "rights-write");
        let one_way = (Severity::Warning, "rights-way");
        for (policies, rest, ssh, is) in [
            (Some("read,write,rest-api,!ssh"), true, false, fine),
            (Some("read;write;ssh;!rest-api"), false, true, fine),
            (Some("read,write,api,web"), true, false, fine),
            (Some("read,rest-api,!write"), true, false, watches),
            (Some(""), true, false, watches),
            (Some("read,write,rest-api,!ssh"), true, true, one_way),
            (Some("read,write,!rest-api,ssh"), true, true, one_way),
            (Some("read,!rest-api,write,!ssh"), true, true, one_way),
            (None, true, true, (Severity::Note, "rights")),
        ] {
            assert_eq!(judged(policies, rest, ssh), is, "{policies:?}");
        }
    }
}
