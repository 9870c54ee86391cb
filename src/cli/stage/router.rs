//! The router double behind a TCP port: HTTP/1.1 with keep-alive, plain or TLS.
//!
//! One thread accepts, one serves each connection; all of them end with the server. It listens while the
//! double's `/ip/service` says so.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::clock::Clock;
use super::connection::{self, End};
use super::port::Port;
use super::stop::{Stop, lock};
use crate::sim::double::faults::Fault;
use crate::sim::scene::Scene;
use crate::time::Duration;

/// How often the listener looks whether its service is still on, and whether to stop.
const LOOK: Duration = Duration::from_millis(20);

/// A running server. Dropping it closes every connection and waits for its threads.
#[derive(Debug)]
pub struct RouterServer {
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
    port: Arc<Port>,
    listens: AtomicBool,
    accepted: AtomicU64,
    /// A second handle on each open connection, to wake its thread at the end.
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

impl RouterServer {
    /// Serves `scene` on its port. With `tls`, only TLS: it is the service `www-ssl` then, else `www`.
    ///
    /// # Errors
    /// If the system has no sockets or threads left.
    pub(super) fn start(
        port: &Arc<Port>,
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
            port: Arc::clone(port),
            listens: AtomicBool::new(true),
            accepted: AtomicU64::new(0),
            open: Mutex::default(),
        });
        let accepting = thread::Builder::new().name("router".to_owned()).spawn({
            let (poll, shared) = (Poll::new()?, Arc::clone(&shared));
            move || accept(listener, poll, &shared)
        })?;
        Ok(Self {
            shared,
            accepting: Some(accepting),
        })
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// Waits until it listens, or does not, as its service says.
    pub(super) fn follow(&self) {
        while self.shared.listens.load(Ordering::Acquire) != self.shared.is_on() {
            if self.shared.stop.wait(LOOK) {
                return;
            }
        }
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

fn accept(listener: TcpListener, mut poll: Poll, shared: &Arc<Shared>) {
    let mut serving: Vec<JoinHandle<()>> = Vec::new();
    let mut events = Events::with_capacity(1);
    let mut listener = Some(listener).filter(|listener| is_watched(&poll, listener));
    while !shared.stop.is_said() {
        listener = followed(listener, &poll, shared);
        let patience = std::time::Duration::from_micros(LOOK.as_micros());
        let woken = poll.poll(&mut events, Some(patience));
        if woken.is_err() || listener.is_none() {
            // Nothing tells when the service comes back.
            shared.stop.wait(LOOK);
        }
        // Errors such as "too many open files" pass; they must not end the router.
        while let Some(Ok((stream, _))) = listener.as_ref().map(TcpListener::accept) {
            serving.retain(|thread| !thread.is_finished());
            let id = shared.accepted.fetch_add(1, Ordering::Relaxed);
            let shared = Arc::clone(shared);
            let thread = thread::Builder::new().name("router-conn".to_owned());
            serving.extend(thread.spawn(move || serve(id, stream, &shared)).ok());
        }
    }
    listener.as_ref().map(close_listener);
    // A connection that registered after the first round of `hang_up`.
    hang_up(shared);
    for thread in serving {
        // A panic there was already printed.
        let _ = thread.join();
    }
}

/// The listener that there should be now: none while the service is off; connections that stood are gone
/// then (assumed).
fn followed(listener: Option<TcpListener>, poll: &Poll, shared: &Shared) -> Option<TcpListener> {
    let wanted = shared.is_on();
    let listener = match listener {
        Some(listener) if !wanted => {
            close_listener(&listener);
            hang_up(shared);
            None
        }
        None if wanted => {
            let opened = shared.port.listen().ok();
            opened.filter(|listener| is_watched(poll, listener))
        }
        as_it_is => as_it_is,
    };
    shared.listens.store(listener.is_some(), Ordering::Release);
    listener
}

fn is_watched(poll: &Poll, listener: &TcpListener) -> bool {
    let descriptor = listener.as_raw_fd();
    let mut source = SourceFd(&descriptor);
    let registered = poll
        .registry()
        .register(&mut source, Token(0), Interest::READABLE);
    registered.is_ok() && listener.set_nonblocking(true).is_ok()
}

/// Closing would not be enough: a process that is being started right now has its own copy of the
/// listening socket until its exec, and would go on accepting for us.
fn close_listener(listener: &TcpListener) {
    let _ = SockRef::from(listener).shutdown(Shutdown::Both);
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
        Some(_) if !lock(&shared.scene).router.is_certified("www-ssl") => {
            let end = break_off(&stream);
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

/// A service that has no certificate answers a handshake with an alert.
fn break_off(mut stream: &TcpStream) -> End {
    /// A fatal `handshake_failure` (RFC 5246, 7.2.2).
    const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];
    let _ = stream.read(&mut [0; 1024]);
    let _ = stream.write_all(&ALERT);
    End::Closed
}

impl Shared {
    /// Whether the service is on, and at our port.
    fn is_on(&self) -> bool {
        let service = if self.tls.is_some() { "www-ssl" } else { "www" };
        lock(&self.scene)
            .router
            .listens(service, self.port.number())
    }

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
