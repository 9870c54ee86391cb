//! All that there is to read, and the files it is installed as.

use std::fmt::Write as _;

use super::document::Document;
use super::roff::{self, Head};
use super::{commands, completions, guides, keys};

/// A file of the installed manual.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InstalledFile {
    /// Below the prefix, `share/man/man1/wanctl.1`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// One thing to read.
struct Reading {
    title: String,
    section: &'static str,
    summary: &'static str,
    /// What `wanctl manual` calls it.
    name: &'static str,
    document: Document,
}

/// What is to be read under a name; `None` if there is none of that name. A guide comes before the command of the
/// same name, which has its `--help`.
pub fn find(name: &str) -> Option<String> {
    let page = commands::find(name).map(super::page::Page::title);
    let mut found = readings();
    found.retain(|it| it.name == name || it.title == name || Some(&it.title) == page.as_ref());
    let section = found.first()?.section;
    found.retain(|it| it.section == section);
    let texts = found.iter().map(|it| {
        let summary = it.summary.replace('`', "");
        let text = it.document.to_text();
        format!("{}({section}) - {summary}\n\n{text}", it.title)
    });
    Some(texts.collect::<Vec<_>>().join("\n"))
}

/// What there is, a line each.
pub fn list() -> String {
    let mut text = String::new();
    for reading in readings() {
        let lead = format!("{:16} ", reading.name);
        text.push_str(&lead);
        super::wrap::fill(
            &mut text,
            &reading.summary.replace('`', ""),
            lead.len(),
            lead.len(),
        );
    }
    let _ = writeln!(text, "\nwanctl manual NAME prints one of them.");
    text
}

/// All files of the manual: man pages, and completions for bash, zsh and fish.
pub fn files() -> Vec<InstalledFile> {
    let all = readings();
    let titles = all.iter().map(|it| format!("{}({})", it.title, it.section));
    let see_also = titles.collect::<Vec<_>>().join(", ");
    let man = all.iter().map(|reading| {
        let Reading {
            title,
            section,
            summary,
            ..
        } = reading;
        let head = Head {
            title,
            section,
            summary,
            see_also: &see_also,
        };
        InstalledFile {
            path: format!("share/man/man{section}/{title}.{section}"),
            text: roff::page(head, &reading.document),
        }
    });
    man.chain(completions::files()).collect()
}

fn readings() -> Vec<Reading> {
    let guides = guides::ALL.iter().map(|guide| Reading {
        title: format!("wanctl-{}", guide.name),
        section: "7",
        summary: guide.summary(),
        name: guide.name,
        document: guide.document(),
    });
    let pages = commands::ALL.iter().map(|page| Reading {
        title: page.title(),
        section: "1",
        summary: page.summary,
        name: page.word().unwrap_or(page.command),
        document: page.document(),
    });
    let keys = keys::KINDS.map(|(kind, title, summary)| Reading {
        title: title.to_owned(),
        section: "5",
        summary,
        name: "config",
        document: keys::document(kind),
    });
    guides.chain(keys).chain(pages).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// Whoever reads a name that the list has finds it, and as a man page of that name.
    #[test]
    fn what_is_listed_can_be_read() {
        let files = files();
        for reading in readings() {
            assert!(find(reading.name).is_some(), "{}", reading.name);
            let path = format!("man{0}/{1}.{0}", reading.section, reading.title);
            assert!(
                files.iter().any(|file| file.path.ends_with(&path)),
                "{path}"
            );
            assert!(list().contains(reading.name));
            assert!(!reading.summary.is_empty() && !reading.document.blocks.is_empty());
        }
        assert_eq!(find("nonsense"), None);
    }

    #[test]
    fn text_for_a_terminal_fits_it() {
        for reading in readings() {
            let text = find(reading.name).expect("it is listed");
            for line in text
                .lines()
                .skip(1)
                .filter(|line| !line.starts_with("    "))
            {
                assert!(line.chars().count() <= 80, "{}: {line}", reading.name);
            }
        }
    }

    #[test]
    fn groff_has_nothing_to_say_against_a_man_page() {
        for file in files()
            .iter()
            .filter(|file| file.path.starts_with("share/man"))
        {
            let started = Command::new("groff")
                // All warnings but that a long name does not fit its line.
                .args(["-man", "-Tutf8", "-ww", "-Wbreak", "-z", "-k"])
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            let Ok(mut groff) = started else {
                println!("skipped: there is no groff here");
                return;
            };
            let mut stdin = groff.stdin.take().expect("piped");
            stdin.write_all(file.text.as_bytes()).expect("it reads");
            drop(stdin);
            let out = groff.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&out.stderr);
            assert!(
                out.status.success() && said.is_empty(),
                "{}: {said}",
                file.path
            );
        }
    }
}
