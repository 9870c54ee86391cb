//! Who may use whom, read from the sources: a decision that could look at a socket or a clock would
//! no longer be one that a test can replay.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Quantities that everybody may use.
const QUANTITIES: [&str; 3] = ["units", "time", "direction"];

/// Every room and what it may use besides itself and the quantities. `lib.rs` and `main.rs` are the map
/// and the door.
const ROOMS: [(&str, &[&str]); 20] = [
    ("units", &[]),
    ("time", &[]),
    ("direction", &[]),
    ("control", &[]),
    ("steering", &["control"]),
    ("wire", &[]),
    ("router", &["control", "steering", "wire"]),
    ("status", &["control", "router", "program"]),
    ("program", &["control", "router", "status"]),
    ("autorate", &["control", "router", "program", "status"]),
    (
        "steer",
        &["control", "steering", "router", "program", "status"],
    ),
    (
        "report",
        &[
            "control", "steering", "wire", "router", "program", "status", "autorate", "steer",
        ],
    ),
    (
        "notices",
        &[
            "control", "steering", "router", "program", "status", "steer", "report",
        ],
    ),
    (
        "history",
        &[
            "control", "steering", "router", "program", "status", "steer", "report",
        ],
    ),
    (
        "sim",
        &["control", "wire", "router", "program", "status", "autorate"],
    ),
    (
        "config",
        &[
            "control", "steering", "wire", "router", "program", "status", "autorate", "notices",
            "sim",
        ],
    ),
    (
        "shell",
        &[
            "control", "steering", "wire", "router", "program", "status", "autorate", "report",
            "notices", "history",
        ],
    ),
    ("dashboard", &["history", "shell"]),
    ("manual", &["control", "sim", "config"]),
    (
        "cli",
        &[
            "control",
            "steering",
            "wire",
            "router",
            "program",
            "status",
            "autorate",
            "steer",
            "report",
            "notices",
            "history",
            "sim",
            "config",
            "shell",
            "dashboard",
            "manual",
        ],
    ),
];

/// Rooms whose code is a function of its arguments.
const PURE: [&str; 15] = [
    "units",
    "time",
    "direction",
    "control",
    "steering",
    "wire",
    "router",
    "program",
    "status",
    "autorate",
    "steer",
    "report",
    "notices",
    "sim",
    "manual",
];

/// Where the system begins: no pure room names any of these.
const SYSTEM: [&str; 14] = [
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixDatagram",
    "mio::",
    "socket2::",
    "libc::",
    "rustls::",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "println!",
];

/// Looks at a clock, and waits. Only `shell/` and the stage of the demo may.
const CLOCKS: [&str; 6] = [
    "std::time::Instant",
    "Instant::now",
    "SystemTime",
    "clock_gettime",
    "thread::sleep",
    "park_timeout",
];

/// Code that says of itself that it is not finished; spelled so that this file does not find itself.
const UNFINISHED: [&str; 4] = [
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("#[ig", "nore"),
    concat!("db", "g!("),
];

struct Source {
    /// Relative to the package.
    path: PathBuf,
    text: String,
}

/// One line that is not as it should be.
fn found(violations: &mut String, source: &Source, line: usize, what: &str) {
    let _ = writeln!(violations, "{}:{line}: {what}", source.path.display());
}

fn sources(below: &str) -> Vec<Source> {
    let mut all = Vec::new();
    gather(&Path::new(ROOT).join(below), &mut all);
    all
}

fn gather(folder: &Path, all: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && !path.ends_with("target") {
            gather(&path, all);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let path = path.strip_prefix(ROOT).expect("below").to_owned();
            all.push(Source { path, text });
        }
    }
}

impl Source {
    /// The room a file of `src/` belongs to; `None` for the map and the door.
    fn room(&self) -> Option<String> {
        let inside = self.path.strip_prefix("src").ok()?;
        let room = inside.iter().next()?.to_str()?.trim_end_matches(".rs");
        (!matches!(room, "lib" | "main")).then(|| room.to_owned())
    }

    /// Tests may look over the fence.
    fn is_test(&self) -> bool {
        let path = self.path.to_string_lossy();
        path.contains("tests") || path.contains("double/contract")
    }

    /// Number and code of each line before the tests, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests {");
        let code = &self.text[..tests.unwrap_or(self.text.len())];
        let lines = (1..).zip(code.lines());
        lines.map(|(n, line)| (n, line.find("//").map_or(line, |at| &line[..at])))
    }
}

/// The rooms a line names: `crate::control::…`, `use crate::{time, units::Rate}` on one line, and what
/// stands alone on a line of such a list.
fn named<'l>(line: &'l str, in_list: &mut bool) -> Vec<&'l str> {
    let word = |text: &'l str| {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        &text[..end.unwrap_or(text.len())]
    };
    let mut rooms = Vec::new();
    for (at, path) in line.match_indices("crate::") {
        let before = line[..at].chars().next_back();
        // `$crate::` is a path too; `wanctl_crate::` would be none.
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &line[at + path.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            *in_list = !list.contains('}');
            rooms.extend(list.split(',').map(|item| word(item.trim())));
        } else {
            rooms.push(word(rest));
        }
    }
    if *in_list && !line.contains("crate::") {
        // Only the first level of the list names rooms, and rustfmt indents that by four.
        if line.starts_with("    ") && !line.starts_with("     ") {
            rooms.push(word(line.trim()));
        }
        *in_list = !line.starts_with('}');
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

#[test]
fn every_room_uses_only_the_rooms_below_it() {
    let mut violations = String::new();
    let mut uses = 0;
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let Some(room) = source.room() else { continue };
        let Some((_, below)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            found(
                &mut violations,
                source,
                1,
                "a room that tests/layers.rs does not know",
            );
            continue;
        };
        let mut in_list = false;
        for (n, line) in source.code() {
            for used in named(line, &mut in_list) {
                uses += 1;
                let quantity = QUANTITIES.contains(&used);
                if used != room && !quantity && !below.contains(&used) {
                    let what = format!("{room} uses {used}");
                    found(&mut violations, source, n, &what);
                }
                // A link takes orders; it has no business with the laws.
                let only_orders = line.contains("crate::control::actuator");
                if room == "router" && used == "control" && !only_orders {
                    found(
                        &mut violations,
                        source,
                        n,
                        "router uses more of control than its orders",
                    );
                }
            }
            let supers = line.matches("super::").count();
            let modules = source.path.components().count() - 1;
            let depth = modules - usize::from(source.path.ends_with("mod.rs"));
            if line.starts_with("use super::") && supers >= depth {
                let what = "leaves its room by super::; say crate:: instead";
                found(&mut violations, source, n, what);
            }
        }
    }
    assert!(uses > 200, "the reader found only {uses} uses");
    assert!(violations.is_empty(), "\n{violations}");
}

#[test]
fn a_list_of_rooms_is_read_as_well_as_a_path() {
    let mut list = false;
    assert_eq!(named("use crate::time::Instant;", &mut list), ["time"]);
    assert_eq!(
        named("use crate::{time, shell::clock::Clock};", &mut list),
        ["time", "shell"]
    );
    assert!(!list);
    assert!(named("use crate::{", &mut list).is_empty());
    assert_eq!(named("    control::zone::{", &mut list), ["control"]);
    assert!(named("        Zone,", &mut list).is_empty());
    assert!(named("};", &mut list).is_empty());
    assert!(!list);
    assert!(named("use some_crate::x;", &mut list).is_empty());
}

#[test]
fn the_pure_rooms_touch_nothing_of_the_system() {
    let mut violations = String::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let Some(room) = source.room() else { continue };
        if !PURE.contains(&&*room) {
            continue;
        }
        for (n, line) in source.code() {
            for name in SYSTEM {
                if line.contains(name) {
                    found(&mut violations, source, n, &format!("{room} knows {name}"));
                }
            }
            // Facts come out of the core; sentences are made at the edge, which knows their level.
            if room == "control" && line.contains("log::") {
                found(&mut violations, source, n, "control logs");
            }
        }
    }
    assert!(violations.is_empty(), "\n{violations}");
}

#[test]
fn only_the_shell_and_the_stage_know_what_time_it_is() {
    let mut violations = String::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        if source.path.starts_with("src/shell") || source.path.starts_with("src/cli/stage") {
            continue;
        }
        for (n, line) in source.code() {
            for name in CLOCKS {
                if line.contains(name) {
                    found(&mut violations, source, n, name);
                }
            }
        }
    }
    assert!(violations.is_empty(), "\n{violations}");
}

#[test]
fn nothing_says_of_itself_that_it_is_unfinished() {
    let mut violations = String::new();
    for below in ["src", "tests", "benches", "fuzz"] {
        for source in &sources(below) {
            for (n, line) in (1..).zip(source.text.lines()) {
                for name in UNFINISHED {
                    if line.contains(name) {
                        found(&mut violations, source, n, name);
                    }
                }
            }
        }
    }
    assert!(violations.is_empty(), "\n{violations}");
}
