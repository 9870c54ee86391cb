//! Asks the router about the rule and the queue, and looks for the primary's autorate. Changes nothing.

use super::facts::{Primary, Router};
use crate::cli::check::client::{Client, Failure};
use crate::cli::check::object::Object;
use crate::cli::check::probe::{
    Ask, first_of, objects, policies, policies_by_console, resource, shown, with_names,
};
use crate::cli::steering::assemble;
use crate::config::{self, SteeringConfig};
use crate::router::Failure as Failed;
use crate::shell::clock::Clock;
use crate::shell::feed::once;
use crate::wire::{routeros, routeros_cli};

/// Reads of the counters, as the daemon makes them.
const READS: u32 = 5;

const QUEUES: &str = "/rest/queue/tree";
const RULES: &str = "/rest/ip/firewall/mangle";
const FASTTRACK: &str = "/rest/ip/firewall/filter?action=fasttrack-connection";

/// The same for the console.
mod console {
    pub(super) const RESOURCE: &str = ":put [/system resource print as-value]";
    pub(super) const QUEUES: &str = ":put [/queue tree print detail as-value]";
    pub(super) const FASTTRACK: &str =
        ":put [/ip firewall filter print detail as-value where action=fasttrack-connection]";
}

/// By REST.
pub(super) fn by_rest(config: &SteeringConfig, client: &Client) -> Router {
    let list = |path: &str| client.get(path).map(|answer| answer.objects);
    let mut router = Router {
        shown: shown(&config.router),
        resource: resource(client),
        reads: Vec::new(),
        queues: Ok(Vec::new()),
        rules: Ok(Vec::new()),
        fasttrack: None,
        lists: Vec::new(),
        policies: None,
    };
    if router.resource.is_err() {
        return router;
    }
    router.queues = list(QUEUES).and_then(with_names);
    router.rules = rules(client);
    router.fasttrack = list(FASTTRACK).ok();
    let counters = routeros::counters_path(&config.router.queues.down);
    let reads = (0..READS).map_while(|_| client.get(&counters).ok());
    router.reads = reads.map(|answer| answer.took).collect();
    for name in assemble::lists(config) {
        let entries = list(&routeros::entries_path(&name)).unwrap_or_default();
        let in_effect = |entry: &&Object| entry.shown("list") == name && !entry.is_on("disabled");
        let count = entries.iter().filter(in_effect).count();
        router
            .lists
            .push((name, u32::try_from(count).unwrap_or(u32::MAX)));
    }
    router.policies = policies(&config.router, client);
    router
}

/// All mangle rules.
pub(super) fn rules(client: &Client) -> Result<Vec<Object>, Failure> {
    client
        .get(RULES)
        .and_then(|answer| with_chains(answer.objects))
}

/// By SSH, everything that REST would have been asked.
pub(super) fn by_console(config: &SteeringConfig, ask: Ask<'_>) -> Result<Router, Failed> {
    let list = |line: &str| objects(ask, line);
    let lists = assemble::lists(config).into_iter().map(|name| {
        let said = ask(routeros_cli::count_entries(&name))?;
        let count = routeros_cli::read_count(&said.text).filter(|_| said.status == 0);
        Ok((name, count.unwrap_or(0)))
    });
    Ok(Router {
        shown: None,
        resource: list(console::RESOURCE)?.and_then(first_of),
        reads: Vec::new(),
        queues: list(console::QUEUES)?.and_then(with_names),
        rules: list(&rules_like(&config.comment))?.and_then(with_chains),
        fasttrack: list(console::FASTTRACK)?.ok(),
        lists: lists.collect::<Result<_, Failed>>()?,
        policies: policies_by_console(&config.router, ask)?,
    })
}

/// Just after a boot, any path may answer with another's object (routeros.md 1.7).
fn with_chains(rows: Vec<Object>) -> Result<Vec<Object>, Failure> {
    let all = rows.iter().all(|row| row.text("chain").is_some());
    if all {
        Ok(rows)
    } else {
        Err(Failure::Unreadable)
    }
}

/// An answer has no room for a large firewall: only rules whose comment has our longest word, in capitals
/// or not.
fn rules_like(comment: &str) -> String {
    let words = comment.split(|c: char| !c.is_ascii_alphanumeric());
    let longest = words.max_by_key(|word| word.len()).unwrap_or_default();
    let mut pattern = String::new();
    for c in longest.chars().take(LONGEST_WORD) {
        let (big, small) = (c.to_ascii_uppercase(), c.to_ascii_lowercase());
        pattern.extend(['[', big, small, ']']);
    }
    format!(":put [/ip firewall mangle print detail as-value where comment~\"{pattern}\"]")
}

/// Four characters each in a command of 384.
const LONGEST_WORD: usize = 60;

/// The primary's file, its document and its live word.
pub(super) fn primary(config: &SteeringConfig, clock: Clock) -> Primary {
    let loaded = config::load(&config.topology.primary_config);
    let file = loaded
        .map(|loaded| Box::new(loaded.config))
        .map_err(|report| sentence(&report));
    let params = assemble::feed_of(config, file.as_deref().ok());
    Primary {
        look: once::look(clock, params),
        file,
    }
}

fn sentence(report: &config::Report) -> String {
    let problems: Vec<String> = report.problems().iter().map(ToString::to_string).collect();
    problems.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_asked_for_comments_with_the_longest_word_in_any_case() {
        assert_eq!(
            rules_like("A: Ste-7 x"),
            ":put [/ip firewall mangle print detail as-value where comment~\"[Ss][Tt][Ee]\"]"
        );
        let longest = rules_like(&"x".repeat(128));
        assert!(
            longest.len() <= routeros_cli::MAX_COMMAND,
            "{}",
            longest.len()
        );
    }
}
