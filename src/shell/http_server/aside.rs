//! Answers that take too long for the loop, and are made on a thread of their own.

use core::fmt::Debug;

use super::response::HEAD;

/// Names a question until it is answered.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Ticket(pub u64);

/// Whoever answers such questions. Nothing here waits.
pub trait Aside: Debug {
    /// Whether a request for this path and query is one of them.
    fn is_for(&self, target: &str) -> bool;

    /// Takes a question; `false`: too many are open.
    fn ask(&self, ticket: Ticket, target: &str) -> bool;

    /// An answer that is ready.
    fn answered(&self) -> Option<(Ticket, Reply)>;

    /// A question is no longer open, because its answer is sent or not wanted any more; what held the answer
    /// goes back to where it was made.
    fn done_with(&self, reply: Reply);
}

/// An answer, with room for its head before its body.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    bytes: Vec<u8>,
}

impl Reply {
    /// A JSON document that `write` appends.
    pub fn json(status: u16, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = vec![0; HEAD];
        write(&mut bytes);
        Self { status, bytes }
    }

    /// What was written.
    pub fn body(&self) -> &[u8] {
        &self.bytes[HEAD..]
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}
