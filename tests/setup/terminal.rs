//! A person at a terminal of 80 columns and 24 lines, played by tmux.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// For a program that talks to a router on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A tmux server of its own, with one window. Dropping it ends it.
pub(crate) struct Terminal {
    socket: String,
}

impl Terminal {
    /// Runs a command there. `None`, with a word about it, where there is no tmux.
    pub(crate) fn run(command: &Command, dir: &Path) -> Option<Self> {
        let found = Command::new("tmux").arg("-V").output();
        if !found.is_ok_and(|output| output.status.success()) {
            println!("skipped: no tmux");
            return None;
        }
        let socket = dir.join("tmux").display().to_string();
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted = words.map(|word| format!("'{}'", word.to_str().expect("no quotes in it")));
        let line: Vec<String> = quoted.collect();
        // What is on the screen at the end is still to be read, and so is the exit code.
        let line = format!("{}; echo \"exit $?\"; sleep 600", line.join(" "));
        let terminal = Self { socket };
        let size = ["-x", "80", "-y", "24"];
        // A pane keeps the history that it was made with.
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "start-server",
            ";",
            "set-option",
            "-g",
            "history-limit",
            "9999",
            ";",
            "new-session",
            "-d",
            size[0],
            size[1],
            size[2],
            size[3],
            &line,
        ]);
        Some(terminal)
    }

    fn tmux(&self, args: &[&str]) -> Output {
        let output = Command::new("tmux")
            .args(["-S", &self.socket])
            .args(args)
            .output();
        output.expect("tmux runs")
    }

    /// All that was on the screen, from the first line; lines that the terminal has wrapped are whole.
    pub(crate) fn text(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-J", "-S", "-"]);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        // Joined lines keep their blanks.
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Waits until the screen ends with this.
    #[track_caller]
    pub(crate) fn waits_for(&self, end: &str) {
        self.waits_until(end, |text| text.ends_with(end.trim_end()));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    #[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
    pub(crate) fn waits_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let start = std::time::Instant::now();
        loop {
            let text = self.text();
            if is_so(&text) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{what:?} does not come\n{text}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Types an answer to that prompt.
    #[track_caller]
    pub(crate) fn answers(&self, prompt: &str, answer: &str) {
        self.waits_for(prompt);
        self.types(answer);
    }

    /// Types a line.
    pub(crate) fn types(&self, answer: &str) {
        if !answer.is_empty() {
            self.tmux(&["send-keys", "-l", answer]);
        }
        self.tmux(&["send-keys", "Enter"]);
    }

    /// Ctrl-C, at that prompt.
    #[track_caller]
    pub(crate) fn interrupts(&self, prompt: &str) {
        self.waits_for(prompt);
        self.tmux(&["send-keys", "C-c"]);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
