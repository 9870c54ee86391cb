//! The queue types: is it CAKE, and with options that help.

use super::queue::Seen;
use super::quoted;
use crate::cli::check::finding::{Finding, Place, Step};
use crate::cli::check::object::{Object, named};
use crate::direction::Direction;
use crate::units::Rate;

const CAKE: &str = "cake";

/// About the type that will be in force once wanctl has written.
pub(super) fn cake(seen: &Seen<'_>, queue: &Object) -> Vec<Finding> {
    let mut findings = Vec::new();
    let wanted = seen.config.router.queue_types[seen.direction].as_deref();
    let wanted_type = wanted.and_then(|name| named(seen.types, name));
    let own_type = named(seen.types, queue.shown("queue"));
    if let (Some(name), None) = (wanted, wanted_type) {
        findings.push(no_such_type(seen, name, own_type));
    }
    let Some(kind) = wanted_type.or(own_type) else {
        return findings;
    };
    if kind.shown("kind") == CAKE {
        findings.extend(options(seen, kind));
    } else {
        findings.push(not_cake(seen, kind));
    }
    findings
}

/// W-14: the type is set together with the rate.
fn no_such_type(seen: &Seen<'_>, name: &str, own: Option<&Object>) -> Finding {
    let direction = seen.direction;
    let what =
        format!("The router has no queue type {name}, which router.queue_types.{direction} names.");
    let finding = Finding::warning(seen.subject(), "queue-type-missing", what).why(
        "wanctl sets the type together with the rate; the first write would be refused. (Where the file \
         has no such key, v1.7's default is meant.)",
    );
    match own {
        Some(own) if own.shown("kind") == CAKE => finding
            .advice(format!(
                "The queue has {} already, which is CAKE. Let it be:",
                own.shown("name")
            ))
            .in_file(format!("router:\n  queue_types:\n    {direction}: leave")),
        _ => finding.on_router(format!("/queue type add name={} kind=cake", quoted(name))),
    }
}

fn not_cake(seen: &Seen<'_>, kind: &Object) -> Finding {
    let what = format!(
        "{} uses the queue type {}, which is {} and not CAKE.",
        seen.name(),
        kind.shown("name"),
        kind.text("kind").unwrap_or("of no known kind")
    );
    let (create, better) = type_to_use(seen);
    let mut finding = if matches!(kind.shown("kind"), "fq-codel" | "codel") {
        Finding::warning(seen.subject(), "queue-kind", what).why(
            "It keeps delays short, but does not share the line fairly among the home's devices.",
        )
    } else {
        Finding::error(seen.subject(), "queue-kind", what).why(
            "Whatever the limit, packets wait in a plain queue behind the largest download: that is the \
             delay you want to be rid of.",
        )
    };
    finding.fix.extend(create);
    finding.on_router(seen.set(&format!("queue={}", quoted(&better))))
}

fn options(seen: &Seen<'_>, kind: &Object) -> Vec<Finding> {
    let name = kind.shown("name");
    let set = |change: &str| format!("/queue type set [find name={}] {change}", quoted(name));
    let warn = |id, what: String| Finding::warning(seen.subject(), id, what);
    let mut findings = Vec::new();
    if seen.direction == Direction::Down && kind.is_on("cake-nat") {
        let what = format!("The queue type {name} has cake-nat on, and it serves downloads.");
        let why = "On RouterOS that was measured to cost 190 to 870 ms of delay, against 0 to 3 ms without; \
                   uploads are not affected.";
        findings.push(
            warn("cake-nat", what)
                .why(why)
                .on_router(set("cake-nat=no")),
        );
    }
    if kind
        .rate("cake-bandwidth")
        .is_some_and(|rate| rate > Rate::ZERO)
    {
        let what = format!(
            "The queue type {name} has cake-bandwidth {}.",
            kind.shown("cake-bandwidth")
        );
        let why = "Below a queue tree, max-limit is what shapes, and what wanctl moves. A second shaper in \
                   series is ignored at best, and caps the line unseen at worst.";
        let finding = warn("cake-bandwidth", what).why(why);
        findings.push(finding.on_router(set("cake-bandwidth=0")));
    }
    if kind.is_on("cake-autorate-ingress") {
        let what = format!("The queue type {name} has cake-autorate-ingress on.");
        let why = "CAKE would guess the line's rate by itself, against wanctl.";
        let finding = warn("cake-autorate", what).why(why);
        findings.push(finding.on_router(set("cake-autorate-ingress=no")));
    }
    findings
}

/// The CAKE type a queue should have, and the step that makes it if the router has none.
pub(super) fn type_to_use(seen: &Seen<'_>) -> (Option<Step>, String) {
    let cakes = || seen.types.iter().filter(|kind| kind.shown("kind") == CAKE);
    let wanted = seen.config.router.queue_types[seen.direction].as_deref();
    let word = match seen.direction {
        Direction::Down => "down",
        Direction::Up => "up",
    };
    let found = cakes()
        .find(|kind| Some(kind.shown("name")) == wanted)
        .or_else(|| cakes().find(|kind| kind.shown("name").contains(word)))
        .or_else(|| cakes().next());
    if let Some(kind) = found {
        return (None, kind.shown("name").to_owned());
    }
    // A name that is taken by something else would be refused.
    let free = wanted.filter(|name| named(seen.types, name).is_none());
    let name = free.map_or_else(|| format!("cake-{word}"), str::to_owned);
    let create = Step {
        place: Place::Router,
        text: format!("/queue type add name={} kind=cake", quoted(&name)),
    };
    (Some(create), name)
}
