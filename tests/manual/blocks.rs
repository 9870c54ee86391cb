//! The code blocks of everything that people read, in its source form.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::root;

/// One block.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// Where it stands, for messages: `README.md:36`.
    pub(crate) place: String,
    /// `console`, `yaml`, `routeros`, `text`.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// README, SECURITY, what lies beside configs and scripts, and the guides.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut files = vec![root("README.md"), root("SECURITY.md")];
    for folder in ["configs", "scripts", "src/manual/guides"] {
        gather(&root(folder), &mut files);
    }
    files.sort();
    files
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        // Results are reports of what was run, and not for others to type.
        if path.is_dir() && !path.ends_with("results") {
            gather(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "md") {
            files.push(path);
        }
    }
}

/// All blocks of all files.
pub(crate) fn all() -> Vec<Code> {
    files().iter().flat_map(|file| of(file)).collect()
}

fn of(file: &Path) -> Vec<Code> {
    let source = fs::read_to_string(file).expect("UTF-8");
    let name = file.strip_prefix(root("")).expect("below").display();
    let (mut blocks, mut open) = (Vec::new(), None);
    for (event, range) in Parser::new(&source).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let line = source[..range.start].lines().count() + 1;
                open = Some(Code {
                    place: format!("{name}:{line}"),
                    language: language.into_string(),
                    text: String::new(),
                });
            }
            Event::Text(text) => {
                if let Some(code) = &mut open {
                    code.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// A command of a `console` block: who types it, and what, continued lines joined.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Typed {
    pub(crate) place: String,
    pub(crate) line: String,
}

/// The commands of all `console` blocks; what they print is left out.
pub(crate) fn typed() -> Vec<Typed> {
    let consoles = all().into_iter().filter(|code| code.language == "console");
    consoles.flat_map(|code| commands(&code)).collect()
}

fn commands(code: &Code) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    let mut goes_on = false;
    for line in code.text.lines() {
        let begun = line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
        let (text, more) = match (begun, goes_on) {
            (_, true) => (line.trim(), true),
            (Some(text), false) => (text.trim(), false),
            (None, false) => continue,
        };
        goes_on = text.ends_with('\\');
        let text = text.trim_end_matches('\\').trim_end();
        match commands.last_mut() {
            Some(last) if more => last.line = format!("{} {text}", last.line),
            _ => commands.push(Typed {
                place: code.place.clone(),
                line: text.to_owned(),
            }),
        }
    }
    commands
}

#[test]
fn commands_are_told_from_what_they_print() {
    let code = Code {
        place: "here".into(),
        language: "console".into(),
        text: "$ one \\\n    two\nprinted\n# three  # why\n--- printed\n".into(),
    };
    let lines: Vec<String> = commands(&code).into_iter().map(|it| it.line).collect();
    assert_eq!(lines, ["one two", "three  # why"]);
}
