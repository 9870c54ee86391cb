//! `wanctl manual`: what there is to read, on the terminal or as files.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::args::ManualArgs;
use super::print;
use crate::manual::library;

/// Prints it, or writes it.
///
/// # Errors
/// There is no such page, or a file cannot be written.
pub(super) fn run(args: &ManualArgs) -> Result<ExitCode, String> {
    match args {
        ManualArgs::List => print(&library::list()),
        ManualArgs::Show(name) => {
            let text = library::find(name).ok_or_else(|| {
                format!("there is no page '{name}'; `wanctl manual --list` says which there are")
            })?;
            print(&text)
        }
        ManualArgs::Write(prefix) => {
            for file in library::files() {
                let path = prefix.join(&file.path);
                write(&path, &file.text)
                    .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
                print(&format!("{}\n", path.display()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
