//! A line's queues: found, chosen, or made by somebody with the commands for it.

use std::fmt::Write as _;
use std::path::Path;

use super::{Given, of_line};
use crate::cli::args::Answers;
use crate::cli::check::visit::{QueueRow, Visit, Word};
use crate::cli::setup::commands::NewQueue;
use crate::cli::setup::files;
use crate::cli::setup::plan::{Line, Router};
use crate::cli::setup::stop::Stop;
use crate::cli::setup::talk::{Next, Question, Talk};
use crate::cli::setup::words::wrapped;
use crate::config::{self, WanConfig};
use crate::direction::{Both, Direction};
use crate::units::Rate;

/// What people call their queues by.
const WORDS: Both<[&str; 3]> = Both {
    down: ["down", "dl", "ingress"],
    up: ["up", "ul", "egress"],
};
/// What ports toward the home and toward the internet are called.
const PORTS: Both<&[&str]> = Both {
    down: &["bridge", "lan", "home"],
    up: &["ether", "wan", "ppp", "sfp", "lte", "vlan"],
};

/// The line with its queues; it comes after the others, of so many.
pub(super) fn queues(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    flags: Option<&Answers>,
    (mut line, others, count): (Line, &[Line], usize),
    router: &Router,
    visit: Option<&mut Visit>,
) -> Result<Line, Stop> {
    let n = others.len();
    let mut rows = visit.as_ref().map_or_else(Vec::new, |visit| visit.queues());
    rows.retain(|row| !others.iter().any(|other| uses(other, &row.name)));
    line.queues = names(talk, given, flags, &line, count, &rows)?;
    let Some(visit) = visit else {
        return Ok(line);
    };
    loop {
        let config = config_of(given, &line, n, router)?;
        let words = visit.judge_queues(&config);
        let errors: Vec<&Word> = words.iter().filter(|word| word.is_error).collect();
        if errors.is_empty() {
            return Ok(line);
        }
        let page = page(talk, &errors, &line, count, visit)?;
        if !talk.is_attended() {
            return Err(Stop::Failed(page.trim().to_owned()));
        }
        talk.show(&page)?;
        match talk.wait()? {
            Next::Skip => return Ok(line),
            Next::Again => {
                // What is wrong with it then is said by the next look.
                if let Err(word) = visit.again() {
                    talk.show(&word.page)?;
                }
            }
        }
    }
}

fn uses(line: &Line, queue: &str) -> bool {
    line.queues.down == queue || line.queues.up == queue
}

fn names(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    flags: Option<&Answers>,
    line: &Line,
    count: usize,
    rows: &[QueueRow],
) -> Result<Both<String>, Stop> {
    let flagged = Both {
        down: of_line(flags, "download-queue"),
        up: of_line(flags, "upload-queue"),
    };
    let all_flagged = flagged.down.is_some() && flagged.up.is_some();
    if talk.is_attended() && !all_flagged {
        talk.show(&table(rows))?;
    }
    let before = given.before.wan(&line.name);
    let mut names = Both::default();
    let mut missing = Vec::new();
    for direction in Direction::BOTH {
        let (flag, words) = match direction {
            Direction::Down => ("download-queue", "Queue for downloads"),
            Direction::Up => ("upload-queue", "Queue for uploads"),
        };
        let known = before.map(|before| before.router.queues[direction].clone());
        let known = known.or_else(|| guess(rows, direction, &line.name));
        let new = new_name(direction, &line.name, count);
        let question = Question::new(flag, words, flagged[direction])
            .known(known.as_deref())
            .likely(Some(&new));
        match talk.ask(question, |text| chosen(text, rows)) {
            Ok(name) => names[direction] = name,
            Err(Stop::Missing(flags)) => missing.extend(flags),
            Err(stop) => return Err(stop),
        }
    }
    if missing.is_empty() && names.down != names.up {
        return Ok(names);
    }
    if missing.is_empty() {
        let sentence = format!("{}: downloads and uploads need a queue each", names.down);
        return Err(Stop::Failed(sentence));
    }
    let there: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    if !there.is_empty() {
        missing.push(format!("(the router has {})", there.join(", ")));
    }
    Err(Stop::Missing(missing))
}

fn table(rows: &[QueueRow]) -> String {
    if rows.is_empty() {
        return "The router's /queue tree is empty. How shall the queues be called?\n".to_owned();
    }
    let mut table = "The router's queues (answer with a number or a name):\n".to_owned();
    let width = rows.iter().map(|row| row.name.chars().count()).max();
    let width = width.unwrap_or(0).min(30);
    for (n, row) in rows.iter().enumerate() {
        let limit = match row.limit {
            Rate::ZERO => "no limit".to_owned(),
            limit => limit.to_string(),
        };
        let _ = writeln!(
            table,
            "  {:>2} {:<width$}  on {}, {}, {limit}",
            n + 1,
            row.name,
            row.parent,
            row.kind
        );
    }
    table
}

/// A number of the table, or a name.
fn chosen(text: &str, rows: &[QueueRow]) -> Result<String, String> {
    let is_name = rows.iter().any(|row| row.name == text);
    let number = text.parse::<usize>().ok().filter(|_| !is_name);
    match number.map(|number| number.checked_sub(1).and_then(|n| rows.get(n))) {
        Some(Some(row)) => Ok(row.name.clone()),
        Some(None) => Err(format!("there is no queue number {text}")),
        None if text.is_empty() || text.chars().any(char::is_control) => {
            Err("a name is needed".to_owned())
        }
        None => Ok(text.to_owned()),
    }
}

/// The queue that is most likely meant: by its name, among these by the line's name; or by its parent.
fn guess(rows: &[QueueRow], direction: Direction, line: &str) -> Option<String> {
    let has = |text: &str, words: &[&str]| {
        let text = text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let by_name: Vec<&QueueRow> = rows
        .iter()
        .filter(|row| named_for(&row.name) == Some(direction))
        .collect();
    let of_line: Vec<&QueueRow> = by_name
        .iter()
        .copied()
        .filter(|row| has(&row.name, &[&line.to_lowercase()]))
        .collect();
    let by_parent: Vec<&QueueRow> = rows
        .iter()
        .filter(|row| has(&row.parent, PORTS[direction]))
        .collect();
    for found in [of_line, by_name, by_parent] {
        match found[..] {
            [row] => return Some(row.name.clone()),
            [] => {}
            // Which of several is meant, only a person knows.
            _ => return None,
        }
    }
    None
}

/// The direction whose word stands last in a name: `Backup-Down` is for downloads.
fn named_for(name: &str) -> Option<Direction> {
    let name = name.to_lowercase();
    let place = |direction: &Direction| {
        let places = WORDS[*direction].iter().map(|word| name.rfind(word));
        places.max().flatten()
    };
    let words = Direction::BOTH.into_iter().filter(|it| place(it).is_some());
    words.max_by_key(place)
}

fn new_name(direction: Direction, line: &str, count: usize) -> String {
    let word = match direction {
        Direction::Down => "Download",
        Direction::Up => "Upload",
    };
    if count == 1 {
        format!("WAN-{word}")
    } else {
        format!("WAN-{word}-{line}")
    }
}

fn config_of(given: Given<'_>, line: &Line, n: usize, router: &Router) -> Result<WanConfig, Stop> {
    let text = files::wan(line.kind.example, n, line, router, given.places)
        .map_err(|error| Stop::Failed(error.to_string()))?;
    let file = given.places.file(&line.name);
    let loaded = config::parse(Path::new(&file), text.as_bytes());
    Ok(loaded.map_err(|report| report.to_string())?.config)
}

/// What is wrong, with the commands of this kind of line for a queue that is missing.
fn page(
    talk: &mut Talk<'_>,
    errors: &[&Word],
    line: &Line,
    count: usize,
    visit: &Visit,
) -> Result<String, Stop> {
    let mut page = String::new();
    let is_missing = |name: &str| visit.queues().iter().all(|row| row.name != name);
    let missing = line.queues.as_ref().map(|name| is_missing(name));
    for word in errors.iter().filter(|word| word.id != "queue-missing") {
        page.push_str(&word.page);
    }
    if !(missing.down || missing.up) {
        return Ok(page);
    }
    let port = port(talk, line, visit)?;
    let names: Vec<&str> = Direction::BOTH
        .into_iter()
        .filter(|&direction| missing[direction])
        .map(|direction| line.queues[direction].as_str())
        .collect();
    page.push_str(&wrapped(&format!(
        "The router has no queue {}. These make what is missing, in its terminal:",
        names.join(" and no queue ")
    )));
    let mark = format!("{}-down", line.name);
    for direction in Direction::BOTH
        .into_iter()
        .filter(|&direction| missing[direction])
    {
        let inner = visit.likely_port(Direction::Down);
        let parent = match direction {
            Direction::Down => &inner,
            Direction::Up => &port,
        };
        let shares = direction == Direction::Down && count > 1;
        let queue = NewQueue {
            name: &line.queues[direction],
            kind: line.kind,
            direction,
            parent,
            ceiling: line.ceilings[direction],
            mark: shares.then_some((&mark, &port)),
            has_type: visit.has_type(&NewQueue::type_name(line.kind, direction)),
        };
        page.push_str(&queue.commands());
    }
    Ok(page)
}

/// The port that leads to the internet.
fn port(talk: &mut Talk<'_>, line: &Line, visit: &Visit) -> Result<String, Stop> {
    let likely = visit.likely_port(Direction::Up);
    let ports = visit.ports();
    if !talk.is_attended() || ports.len() < 2 {
        return Ok(likely);
    }
    talk.say(&format!("The router's ports: {}.", ports.join(", ")))?;
    let words = format!("Which one leads to the internet for {}", line.name);
    let question = Question::new("port", &words, None).known(Some(&likely));
    talk.ask(question, |text| {
        let is_one = ports.iter().any(|port| port == text);
        is_one
            .then(|| text.to_owned())
            .ok_or_else(|| format!("the router has no port {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[(&str, &str)]) -> Vec<QueueRow> {
        let row = |&(name, parent): &(&str, &str)| QueueRow {
            name: name.to_owned(),
            parent: parent.to_owned(),
            kind: "cake".to_owned(),
            limit: Rate::ZERO,
        };
        names.iter().map(row).collect()
    }

    fn guessed(names: &[(&str, &str)], line: &str) -> [Option<String>; 2] {
        Direction::BOTH.map(|direction| guess(&rows(names), direction, line))
    }

    #[test]
    fn queues_are_guessed_by_name_then_line_then_parent() {
        let some = |down: &str, up: &str| [Some(down.to_owned()), Some(up.to_owned())];
        let two = [("WAN-Download", "bridge"), ("WAN-Upload", "ether1")];
        assert_eq!(guessed(&two, "wan1"), some("WAN-Download", "WAN-Upload"));
        let four = [("a-dl", "x"), ("a-ul", "x"), ("b-dl", "x"), ("b-ul", "x")];
        assert_eq!(guessed(&four, "b"), some("b-dl", "b-ul"));
        assert_eq!(guessed(&four, "c"), [None, None], "which line is meant?");
        let mixed = [
            ("WAN-Download", "x"),
            ("WAN-Upload", "x"),
            ("Backup-Down", "x"),
            ("Backup-Up", "x"),
        ];
        assert_eq!(guessed(&mixed, "backup"), some("Backup-Down", "Backup-Up"));
        assert_eq!(guessed(&mixed, "main"), [None, None]);
        let odd = [("queue1", "bridge"), ("queue2", "pppoe-out1")];
        assert_eq!(guessed(&odd, "wan1"), some("queue1", "queue2"));
        assert_eq!(guessed(&[], "wan1"), [None, None]);
    }

    #[test]
    fn a_queue_is_chosen_by_number_or_name() {
        let rows = rows(&[("a", "x"), ("7", "x")]);
        assert_eq!(chosen("1", &rows), Ok("a".to_owned()));
        assert_eq!(
            chosen("7", &rows),
            Ok("7".to_owned()),
            "a name that is a number"
        );
        assert_eq!(chosen("new one", &rows), Ok("new one".to_owned()));
        assert!(chosen("3", &rows).is_err());
        assert!(chosen("", &rows).is_err());
    }
}
