//! What wanctl says of itself is so: the reference of all keys is current, and what README, guides and pages show works
//! as it is written.

mod blocks;
mod commands;
mod faults;
mod house;
mod links;
mod pieces;
mod places;
mod quotes;
mod reference;
mod security;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the package.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All Rust files below a folder of the package.
pub(crate) fn rust_files(below: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    gather(&root(below), &mut files);
    files
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            gather(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}
