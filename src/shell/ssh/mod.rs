//! Runs an SSH link's commands on a session: opened by a thread that may wait, used by the loop, which
//! may not.
//!
//! This allocates: libssh2 does so 27 times per command. It is the one part of the loop that does so in
//! steady state, and only while something is written or read.

mod connect;
mod console;
mod exec;
mod host_key;
mod known_hosts;
mod said;

use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};

use self::connect::{Stood, Target};
pub use self::console::Console;
use self::exec::Exec;
pub use self::host_key::host_key;
pub use self::said::{HostKey, Refused, Remedy, Said};
use super::directory::Address;
use super::router_port::Lan;
use crate::router::queues::Queues;
use crate::router::ssh::talk::{Setup, SshTalk};
use crate::router::ssh::{Link, LinkParams};
use crate::router::ways::{Drive, way_of_its_link};
use crate::router::{Action, Failure};
use crate::time::Instant;

/// OpenSSL keeps its numbers on the heap; libssh2's largest frames are a few kB.
const STACK: usize = 256 * 1024;

/// Where a router's SSH server is and how to talk to it.
#[derive(Clone, Debug)]
pub struct SshParams<P = LinkParams> {
    /// The host as the config file has it, and so `known_hosts`.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// RouterOS user.
    pub user: String,
    /// The private key.
    pub key_file: PathBuf,
    /// Whom we know.
    pub known_hosts: PathBuf,
    /// The link's own settings.
    pub link: P,
}

/// One WAN's way to its router over SSH.
#[derive(Debug)]
pub struct SshPort<T: SshTalk = Queues> {
    link: Link<T>,
    target: Target,
    token: Token,
    opening: Option<Opening>,
    live: Option<Live>,
    /// The last complaint, which is not repeated until a session stood.
    complaint: String,
    /// The last address cannot be reached.
    unreached: bool,
}

/// The helper thread. There is never more than one.
#[derive(Debug)]
struct Opening {
    thread: JoinHandle<Result<Stood, Refused>>,
    /// The link has given up waiting for it.
    given_up: bool,
}

/// A session on the loop.
#[derive(Debug)]
struct Live {
    exec: Option<Exec>,
    stood: Stood,
}

impl Drop for Live {
    fn drop(&mut self) {
        // First of all: without a socket, libssh2's goodbyes fail at once instead of waiting or leaking.
        let _ = self.stood.tcp.shutdown(Shutdown::Both);
        self.exec = None;
    }
}

impl<T: SshTalk> SshPort<T> {
    /// Connects with the first [`drive`](Self::drive).
    pub fn new<P: Setup<Talk = T>>(token: Token, params: SshParams<P>) -> Self {
        Self {
            target: Target::of(&params),
            link: Link::new(params.link),
            token,
            opening: None,
            live: None,
            complaint: String::new(),
            unreached: false,
        }
    }

    /// Whether the last address could not be reached, told once.
    pub const fn take_unreached(&mut self) -> bool {
        core::mem::replace(&mut self.unreached, false)
    }

    fn drop_session(&mut self) {
        self.live = None;
        if let Some(opening) = &mut self.opening {
            opening.given_up = true;
            self.unreached = true;
        }
    }

    fn connect(&mut self, now: Instant, address: Address) {
        // One that was given up is still on its way, and as good as a new one.
        if let Some(opening) = &mut self.opening {
            opening.given_up = false;
            return;
        }
        let ip = match address {
            Address::Known { ip, .. } => ip,
            Address::Pending => return self.link.not_yet(now),
            Address::Unknown => return self.link.closed(now, Failure::NameUnknown),
        };
        let start = || {
            let target = self.target.clone();
            thread::Builder::new()
                .name("wanctl-ssh".into())
                .stack_size(STACK)
                .spawn(move || connect::open(&target, ip))
                .map_err(|_| Failure::Closed)
        };
        match start() {
            Ok(thread) => {
                self.opening = Some(Opening {
                    thread,
                    given_up: false,
                });
            }
            Err(why) => self.link.closed(now, why),
        }
    }

    /// Takes over what the helper thread has opened.
    fn collect(&mut self, now: Instant, registry: &Registry) {
        let finished = self.opening.take_if(|opening| opening.thread.is_finished());
        let Some(opening) = finished else {
            return;
        };
        let panicked = |_| {
            Err(Refused::new(
                Failure::Ssh,
                "the connecting thread ended in a panic",
            ))
        };
        let opened = opening.thread.join().unwrap_or_else(panicked);
        if opening.given_up {
            return;
        }
        match opened.and_then(|stood| watch(stood, self.token, registry)) {
            Ok(stood) => {
                self.complaint.clear();
                self.live = Some(Live { exec: None, stood });
                self.link.connected(now);
            }
            Err(refused) => {
                let complaint = refused.to_string();
                if self.complaint != complaint {
                    for line in complaint.lines() {
                        log::warn!("SSH: {line}");
                    }
                    self.complaint = complaint;
                }
                self.unreached |= matches!(
                    refused.why,
                    Failure::TimedOut | Failure::ConnectionRefused | Failure::NetworkUnreachable
                );
                self.link.closed(now, refused.why);
            }
        }
    }

    fn exchange(&mut self, now: Instant) -> Result<(), Failure> {
        let Some(Live { exec, stood }) = &mut self.live else {
            return Ok(());
        };
        loop {
            if exec.is_none() {
                *exec = self.link.command(now).map(Exec::new);
            }
            let Some(running) = exec else {
                return rest(stood);
            };
            let Some(answer) = running.advance(&stood.session)? else {
                return Ok(());
            };
            *exec = None;
            self.link.answered(now, answer.status, &answer.text);
            if !self.link.is_up() {
                return Ok(());
            }
        }
    }
}

way_of_its_link!(SshPort, SshTalk);

impl<T: SshTalk> Drive<Lan<'_>> for SshPort<T> {
    fn drive(&mut self, now: Instant, lan: &mut Lan<'_>, each: &mut dyn FnMut(T::Event)) {
        loop {
            match self.link.poll(now) {
                Some(Action::Connect) => self.connect(now, lan.address),
                Some(Action::Close) => self.drop_session(),
                None => {}
            }
            self.collect(now, lan.registry);
            if let Err(why) = self.exchange(now) {
                self.live = None;
                self.link.closed(now, why);
            }
            let mut told = false;
            while let Some(event) = self.link.event() {
                told = true;
                each(event);
            }
            // An event may be followed by the next thing to do at once; nothing else is left.
            if !told {
                return;
            }
        }
    }
}

/// Edges of both directions are announced; every one of them makes the pending step be tried again, so
/// there is no need to follow libssh2's `block_directions` with one registration after the other.
fn watch(stood: Stood, token: Token, registry: &Registry) -> Result<Stood, Refused> {
    let descriptor = stood.tcp.as_raw_fd();
    let both = Interest::READABLE | Interest::WRITABLE;
    match registry.register(&mut SourceFd(&descriptor), token, both) {
        Ok(()) => Ok(stood),
        Err(e) => Err(Refused::new(
            Failure::Closed,
            format!("cannot watch the connection: {e}"),
        )),
    }
}

/// Nothing is asked: notice a router that hung up, and keep one that did not from forgetting us.
fn rest(stood: &Stood) -> Result<(), Failure> {
    match stood.tcp.peek(&mut [0]) {
        Ok(0) => return Err(Failure::Closed),
        Err(e) if e.kind() != std::io::ErrorKind::WouldBlock => return Err(Failure::Closed),
        _ => {}
    }
    // Sends only when one is due. A failure will show at the next command, or as an end of the stream.
    let _ = stood.session.keepalive_send();
    Ok(())
}
