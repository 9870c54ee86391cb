//! What the guide to troubles quotes is what the program says, word for word.

use std::fs;
use std::path::Path;

use crate::root;

/// All of the program's text, string continuations joined.
fn program(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            program(&path, all);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once("\\\n") {
                all.push_str(before);
                rest = after.trim_start();
            }
            all.push_str(rest);
        }
    }
}

#[test]
fn every_quoted_sentence_is_one_that_the_program_says() {
    let guide =
        fs::read_to_string(root("src/manual/guides/troubleshooting.md")).expect("the guide");
    // Blocks and names between backticks are no quotes.
    let prose: String = guide
        .split("```")
        .step_by(2)
        .flat_map(|text| text.split('`').step_by(2))
        .collect();
    let mut said = String::new();
    program(&root("src"), &mut said);
    let quotes: Vec<String> = prose
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert!(quotes.len() > 20, "{quotes:?}");
    for quote in quotes {
        assert!(said.contains(&quote), "nothing says \"{quote}\"");
    }
}
