//! Questions, where there is somebody to answer them.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stdin, stdout};
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use super::Halt;
use crate::cli::interrupt::Interrupt;
use crate::shell::clock::pause;
use crate::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Asks; without a terminal the answer is yes, because whoever wrote the script meant it.
pub(super) fn agrees(question: &str, otherwise: bool) -> bool {
    if !asks(question) {
        return true;
    }
    is_yes(line().as_deref(), otherwise)
}

/// The same while signals are caught, which a blocking read would sleep through.
pub(super) fn agrees_unless(
    interrupt: &Interrupt,
    question: &str,
    otherwise: bool,
) -> Result<bool, Halt> {
    if !asks(question) {
        return Ok(true);
    }
    let (send, answer) = mpsc::channel();
    // Nobody waits for it if the answer does not come.
    thread::spawn(move || send.send(line()));
    loop {
        match answer.try_recv() {
            Ok(line) => return Ok(is_yes(line.as_deref(), otherwise)),
            Err(_) if interrupt.has_come() => return Err(Halt::Interrupted),
            Err(TryRecvError::Empty) => pause(LOOK_EVERY),
            Err(TryRecvError::Disconnected) => return Ok(false),
        }
    }
}

fn asks(question: &str) -> bool {
    let somebody = stdin().is_terminal() && stdout().is_terminal();
    if somebody {
        let mut out = stdout().lock();
        let _ = out.write_all(question.as_bytes());
        let _ = out.flush();
    }
    somebody
}

/// Nothing if the terminal is gone.
fn line() -> Option<String> {
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then_some(line)
}

fn is_yes(line: Option<&str>, otherwise: bool) -> bool {
    match line.map(|line| line.trim().to_ascii_lowercase()).as_deref() {
        Some("") => otherwise,
        Some(word) => word == "y" || word == "yes",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_means_what_is_in_capitals_and_no_answer_means_no() {
        for (line, otherwise, yes) in [
            (Some("\n"), true, true),
            (Some("\n"), false, false),
            (Some("Yes\n"), false, true),
            (Some("y\n"), false, true),
            (Some("n\n"), true, false),
            (Some("why?\n"), true, false),
            (None, true, false),
        ] {
            assert_eq!(is_yes(line, otherwise), yes, "{line:?}");
        }
    }
}
