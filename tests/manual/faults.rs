//! Every row of the guide to faults names the tests that prove it, and these tests are there.

use std::fs;

use crate::root;
use crate::tables::rows;

/// Whether a file has a test of that name: the attribute stands above the function, below the last empty line.
fn has_test(source: &str, name: &str) -> bool {
    let declaration = format!("fn {name}(");
    source.match_indices(&declaration).any(|(at, _)| {
        let above = source[..at].rsplit("\n\n").next();
        above.is_some_and(|above| above.contains("#[test]"))
    })
}

#[test]
fn every_row_names_tests_and_every_test_is_there() {
    let guide = fs::read_to_string(root("src/manual/guides/faults.md")).expect("the guide");
    let rows = rows(&guide);
    assert!(rows.len() > 60, "{}", rows.len());
    for row in rows {
        let fault = &row.first().expect("a cell").text;
        let tests = &row.last().expect("a cell").codes;
        let (scripts, tests): (Vec<_>, Vec<_>) =
            tests.iter().partition(|test| test.starts_with("scripts/"));
        assert!(!tests.is_empty(), "\"{fault}\" names no test");
        for script in scripts {
            assert!(root(script).is_file(), "\"{fault}\": there is no {script}");
        }
        for test in tests {
            let (file, name) = test
                .split_once("::")
                .unwrap_or_else(|| panic!("\"{fault}\": {test} is no test"));
            let source = fs::read_to_string(root(file));
            let source = source.unwrap_or_else(|e| panic!("\"{fault}\": {file}: {e}"));
            assert!(
                has_test(&source, name),
                "\"{fault}\": {file} has no test {name}"
            );
        }
    }
}

#[test]
fn a_function_without_the_attribute_is_no_test() {
    let source = "#[test]\nfn one() {}\n\nfn other() {}\n\n/// Words.\n#[test]\nfn third() {}\n";
    assert!(has_test(source, "one") && has_test(source, "third"));
    assert!(!has_test(source, "other") && !has_test(source, "on"));
}
