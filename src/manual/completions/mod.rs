//! What the tab key offers, in bash, zsh and fish.

mod bash;
mod fish;
mod zsh;

use super::commands;
use super::library::InstalledFile;
use super::page::Page;

/// The files, below a prefix.
pub(super) fn files() -> impl Iterator<Item = InstalledFile> {
    // bash looks for a file of the program's name; zsh and fish read in the file for whom it is.
    let bash = programs().map(|program| InstalledFile {
        path: format!("share/bash-completion/completions/{program}"),
        text: bash::script(),
    });
    let others = [
        InstalledFile {
            path: "share/zsh/vendor-completions/_wanctl".into(),
            text: zsh::script(),
        },
        InstalledFile {
            path: "share/fish/vendor_completions.d/wanctl.fish".into(),
            text: fish::script(),
        },
    ];
    bash.chain(others)
}

/// The names the binary is called by.
fn programs() -> impl Iterator<Item = &'static str> {
    let names = commands::ALL.iter().map(|page| page.command);
    names.filter(|name| !name.contains(' '))
}

/// The commands that are offered, each with its word.
fn offered() -> impl Iterator<Item = (&'static Page, &'static str)> {
    let listed = commands::ALL.iter().filter(|page| !page.aside);
    listed.filter_map(|page| Some((*page, page.word()?)))
}

/// The words an operand may be: `help` takes a command, `manual` whatever there is to read.
fn operand_words(page: &Page) -> Vec<&'static str> {
    let commands = offered().map(|(_, word)| word);
    match page.word() {
        Some("help") => commands.collect(),
        Some("manual") => {
            let guides = super::guides::ALL.iter().map(|guide| guide.name);
            guides.chain(["config"]).chain(commands).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
