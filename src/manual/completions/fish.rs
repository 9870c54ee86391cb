//! For fish.

use std::fmt::Write as _;

use super::{offered, operand_words};
use crate::manual::page::{Kind, Opt, Page};

pub(super) fn script() -> String {
    let mut out = String::from(
        "# What the tab key offers for wanctl in fish; written by `wanctl manual --write`.\n\n\
         complete -c wanctl -f\n",
    );
    for (page, word) in offered() {
        let _ = writeln!(
            out,
            "complete -c wanctl -n __fish_use_subcommand -a {word} -d '{}'",
            quoted(page.summary)
        );
    }
    for page in super::commands::ALL.iter().filter(|page| !page.aside) {
        let condition = match page.word() {
            Some(word) => format!("'__fish_seen_subcommand_from {word}'"),
            None => "__fish_use_subcommand".to_owned(),
        };
        command(&mut out, page, &format!("-c wanctl -n {condition}"));
        if let (Some(_), false) = (page.word(), page.command.contains(' ')) {
            let _ = writeln!(out, "complete -c {} -f", page.command);
            command(&mut out, page, &format!("-c {}", page.command));
        }
    }
    out
}

fn command(out: &mut String, page: &Page, whose: &str) {
    let words = operand_words(page);
    if !words.is_empty() {
        let _ = writeln!(out, "complete {whose} -a '{}'", words.join(" "));
    }
    for option in page.options {
        let letter = option
            .letter
            .map_or(String::new(), |letter| format!(" -s {letter}"));
        let _ = writeln!(
            out,
            "complete {whose} -l {}{letter}{} -d '{}'",
            option.name,
            value(option),
            quoted(option.text)
        );
    }
}

fn value(option: &Opt) -> String {
    match option.value.map(|(_, kind)| kind) {
        None => String::new(),
        Some(Kind::Free) => " -x".to_owned(),
        Some(Kind::File | Kind::Files) => " -r -F".to_owned(),
        Some(Kind::Folder) => " -x -a '(__fish_complete_directories)'".to_owned(),
        Some(Kind::Word(words)) => format!(" -x -a '{}'", words.join(" ")),
        Some(Kind::Words(words)) => {
            format!(" -x -a '(__fish_append , {})'", words.join(" "))
        }
        Some(Kind::WordOrFile(words)) => format!(" -r -F -a '{}'", words.join(" ")),
    }
}

/// Inside single quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\'', "\\'")
        .replace('`', "")
}
