//! Prometheus' own judge.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What `promtool` says of something, and whether it is content; `None`, said so, if it is not here.
pub(crate) fn promtool(args: &[&str], stdin: &str) -> Option<(bool, String)> {
    let spawned = Command::new("promtool")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        println!("skipped: no promtool (Debian has it in the package prometheus)");
        return None;
    };
    let mut pipe = child.stdin.take().expect("a pipe");
    // One that reads no standard input may have ended already.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    let output = child.wait_with_output().expect("our child");
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let said = [stdout, stderr].concat();
    Some((
        status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

/// That it is content with this file.
pub(crate) fn assert_content(what: &[&str], path: &Path) {
    let path = path.to_str().expect("UTF-8");
    if let Some((content, said)) = promtool(&[what, &[path]].concat(), "") {
        assert!(content, "{path}: {said}");
    }
}

/// A file of `configs/`.
pub(crate) fn config(name: &str) -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("configs")
        .join(name);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (path, text)
}
