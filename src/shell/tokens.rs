//! Who an mio event is for.

use mio::Token;

use super::{connect, http_server};

/// The 50 ms beat.
pub(super) const TIMER: Token = Token(0);
/// SIGTERM and its kin.
pub(super) const SIGNALS: Token = Token(1);
/// The resolver has an answer.
pub(super) const RESOLVER: Token = Token(2);
/// The health server and its connections.
pub(super) const HEALTH: Token = Token(16);
/// The metrics server and its connections.
pub(super) const METRICS: Token = Token(HEALTH.0 + 1 + http_server::SLOTS);

const FIRST_WAN: usize = 64;
const PER_WAN: usize = 16;

/// A WAN's tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct WanTokens {
    pub(super) echo: Token,
    pub(super) router: Token,
    pub(super) ssh: Token,
    pub(super) tcp: Token,
}

pub(super) const fn of_wan(index: usize) -> WanTokens {
    let base = FIRST_WAN + index * PER_WAN;
    WanTokens {
        echo: Token(base),
        router: Token(base + 1),
        ssh: Token(base + 2),
        tcp: Token(base + 3),
    }
}

/// The WAN a token belongs to.
pub(super) const fn wan_of(token: Token) -> Option<usize> {
    match token.0.checked_sub(FIRST_WAN) {
        Some(offset) => Some(offset / PER_WAN),
        None => None,
    }
}

const _: () = assert!(METRICS.0 + http_server::SLOTS < FIRST_WAN);
const _: () = assert!(3 + connect::SLOTS <= PER_WAN);
