//! What wanctl says of itself is so: the reference of all keys is current, and what README, guides and pages show works
//! as it is written.

mod blocks;
mod commands;
mod house;
mod links;
mod pieces;
mod places;
mod quotes;
mod reference;

use std::path::{Path, PathBuf};

/// A file of the package.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
