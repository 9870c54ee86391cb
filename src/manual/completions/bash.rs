//! For bash.

use std::fmt::Write as _;

use super::{offered, operand_words, programs};
use crate::manual::page::{Kind, Page};

const HEAD: &str = r#"# What the tab key offers for wanctl in bash; written by `wanctl manual --write`.

_wanctl() {
    local word=${COMP_WORDS[COMP_CWORD]} page=${COMP_WORDS[0]##*/} option='' near='' i
    COMPREPLY=()
    if [[ $page == wanctl && $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]]; then
        page="wanctl ${COMP_WORDS[1]}"
    fi
    for ((i = COMP_CWORD - 1; i > 0; i--)); do
        if [[ ${COMP_WORDS[i]} == -* ]]; then
            option=${COMP_WORDS[i]}
            ((i == COMP_CWORD - 1)) && near=near
            break
        fi
    done
    if [[ $word != -* ]]; then
        case "$page $option $near" in
"#;
const TAIL: &str = r#"}

_wanctl_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

# Words with commas between them: what is before the last comma stays.
_wanctl_list() {
    local before=${word%"${word##*,}"}
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${word##*,}")
    compopt -o nospace
}

_wanctl_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}

"#;

pub(super) fn script() -> String {
    let mut out = HEAD.to_owned();
    for page in super::commands::ALL {
        values(&mut out, page);
    }
    out.push_str("        esac\n    fi\n    case $page in\n");
    for page in super::commands::ALL {
        let mut words = Vec::new();
        if page.word().is_none() {
            words.extend(offered().map(|(_, word)| word.to_owned()));
        }
        words.extend(operand_words(page).into_iter().map(str::to_owned));
        words.extend(
            page.options
                .iter()
                .map(|option| format!("--{}", option.name)),
        );
        let names = names(page, "", "").join(" | ");
        let _ = writeln!(
            out,
            "        {names}) _wanctl_words '{}' ;;",
            words.join(" ")
        );
    }
    out.push_str("    esac\n");
    out.push_str(TAIL);
    let programs = programs().collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "complete -F _wanctl {programs}");
    out
}

/// What follows the options of a page that have a value.
fn values(out: &mut String, page: &Page) {
    for option in page.options {
        let Some((_, kind)) = option.value else {
            continue;
        };
        let what = match kind {
            Kind::Free => String::new(),
            Kind::File | Kind::Files => "_wanctl_files -f".into(),
            Kind::Folder => "_wanctl_files -d".into(),
            Kind::Word(words) => format!("_wanctl_words '{}'", words.join(" ")),
            Kind::Words(words) => format!("_wanctl_list '{}'", words.join(" ")),
            Kind::WordOrFile(words) => format!(
                "_wanctl_files -f; mapfile -t -O ${{#COMPREPLY[@]}} COMPREPLY < <(compgen -W '{}' -- \"$word\")",
                words.join(" ")
            ),
        };
        // More than one value may follow only where several files do.
        let near = if kind == Kind::Files { "" } else { "near" };
        let patterns = names(
            page,
            &format!(" --{} {near}", option.name),
            if near.is_empty() { "*" } else { "" },
        );
        let patterns = patterns.join(" | ");
        let separator = if what.is_empty() { "" } else { "; " };
        let _ = writeln!(out, "            {patterns}) {what}{separator}return ;;");
    }
}

/// How a page is called: a program of its own has two names.
fn names(page: &Page, rest: &str, open: &str) -> Vec<String> {
    let mut names = vec![format!("'{}{rest}'{open}", page.command)];
    if let (Some(word), false) = (page.word(), page.command.contains(' ')) {
        names.push(format!("'wanctl {word}{rest}'{open}"));
    }
    names
}
