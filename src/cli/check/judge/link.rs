//! The way to the router: reachable, trusted, allowed, quick.

use super::{ms, quoted, spread};
use crate::cli::check::client::Failure;
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::fingerprint::{hex, portrait};
use crate::cli::secret::{self, Weakness};
use crate::config::{RouterConfig, Scheme};
use crate::shell::certificate::Shown;
use crate::time::Duration;

/// REST on real routers: 20 ms on average, 55 ms in the 95th percentile (routeros.md 1.7).
const SLOW: Duration = Duration::from_millis(200);

/// Whether the password is safe on its way.
pub(in crate::cli::check) fn trust(
    config: &RouterConfig,
    shown: Option<&Shown>,
) -> Option<Finding> {
    let at = |id, what: &str| Some(Finding::warning(Subject::Router, id, what));
    match secret::on_the_way(config)? {
        Weakness::Plain => {
            let what = "Nothing protects the router's password: plain http sends it readable across the \
                        network.";
            let finding = at("password-plain", what)?
                .why("Whoever sees one request is the router's user from then on.");
            Some(served(finding).in_file("router:\n  scheme: https\n  port: 443"))
        }
        _ => Some(pin(
            at(
                "password-unchecked",
                "Nothing protects the router's password from somebody who answers in the router's place: \
                 the certificate is not checked.",
            )?
            .why("It takes one device in the local network that claims the router's address."),
            shown,
        )),
    }
}

/// Advises to pin what the router shows.
fn pin(finding: Finding, shown: Option<&Shown>) -> Finding {
    match shown {
        Some(shown) => finding
            .advice(format!(
                "The router shows: {}. If `/certificate print detail` on the router has the same \
                 fingerprint, believe nobody else:",
                portrait(shown)
            ))
            .in_file(format!("router:\n  tls_fingerprint: \"{}\"", hex(shown))),
        None => {
            finding.advice("`wanctl fingerprint HOST` prints the line that pins the certificate.")
        }
    }
}

/// Why nothing more could be asked.
pub(in crate::cli::check) fn failure(
    config: &RouterConfig,
    shown: Option<&Shown>,
    failure: &Failure,
) -> Finding {
    let address = format!("{}:{}", config.host, config.port);
    match failure {
        Failure::NoAddress | Failure::Unreachable(_) | Failure::TimedOut => {
            not_reached(config, &address, failure)
        }
        Failure::Untrusted(why) => untrusted(config, shown, &address, why),
        Failure::Status(401, _) => login(config),
        Failure::Status(_, words) if words.contains("not enough permissions") => {
            let what = "may not read what wanctl must read";
            rights_missing(config, "rights-read", what, words)
        }
        Failure::Status(status, words) => refuses(*status, words),
        // With TLS nobody can tell whether it was the handshake that was broken off.
        Failure::Ended if config.scheme == Scheme::Https => {
            garbled(config, &address, "it ends each connection")
        }
        Failure::Ended => ended(&address),
        Failure::Garbled(why) => garbled(config, &address, why),
        Failure::Unreadable => {
            let what = format!("{address} answers, but not as RouterOS does.");
            Finding::error(Subject::Router, "router-no-rest", what)
                .why("Another web server, or a RouterOS that is still starting.")
                .on_router("/ip service print detail where name~\"www\"")
        }
    }
}

fn refuses(status: u16, words: &str) -> Finding {
    let what = format!("The router answers with status {status}: {words}.");
    let finding = Finding::error(Subject::Router, "router-refuses", what);
    match status {
        // How a router answers whose REST is off nobody has written down.
        403 | 404 => finding
            .why("REST is part of RouterOS 7 and can be switched off since 7.21.")
            .on_router("/ip service webserver set rest-plain=yes rest-secure=yes"),
        500.. => finding
            .why("A router that is starting or has no room for more; if it lasts, its own words and its log say why.")
            .on_router("/system resource print"),
        _ => finding
            .why("What answers there understands HTTP, but not what RouterOS 7 understands.")
            .on_router("/ip service print detail where name~\"www\""),
    }
}

/// Twice, over http.
fn ended(address: &str) -> Finding {
    let what = format!("{address} ends each connection without an answer.");
    Finding::error(Subject::Router, "router-hangs-up", what)
        .why(
            "A router that is starting, which passes; all of the service's max-sessions taken; an address= \
             that does not include this machine; or a port for https. See which it is, and who is there:",
        )
        .on_router("/ip service print detail where name~\"www\"")
        .on_router("/user active print")
}

fn garbled(config: &RouterConfig, address: &str, why: &str) -> Finding {
    let what = format!("What answers at {address} is not the router's REST: {why}.");
    let finding = Finding::error(Subject::Router, "router-no-rest", what);
    let services = "/ip service print detail where name~\"www\"";
    match config.scheme {
        Scheme::Http => finding
            .why("The port may be one for https, or another service's. See which it is, and let router.port and router.scheme say so:")
            .on_router(services),
        Scheme::Https => served(
            finding
                .why(
                    "The port may be one for http, or another service's; or www-ssl has no certificate, \
                     and breaks off each handshake; or its max-sessions are all taken, its address= \
                     leaves this machine out, or the router is starting. See which it is, and give it a \
                     certificate if it has none:",
                )
                .on_router(services),
        ),
    }
}

/// Makes the router speak TLS.
fn served(finding: Finding) -> Finding {
    finding
        .on_router(
            "/certificate add name=wanctl common-name=router days-valid=3650 \
             key-usage=digital-signature,key-encipherment,tls-server",
        )
        .on_router("/certificate sign wanctl")
        .on_router("/ip service set www-ssl certificate=wanctl disabled=no")
}

fn not_reached(config: &RouterConfig, address: &str, failure: &Failure) -> Finding {
    let error = |id, what: String| Finding::error(Subject::Router, id, what);
    let service = match config.scheme {
        Scheme::Http => "www",
        Scheme::Https => "www-ssl",
    };
    let serve = format!("/ip service set {service} disabled=no port={}", config.port);
    match failure {
        Failure::Unreachable(why) => error(
            "router-unreachable",
            format!("Nobody answers at {address}: {why}."),
        )
        .why("Until somebody does, the router stays as it is.")
        .on_router(serve)
        .advice("Look at router.host, router.port and the router's input firewall, too."),
        Failure::TimedOut => error(
            "router-silent",
            format!("{address} does not answer in time."),
        )
        .why("A firewall that drops, or a router too busy to answer.")
        .on_router(serve)
        .on_router("/tool profile duration=10s"),
        _ => {
            let what = format!("The router's name {} has no address.", config.host);
            error("router-no-address", what)
                .why("The daemon asks again and again, but cannot control until there is one.")
                .advice("Write the router's address into router.host; names need a working DNS.")
        }
    }
}

fn untrusted(config: &RouterConfig, shown: Option<&Shown>, address: &str, why: &str) -> Finding {
    let pinned = config.tls_fingerprint.is_some();
    let id = if pinned {
        "router-pin"
    } else {
        "router-untrusted"
    };
    let what = format!("The certificate of {address} is not trusted: {why}.");
    let reason = if pinned {
        "Either the certificate was renewed, or somebody answers in the router's place. The password was \
         not sent."
    } else {
        "RouterOS makes its certificates itself, and no authority vouches for them; a pinned fingerprint \
         is what fits. The password was not sent."
    };
    pin(Finding::error(Subject::Router, id, what).why(reason), shown)
}

fn login(config: &RouterConfig) -> Finding {
    let user = &config.user;
    let what = format!("The router does not let user {user} in with this password.");
    Finding::error(Subject::Router, "router-login", what)
        .why(
            "A wrong name or password; or the user's address= does not include this machine, which \
             looks the same.",
        )
        .on_router(format!("/user print detail where name={}", quoted(user)))
        .on_router(format!(
            "/user set [find name={}] password=\"<what the file says>\"",
            quoted(user)
        ))
}

/// The user's group lacks a policy.
pub(in crate::cli::check) fn rights_missing(
    config: &RouterConfig,
    id: &'static str,
    what: &str,
    words: &str,
) -> Finding {
    let user = &config.user;
    let what = format!("The router's user {user} {what}: {words}.");
    Finding::error(Subject::Router, id, what)
        .why("wanctl reads and writes /queue tree, steering /ip firewall mangle; the group needs read, write and \
             rest-api.")
        .on_router(format!(
            "/user group set [/user get [find name={}] group] policy=read,write,rest-api",
            quoted(user)
        ))
}

/// How long reads take.
pub(in crate::cli::check) fn latency(reads: &[Duration]) -> Finding {
    let [min, median, max] = spread(reads);
    let what = format!(
        "REST answers in {} ({} to {} in {} reads).",
        ms(median),
        ms(min),
        ms(max),
        reads.len()
    );
    if median > SLOW {
        Finding::warning(Subject::Router, "router-slow", what)
            .why("Whatever wanctl writes takes effect that much later; 20 ms are usual.")
            .on_router("/tool profile duration=10s")
    } else {
        Finding::ok(Subject::Router, "router-latency", what)
    }
}
