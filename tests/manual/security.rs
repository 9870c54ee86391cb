//! SECURITY.md knows all unsafe code and every crate that the program is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::process::Command;

use crate::tables::{Cell, rows, section};
use crate::{root, rust_files};

/// Where all of our code is.
const FOLDERS: [&str; 4] = ["src", "tests", "benches", "fuzz"];
/// How unsafe code begins, spelled so that this file does not find itself. A trait's `unsafe fn` is a promise that
/// the caller makes; what its body does is in a block.
const UNSAFE: [&str; 2] = [concat!("unsafe", " {"), concat!("unsafe", " impl")];
/// A proof stands so many lines above its block, or nearer: the beginning of the statement may be in between.
const NEAR: usize = 3;

/// A section's tables.
fn table(heading: &str) -> Vec<Vec<Cell>> {
    let text = fs::read_to_string(root("SECURITY.md")).expect("it is there");
    rows(section(&text, heading))
}

/// All of our code: each file's place in the package, and its text.
fn sources() -> impl Iterator<Item = (String, String)> {
    let files = FOLDERS.into_iter().flat_map(rust_files);
    files.map(|path| {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let place = path.strip_prefix(root("")).expect("below");
        (place.display().to_string(), text)
    })
}

/// The lines of a source, from 0, in which unsafe code begins.
fn unsafe_lines(lines: &[&str]) -> Vec<usize> {
    let begins = |line: &str| {
        let code = line.find("//").map_or(line, |at| &line[..at]);
        UNSAFE.iter().any(|begin| code.contains(begin))
    };
    (0..lines.len()).filter(|&n| begins(lines[n])).collect()
}

#[test]
fn all_unsafe_code_is_in_the_inventory() {
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for row in table("Unsafe code") {
        let [file, blocks, ..] = &row[..] else {
            panic!("{row:?}");
        };
        let blocks: usize = blocks.text.parse().expect("a number of blocks");
        *listed.entry(file.text.clone()).or_default() += blocks;
    }
    let mut found = BTreeMap::new();
    for (file, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        let blocks = unsafe_lines(&lines).len();
        if blocks > 0 {
            found.insert(file, blocks);
        }
    }
    assert!(found.len() > 10, "{found:#?}");
    assert_eq!(listed, found, "SECURITY.md lists, the sources have");
}

#[test]
fn every_unsafe_block_has_its_proof_above_it() {
    let mut unproven = Vec::new();
    for (file, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for n in unsafe_lines(&lines) {
            let above = &lines[n.saturating_sub(NEAR)..n];
            if !above.iter().any(|line| line.contains("// SAFETY: ")) {
                unproven.push(format!("{file}:{}", n + 1));
            }
        }
    }
    assert!(unproven.is_empty(), "{unproven:#?}");
}

/// The crates that the program names, and what each brings into the binary.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .current_dir(root(""))
        .args(["tree", "--locked", "--offline", "--no-dedupe"])
        .args(["--edges", "normal,no-proc-macro"])
        .args(["--prefix", "depth", "--format", " {p}"])
        .output()
        .expect("cargo has run this test");
    assert!(out.status.success(), "{out:?}");
    let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut direct = String::new();
    for line in String::from_utf8(out.stdout).expect("UTF-8").lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        match depth {
            "0" => {}
            "1" => {
                name.clone_into(&mut direct);
                crates.entry(direct.clone()).or_default();
            }
            _ => {
                let brought = crates.get_mut(&direct).expect("it stands above");
                brought.insert(name.to_owned());
            }
        }
    }
    crates
}

#[test]
fn every_crate_in_the_binary_has_its_reason() {
    let mut listed = BTreeMap::new();
    for row in table("Dependencies") {
        let [name, why, with] = &row[..] else {
            panic!("{row:?}");
        };
        assert!(!why.text.is_empty(), "{}: why?", name.text);
        let with: BTreeSet<String> = with.codes.iter().cloned().collect();
        listed.insert(name.text.clone(), with);
    }
    assert_eq!(listed, crates(), "SECURITY.md lists, cargo tree has");
}
