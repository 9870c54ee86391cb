//! Stands in for `ssh` in a build without the feature: there is no such port.

#[path = "ssh/said.rs"]
mod said;

use std::convert::Infallible;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::path::PathBuf;

use mio::Token;

pub use self::said::{HostKey, Refused, Remedy, Said};
use super::clock::Clock;
use super::router_port::Lan;
use crate::router::Failure;
use crate::router::queues::Queues;
use crate::router::ssh::LinkParams;
use crate::router::ssh::talk::{Setup, SshTalk};
use crate::router::ways::{Drive, Way};
use crate::time::{Duration, Instant};
use crate::wire::routeros_cli::Command;

/// Where a router's SSH server is and how to talk to it.
#[derive(Clone, Debug)]
pub struct SshParams<P = LinkParams> {
    /// The host as the config file has it.
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

/// One WAN's way to its router over SSH; in this build, none has one.
#[derive(Debug)]
pub struct SshPort<T: SshTalk = Queues> {
    never: Infallible,
    talk: PhantomData<T>,
}

impl<T: SshTalk> SshPort<T> {
    /// # Panics
    /// Always: this build has no SSH, and the assembly does not ask for it.
    pub fn new<P: Setup<Talk = T>>(_: Token, _: SshParams<P>) -> Self {
        unreachable!("built without the feature `ssh`")
    }

    /// Whether the last address could not be reached.
    pub const fn take_unreached(&mut self) -> bool {
        match self.never {}
    }
}

impl<T: SshTalk> Way for SshPort<T> {
    type Order = T::Order;
    type Event = T::Event;

    fn submit(&mut self, _: T::Order) {
        match self.never {}
    }

    fn is_busy(&self) -> bool {
        match self.never {}
    }

    fn wake(&mut self, _: Instant) {
        match self.never {}
    }

    fn sleep(&mut self) {
        match self.never {}
    }

    fn look(&mut self, _: Instant) {
        match self.never {}
    }

    fn glance(&mut self, _: Instant) {
        match self.never {}
    }
}

impl<T: SshTalk> Drive<Lan<'_>> for SshPort<T> {
    fn drive(&mut self, _: Instant, _: &mut Lan<'_>, _: &mut dyn FnMut(T::Event)) {
        match self.never {}
    }
}

/// # Errors
/// Always: this build has no SSH.
pub fn host_key(_: &str, _: u16, _: IpAddr) -> Result<HostKey, Refused> {
    Err(Refused::new(Failure::Ssh, "this build has no SSH"))
}

/// A session for tools; in this build there is none.
#[derive(Debug)]
pub enum Console {}

impl Console {
    /// # Errors
    /// Always: this build has no SSH.
    pub fn open(_: &SshParams, _: IpAddr) -> Result<Self, Refused> {
        Err(Refused::new(Failure::Ssh, "this build has no SSH"))
    }

    /// # Errors
    /// Never: nobody has such a session.
    pub const fn run(&self, _: Clock, _: Command, _: Duration) -> Result<Said, Failure> {
        match *self {}
    }
}
