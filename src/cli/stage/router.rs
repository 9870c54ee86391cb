//! The router double behind a TCP port: HTTP/1.1 with keep-alive, plain or TLS.
//!
//! One thread accepts, one serves each connection; all of them end with the server.

use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::clock::Clock;
use super::connection::{self, End};
use super::port::Port;
use super::stop::{Stop, lock};
use crate::sim::double::faults::Fault;
use crate::sim::scene::Scene;
use crate::time::Duration;

/// A running server. Dropping it closes every connection and waits for its threads.
#[derive(Debug)]
pub struct RouterServer {
    listener: TcpListener,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What all threads of a server see.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) scene: Arc<Mutex<Scene>>,
    pub(super) clock: Clock,
    pub(super) stop: Stop,
    tls: Option<Arc<ServerConfig>>,
    accepted: AtomicU64,
    /// A second handle on each open connection, to wake its thread at the end.
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

impl RouterServer {
    /// Serves `scene` on its port. With `tls`, only TLS.
    ///
    /// # Errors
    /// If the system has no sockets or threads left.
    pub(super) fn start(
        port: &Port,
        scene: Arc<Mutex<Scene>>,
        clock: Clock,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        let listener = port.listen()?;
        let shared = Arc::new(Shared {
            scene,
            clock,
            stop: Stop::default(),
            tls,
            accepted: AtomicU64::new(0),
            open: Mutex::default(),
        });
        let accepting = thread::Builder::new().name("router".to_owned()).spawn({
            let (listener, shared) = (listener.try_clone()?, Arc::clone(&shared));
            move || accept(&listener, &shared)
        })?;
        Ok(Self {
            listener,
            shared,
            accepting: Some(accepting),
        })
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// Closes every open connection, as an idle timeout does: silently, from the router's side.
    pub fn hang_up(&self) {
        hang_up(&self.shared);
    }
}

impl Drop for RouterServer {
    fn drop(&mut self) {
        self.shared.stop.say();
        hang_up(&self.shared);
        // This wakes `accept`. Closing would not be enough: a process that is being started right now has
        // its own copy of the listening socket until its exec, and would go on accepting for us.
        let _ = SockRef::from(&self.listener).shutdown(Shutdown::Both);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn hang_up(shared: &Shared) {
    for stream in lock(&shared.open).values() {
        // It may be gone already, which is what we want.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut serving: Vec<JoinHandle<()>> = Vec::new();
    while let Ok(stream) = accepted(listener, shared) {
        if shared.stop.is_said() {
            break;
        }
        serving.retain(|thread| !thread.is_finished());
        let id = shared.accepted.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("router-conn".to_owned());
        serving.extend(thread.spawn(move || serve(id, stream, &shared)).ok());
    }
    // A connection that registered after the first round of `hang_up`.
    hang_up(shared);
    for thread in serving {
        // A panic there was already printed.
        let _ = thread.join();
    }
}

/// The next connection. Errors such as "too many open files" pass; they must not end the router.
fn accepted(listener: &TcpListener, shared: &Shared) -> io::Result<TcpStream> {
    const PAUSE: Duration = Duration::from_millis(20);
    loop {
        match listener.accept() {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if shared.stop.wait(PAUSE) => return Err(error),
            Err(_) => {}
        }
    }
}

fn serve(id: u64, stream: TcpStream, shared: &Shared) {
    let Ok(handle) = stream.try_clone() else {
        return;
    };
    // Without this, a response in two writes waits for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let watched = handle.try_clone().ok();
    let full = {
        let mut open = lock(&shared.open);
        let full = shared.is_full(open.len());
        open.insert(id, handle);
        full
    };
    if let Some(end) = full {
        close(id, &stream, shared, end);
        return;
    }
    // The server may have stopped between `accept` and here.
    if shared.stop.is_said() {
        hang_up(shared);
    }
    match &shared.tls {
        None => {
            let mut stream = stream;
            let end = connection::serve(&mut stream, watched.as_ref(), shared);
            close(id, &stream, shared, end);
        }
        Some(config) => {
            if let Ok(session) = ServerConnection::new(Arc::clone(config)) {
                let mut stream = StreamOwned::new(session, stream);
                let end = connection::serve(&mut stream, watched.as_ref(), shared);
                if end == End::Closed {
                    stream.conn.send_close_notify();
                    let _ = stream.conn.write_tls(&mut stream.sock);
                }
                close(id, &stream.sock, shared, end);
            }
        }
    }
    lock(&shared.open).remove(&id);
}

impl Shared {
    /// How a new connection ends that finds so many others: a router that is booting resets it, one
    /// without a free session closes it (both assumed).
    fn is_full(&self, others: usize) -> Option<End> {
        let scene = lock(&self.scene);
        if !scene.is_up(self.clock.now()) {
            return Some(End::Reset);
        }
        match scene.fault() {
            Fault::SessionLimit(most) if others >= usize::from(most) => Some(End::Closed),
            _ => None,
        }
    }
}

fn close(id: u64, stream: &TcpStream, shared: &Shared, end: End) {
    // The kernel sends nothing before the last handle is gone.
    lock(&shared.open).remove(&id);
    if end == End::Reset {
        // Lingering for zero seconds is how one asks for a RST.
        let _ = socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO));
    }
}
