//! For zsh.

use std::fmt::Write as _;

use super::{offered, operand_words, programs};
use crate::manual::page::{Kind, Opt, Page};

pub(super) fn script() -> String {
    let programs = programs().collect::<Vec<_>>().join(" ");
    let mut out = format!(
        "#compdef {programs}\n# What the tab key offers for wanctl in zsh; written by `wanctl manual --write`.\n\n\
         _wanctl() {{\n    local -a commands\n    local curcontext=$curcontext state line\n    commands=(\n"
    );
    for (page, word) in offered() {
        let _ = writeln!(
            out,
            "        '{word}:{}'",
            quoted(page.summary).replace(':', "\\:")
        );
    }
    out.push_str("    )\n    case $service in\n");
    for page in super::commands::ALL {
        match page.word() {
            Some(word) if !page.command.contains(' ') => {
                let _ = writeln!(out, "        {}) _wanctl_{word}; return ;;", page.command);
            }
            _ => {}
        }
    }
    out.push_str("    esac\n    _arguments -C \\\n");
    for option in super::commands::RUN.options {
        let _ = writeln!(out, "        {} \\", argument(option));
    }
    out.push_str(
        "        '1:command:->command' '*::argument:->argument'\n    case $state in\n        \
         command) _describe command commands; _files ;;\n        \
         argument)\n            case $words[1] in\n",
    );
    for (_, word) in offered() {
        let _ = writeln!(out, "                {word}) _wanctl_{word} ;;");
    }
    out.push_str("                *) _files ;;\n            esac ;;\n    esac\n}\n\n");
    for (page, word) in offered() {
        command(&mut out, page, word);
    }
    out.push_str("_wanctl \"$@\"\n");
    out
}

fn command(out: &mut String, page: &Page, word: &str) {
    let mut arguments: Vec<String> = page.options.iter().map(argument).collect();
    let several = |option: &Opt| matches!(option.value, Some((_, Kind::Files)));
    let words = operand_words(page).join(" ");
    match page.operands.first() {
        Some(operand) => {
            let action = if words.is_empty() {
                " ".into()
            } else {
                format!("({words})")
            };
            arguments.push(format!("'1:{}:{action}'", quoted_message(operand.name)));
        }
        None if page.options.iter().any(several) => arguments.push("'*:file:_files'".to_owned()),
        None => {}
    }
    let arguments = arguments.join(" \\\n        ");
    let _ = writeln!(
        out,
        "_wanctl_{word}() {{\n    _arguments \\\n        {arguments}\n}}\n"
    );
}

/// An option, as `_arguments` wants it.
fn argument(option: &Opt) -> String {
    let name = option.name;
    let text = quoted(option.text).replace('[', "\\[").replace(']', "\\]");
    let Some((value, kind)) = option.value else {
        return match option.letter {
            Some(letter) => format!("'(-{letter} --{name})'{{-{letter},--{name}}}'[{text}]'"),
            None => format!("'--{name}[{text}]'"),
        };
    };
    let action = match kind {
        Kind::Free => " ".to_owned(),
        Kind::File | Kind::Files => "_files".to_owned(),
        Kind::Folder => "_files -/".to_owned(),
        Kind::Word(words) => format!("({})", words.join(" ")),
        Kind::Words(words) => format!("_sequence compadd - {}", words.join(" ")),
        Kind::WordOrFile(words) => {
            format!("{{compadd {}; _files}}", words.join(" "))
        }
    };
    format!("'*--{name}[{text}]:{}:{action}'", quoted_message(value))
}

/// Inside single quotes.
fn quoted(text: &str) -> String {
    text.replace('\'', "'\\''").replace('`', "")
}

/// A message, in which a colon would end it.
fn quoted_message(text: &str) -> String {
    quoted(text).replace(':', "\\:").replace(['[', ']'], "")
}
