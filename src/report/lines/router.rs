//! What the router said, or did not.

use core::fmt::{self, Write};

use crate::router::{Failure, Transport};

/// Another transport serves from now on.
pub(super) fn switched(
    f: &mut fmt::Formatter<'_>,
    to: Transport,
    why: Option<Failure>,
) -> fmt::Result {
    let Some(why) = why else {
        return write!(f, "Router transport {to} answers again: switched back");
    };
    let from = to.other();
    write!(
        f,
        "Router transport {from} failed ({}): switched to {to}, {from} is probed until it answers",
        why.explain()
    )
}

/// The HTTP status, where there was one.
pub(super) fn status_of(why: Failure) -> heapless::String<16> {
    let mut text = heapless::String::new();
    if let Failure::Status(status) = why {
        // " (HTTP 65535)" is 13 bytes.
        let _ = write!(text, " (HTTP {status})");
    }
    text
}
