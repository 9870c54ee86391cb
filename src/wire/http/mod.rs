//! HTTP/1.1 heads and bodies over buffers the caller owns: one codec for the router link and for the
//! health server. `httparse` reads the heads; nothing here allocates.

mod chunks;
mod request;
mod response;
mod writer;

pub use self::chunks::join_chunks;
pub use self::request::{Request, RequestHead, parse_request, write_request};
pub use self::response::{Framing, ResponseHead, parse_response};
pub use self::writer::Writer;

/// Header lines one message may have; RouterOS sends eight, browsers about twenty.
const MAX_HEADERS: usize = 48;

/// The peer does not speak HTTP/1.x, or contradicts itself. A hostile peer deserves no essay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Malformed;

/// The buffer is too small.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full;
