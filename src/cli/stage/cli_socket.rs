//! The router double's console behind a Unix socket: what an OpenSSH forced command asks
//! (`wanctl double-cli`), so that a real SSH server can stand in front of the double.
//!
//! ```text
//! client ─▶ the command line, then end of input
//!        ◀─ the exit status in digits, a line feed, the output; nothing at all: the session broke
//! ```

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::clock::Clock;
use super::stop::{Stop, lock};
use crate::sim::double::cli::CliOutcome;
use crate::sim::scene::Scene;
use crate::time::Duration;

/// Longer than any line a client of ours sends.
const MAX_LINE: u64 = 64 * 1024;

/// The exit status of a session that broke in the middle of its output, as ssh gives it.
const BROKEN: u8 = 255;

/// Tells the sockets of one process apart.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// A running console. Dropping it ends every session, waits for its threads and removes the socket.
#[derive(Debug)]
pub struct CliServer {
    path: PathBuf,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    scene: Arc<Mutex<Scene>>,
    clock: Clock,
    stop: Stop,
    /// A second handle on each open session, to wake its thread at the end.
    open: Mutex<BTreeMap<u64, UnixStream>>,
}

impl CliServer {
    /// Serves the scene's router at `path`, or at a new path in the temporary directory.
    ///
    /// # Errors
    /// If the path is taken or cannot be made.
    pub fn start(
        path: Option<PathBuf>,
        scene: Arc<Mutex<Scene>>,
        clock: Clock,
    ) -> io::Result<Self> {
        let path = path.unwrap_or_else(|| {
            let name = format!(
                "wanctl-double-{}-{}.sock",
                std::process::id(),
                COUNT.fetch_add(1, Ordering::Relaxed)
            );
            std::env::temp_dir().join(name)
        });
        let listener = listen(&path)?;
        let shared = Arc::new(Shared {
            scene,
            clock,
            stop: Stop::default(),
            open: Mutex::default(),
        });
        let mut server = Self {
            path,
            shared: Arc::clone(&shared),
            accepting: None,
        };
        let thread = thread::Builder::new().name("console".to_owned());
        server.accepting = Some(thread.spawn(move || accept(&listener, &shared))?);
        Ok(server)
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CliServer {
    fn drop(&mut self) {
        self.shared.stop.say();
        hang_up(&self.shared);
        // `accept` has no timeout: a connection is the only thing that wakes it.
        let _ = UnixStream::connect(&self.path);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
        // Somebody may have tidied up before us.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A socket nobody listens to any more, left by a killed double, is in nobody's way.
fn listen(path: &Path) -> io::Result<UnixListener> {
    match UnixListener::bind(path) {
        Err(error)
            if error.kind() == io::ErrorKind::AddrInUse && UnixStream::connect(path).is_err() =>
        {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }
}

fn hang_up(shared: &Shared) {
    for stream in lock(&shared.open).values() {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>) {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut serving: Vec<JoinHandle<()>> = Vec::new();
    let mut id = 0;
    while !shared.stop.is_said() {
        let Ok((stream, _)) = listener.accept() else {
            // "Too many open files" passes.
            shared.stop.wait(PAUSE);
            continue;
        };
        serving.retain(|thread| !thread.is_finished());
        id += 1;
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("console-conn".to_owned());
        serving.extend(thread.spawn(move || serve(id, stream, &shared)).ok());
    }
    hang_up(shared);
    for thread in serving {
        // A panic there was already printed.
        let _ = thread.join();
    }
}

fn serve(id: u64, mut stream: UnixStream, shared: &Shared) {
    let Ok(handle) = stream.try_clone() else {
        return;
    };
    lock(&shared.open).insert(id, handle);
    // The server may have stopped between `accept` and here.
    if !shared.stop.is_said() {
        // Who asked may be gone; a console does not mind.
        let _ = answer(&mut stream, shared);
    }
    lock(&shared.open).remove(&id);
}

fn answer(stream: &mut UnixStream, shared: &Shared) -> io::Result<()> {
    let mut line = Vec::new();
    stream.take(MAX_LINE).read_to_end(&mut line)?;
    let line = String::from_utf8_lossy(&line);
    let outcome = lock(&shared.scene).run_cli(shared.clock.now(), &line);
    if shared.stop.wait(outcome.after) || (outcome.dropped && outcome.output.is_empty()) {
        return Ok(());
    }
    let status = if outcome.dropped {
        BROKEN
    } else {
        outcome.status
    };
    write!(stream, "{status}\n{}", outcome.output)
}

/// Asks the console at `path`; `None`: the session broke.
///
/// # Errors
/// If nobody listens there.
pub fn ask(path: &Path, line: &str) -> io::Result<Option<CliOutcome>> {
    let mut stream = UnixStream::connect(path)?;
    stream.write_all(line.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let parts = answer.split_once('\n');
    Ok(parts.and_then(|(status, output)| {
        Some(CliOutcome {
            status: status.parse().ok()?,
            output: output.to_owned(),
            ..CliOutcome::default()
        })
    }))
}
