//! What the guides to troubles and faults quote is what the program says, word for word.

use std::fs;

use crate::{root, rust_files};

/// All of the program's text, string continuations joined.
fn program() -> String {
    let mut all = String::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(path).expect("UTF-8");
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("\\\n") {
            all.push_str(before);
            rest = after.trim_start();
        }
        all.push_str(rest);
    }
    all
}

/// What a text has in quotes; blocks and names between backticks are none.
fn quotes(text: &str) -> Vec<String> {
    let prose: String = text
        .split("```")
        .step_by(2)
        .flat_map(|text| text.split('`').step_by(2))
        .collect();
    prose
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn every_quoted_sentence_is_one_that_the_program_says() {
    let said = program();
    for guide in ["troubleshooting", "faults"] {
        let path = root(&format!("src/manual/guides/{guide}.md"));
        let quotes = quotes(&fs::read_to_string(path).expect("the guide"));
        assert!(quotes.len() > 20, "{guide}: {quotes:?}");
        for quote in quotes {
            assert!(said.contains(&quote), "{guide}: nothing says \"{quote}\"");
        }
    }
}
