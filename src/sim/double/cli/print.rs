//! `print` for people: numbered rows with their flags, comments on a line of their own, lines wrapped
//! and padded. One object is a column of right-aligned names.

use crate::sim::double::menu::Menu;
use crate::sim::double::record::Record;
use crate::sim::double::table::{COUNTERS, size};

/// A console without a terminal is this wide (captures wrap here; an exec may not: both are known).
const WIDTH: usize = 80;

const TREE_STATS: &[&str] = &[
    "name",
    "parent",
    "packet-mark",
    "rate",
    "packet-rate",
    "queued-bytes",
    "queued-packets",
    "bytes",
    "packets",
    "dropped",
];
const TREE: &[&str] = &[
    "name",
    "parent",
    "packet-mark",
    "limit-at",
    "queue",
    "priority",
    "max-limit",
    "burst-limit",
    "burst-threshold",
    "burst-time",
    "bucket-size",
];
const RULE_STATS: &[&str] = &["chain", "action", "bytes", "packets"];
/// As `print` begins; every other matcher follows in alphabetical order.
const RULE: &[&str] = &["chain", "action", "new-routing-mark", "passthrough"];
const RESOURCE: &[&str] = &[
    "uptime",
    "version",
    "build-time",
    "factory-software",
    "free-memory",
    "total-memory",
    "cpu",
    "cpu-count",
    "cpu-frequency",
    "cpu-load",
    "free-hdd-space",
    "total-hdd-space",
    "write-sect-since-reboot",
    "write-sect-total",
    "bad-blocks",
    "architecture-name",
    "board-name",
    "platform",
];

/// What identifies a row among its counters.
const IDENTITY: [&str; 8] = [
    ".id",
    "action",
    "chain",
    "comment",
    "name",
    "packet-mark",
    "parent",
    "target",
];

/// Whether `print as-value` has this property: counters only with `stats`, the rest only without.
pub(super) fn is_in_as_value(menu: Menu, stats: bool, name: &str) -> bool {
    let counter = is_counter(menu, name);
    if stats {
        counter || IDENTITY.contains(&name)
    } else {
        !counter
    }
}

fn is_counter(menu: Menu, name: &str) -> bool {
    match menu {
        Menu::Interface => name.starts_with("rx-") || name.starts_with("tx-"),
        _ if !menu.is_list() => false,
        _ => COUNTERS.contains(&name),
    }
}

/// The whole text of a `print`.
pub(super) fn rows(menu: Menu, stats: bool, rows: &[(usize, Record)]) -> String {
    if !menu.is_list() {
        return rows.iter().map(|(_, row)| object(menu, row)).collect();
    }
    let flags = flags(menu);
    let words: Vec<_> = flags
        .iter()
        .map(|(sign, _, word)| format!("{sign} - {word}"))
        .collect();
    let mut text = if words.is_empty() {
        String::new()
    } else {
        format!("Flags: {} \r\n", words.join(", "))
    };
    let rows: Vec<String> = rows
        .iter()
        .map(|(n, row)| item(menu, stats, *n, row))
        .collect();
    text.push_str(&rows.join("\r\n"));
    text
}

/// A menu's flags: sign, property, word.
fn flags(menu: Menu) -> &'static [(char, &'static str, &'static str)] {
    match menu {
        Menu::QueueTree | Menu::Service => {
            &[('X', "disabled", "disabled"), ('I', "invalid", "invalid")]
        }
        Menu::QueueType => &[('*', "default", "default")],
        Menu::User => &[('E', "expired", "expired"), ('X', "disabled", "disabled")],
        Menu::UserGroup => &[],
        Menu::UserActive => &[('R', "radius", "radius")],
        Menu::Certificate => &[
            ('K', "private-key", "private-key"),
            ('T', "trusted", "trusted"),
        ],
        Menu::Interface => &[
            ('D', "dynamic", "dynamic"),
            ('X', "disabled", "disabled"),
            ('R', "running", "running"),
        ],
        Menu::AddressList => &[('X', "disabled", "disabled"), ('D', "dynamic", "dynamic")],
        _ => &[
            ('X', "disabled", "disabled"),
            ('I', "invalid", "invalid"),
            ('D', "dynamic", "dynamic"),
        ],
    }
}

/// ` 0 X  ;;; comment`, then the properties.
fn item(menu: Menu, stats: bool, number: usize, row: &Record) -> String {
    let flags = flags(menu);
    let signs = flags.iter().filter(|(_, name, _)| row.is_on(name));
    let signs: String = signs.map(|(sign, _, _)| *sign).collect();
    let mut line = format!("{number:>2} {signs:<width$}", width = flags.len());
    let indent = line.len();
    let mut text = String::new();
    if let Some(comment) = row.value("comment") {
        text.extend([&*line, ";;; ", comment, "\r\n"]);
        line = " ".repeat(indent);
    }
    for name in shown(menu, stats, row) {
        let word = word(name, row.value(name).unwrap_or_default());
        if line.len() > indent && line.len() + word.len() >= WIDTH {
            text.extend([&*line, "\r\n"]);
            line = " ".repeat(indent);
        }
        line.push_str(&word);
        line.push(' ');
    }
    text.extend([&*line, "\r\n"]);
    text
}

/// Which properties a row shows, in RouterOS's order.
fn shown(menu: Menu, stats: bool, row: &Record) -> Vec<&str> {
    let flags = flags(menu);
    let hidden = |name: &str| {
        name == ".id" || name == "comment" || flags.iter().any(|(_, flag, _)| *flag == name)
    };
    let first = match (menu, stats) {
        (Menu::QueueTree, true) => TREE_STATS,
        (Menu::QueueTree, false) => TREE,
        (Menu::Filter | Menu::Mangle, true) => RULE_STATS,
        (Menu::Filter | Menu::Mangle, false) => RULE,
        (Menu::Service | Menu::User | Menu::UserGroup | Menu::Certificate, _) => &["name"],
        _ => &[],
    };
    let mut names: Vec<&str> = first.to_vec();
    names.retain(|name| row.value(name).is_some());
    if menu == Menu::QueueTree || (matches!(menu, Menu::Filter | Menu::Mangle) && stats) {
        return names;
    }
    let rest = row.properties().map(|(name, _)| name);
    let rest = rest.filter(|name| !hidden(name) && !first.contains(name));
    names.extend(rest.filter(|name| is_counter(menu, name) == stats || *name == "name"));
    names
}

fn word(name: &str, value: &str) -> String {
    let rate = matches!(
        name,
        "max-limit" | "limit-at" | "burst-limit" | "burst-threshold"
    );
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:/,*".contains(c);
    if name == "name" || value.is_empty() || !value.chars().all(is_plain) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{name}=\"{escaped}\"")
    } else if rate {
        format!("{name}={}", with_suffix(value))
    } else {
        format!("{name}={value}")
    }
}

/// `800000000` is `800M` for people, if nothing is lost by it.
fn with_suffix(digits: &str) -> String {
    let whole = |number: u64, unit: u64| number >= unit && number.is_multiple_of(unit);
    match size(digits) {
        Some(number) if whole(number, 1_000_000_000) => format!("{}G", number / 1_000_000_000),
        Some(number) if whole(number, 1_000_000) => format!("{}M", number / 1_000_000),
        Some(number) if whole(number, 1_000) => format!("{}k", number / 1_000),
        _ => digits.to_owned(),
    }
}

/// One object: names flushed right, and units for people.
fn object(menu: Menu, row: &Record) -> String {
    let all: Vec<&str> = row.properties().map(|(name, _)| name).collect();
    let names = match menu {
        Menu::Resource => RESOURCE,
        _ => &all,
    };
    let width = names
        .iter()
        .map(|name| name.len())
        .max()
        .unwrap_or_default()
        + 2;
    let lines = names.iter().map(|name| {
        let value = with_unit(name, row.value(name).unwrap_or_default());
        format!("{name:>width$}: {value}\r\n")
    });
    lines.collect()
}

fn with_unit(name: &str, value: &str) -> String {
    const MEBI: u64 = 1 << 20;
    match (name, value.parse::<u64>()) {
        ("cpu-load" | "bad-blocks", Ok(percent)) => format!("{percent}%"),
        ("cpu-frequency", Ok(mhz)) => format!("{mhz}MHz"),
        (name, Ok(bytes)) if name.ends_with("-memory") || name.ends_with("-space") => {
            format!("{}.{}MiB", bytes / MEBI, bytes % MEBI * 10 / MEBI)
        }
        _ => value.to_owned(),
    }
}
