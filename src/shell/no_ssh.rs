//! Stands in for `ssh` in a build without the feature: there is no such port.

use super::directory::Address;
use std::path::PathBuf;

use mio::{Registry, Token};

use crate::control::actuator::Order;
use crate::router::Event;
use crate::router::ssh::{Link, LinkParams};
use crate::time::Instant;

/// Where a router's SSH server is and how to talk to it.
#[derive(Clone, Debug)]
pub struct SshParams {
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
    pub link: LinkParams,
}

/// One WAN's way to its router over SSH; in this build, none has one.
#[derive(Debug)]
pub enum SshPort {}

impl SshPort {
    /// # Panics
    /// Always: this build has no SSH, and the assembly does not ask for it.
    pub fn new(_: Token, _: SshParams) -> Self {
        unreachable!("built without the feature `ssh`")
    }

    /// Its link.
    pub const fn link(&mut self) -> &mut Link {
        match *self {}
    }

    /// Hands an order to the link.
    pub const fn submit(&mut self, _: Order) {
        match *self {}
    }

    /// Whether an order or an answer is under way.
    pub const fn is_busy(&self) -> bool {
        match *self {}
    }

    /// Whether the last address could not be reached.
    pub const fn take_unreached(&mut self) -> bool {
        match *self {}
    }

    /// Does everything that can be done now.
    pub fn drive(&mut self, _: Instant, _: Address, _: &Registry, _: impl FnMut(Event)) {
        match *self {}
    }
}
