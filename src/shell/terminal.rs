//! The terminal of a dialogue: what is typed without being seen. Blocks; for commands, not for the loop.

use std::io::{self, BufRead as _, IsTerminal as _, stdin};
use std::sync::OnceLock;

use rustix::stdio;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// How the terminal was before anything was hidden.
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// Whether somebody is there to type.
pub fn is_attended() -> bool {
    stdin().is_terminal()
}

/// How wide the terminal is that standard output is; `None` if it is none, or does not say.
pub fn columns() -> Option<usize> {
    let size = tcgetwinsize(stdio::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// One line of standard input; `None` at its end. `hidden`: without an echo, if it is a terminal.
///
/// # Errors
/// What the system says.
pub fn read_line(hidden: bool) -> io::Result<Option<String>> {
    let is_hidden = hidden && is_attended();
    if is_hidden {
        hide()?;
    }
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line);
    if is_hidden {
        restore();
    }
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok((read? > 0).then_some(line))
}

fn hide() -> io::Result<()> {
    let mut modes = tcgetattr(stdio::stdin())?;
    BEFORE.get_or_init(|| modes.clone());
    modes.local_modes.remove(LocalModes::ECHO);
    // The Enter is still to be seen.
    modes.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(stdio::stdin(), OptionalActions::Flush, &modes)?;
    Ok(())
}

/// Gives the echo back, if it was taken. May be called from any thread.
pub fn restore() {
    if let Some(before) = BEFORE.get() {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(stdio::stdin(), OptionalActions::Now, before);
    }
}
