//! What is shipped around the binary: units, install script, packages.

mod container;
mod install;
mod unit;
mod units;

/// Where the repository is.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
