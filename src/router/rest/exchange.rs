//! The receiving half of one exchange: bytes gather until a whole response is there.

use crate::router::Failure;
use crate::wire::http::{self, Framing, ResponseHead};
use crate::wire::routeros;

/// Room for one response: a look at the queues returns about 170 bytes per queue, which is enough for
/// 350; one at the rules about 80 per rule.
const CAPACITY: usize = 64 * 1024;

/// The head of a complete response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) keep_alive: bool,
}

/// Received bytes of one exchange.
pub(super) struct Rx {
    buffer: Box<[u8]>,
    len: usize,
    head: Option<ResponseHead>,
    /// The body once it is complete, as a range of `buffer`.
    body: (usize, usize),
}

impl core::fmt::Debug for Rx {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Rx({} bytes)", self.len)
    }
}

impl Rx {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; CAPACITY].into_boxed_slice(),
            len: 0,
            head: None,
            body: (0, 0),
        }
    }

    pub(super) fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.len..]
    }

    pub(super) fn received(&mut self, len: usize) {
        self.len = (self.len + len).min(CAPACITY);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
        self.head = None;
    }

    /// The body of the reply that [`reply`](Self::reply) found complete.
    pub(super) fn body(&self) -> &[u8] {
        &self.buffer[self.body.0..self.body.1]
    }

    /// Whether the connection's end is this response's end; then it is complete now.
    pub(super) fn ends_with_connection(&mut self) -> bool {
        let Some(head) = &mut self.head else {
            return false;
        };
        let until_close = head.framing == Framing::UntilClose;
        if until_close {
            head.framing = Framing::Length(self.len - head.len);
        }
        until_close
    }

    /// The response, once it is complete; its body is softened for parsing.
    pub(super) fn reply(&mut self) -> Result<Option<Reply>, Failure> {
        if self.head.is_none() {
            self.head = http::parse_response(&self.buffer[..self.len])
                .map_err(|http::Malformed| Failure::Garbled)?;
        }
        let Some(head) = self.head else {
            return self.unfinished();
        };
        let gathered = &mut self.buffer[head.len..self.len];
        let (length, used) = match head.framing {
            Framing::Length(length) if length > CAPACITY - head.len => {
                return Err(Failure::TooLarge);
            }
            Framing::Length(length) if length <= gathered.len() => (length, length),
            Framing::Chunked => {
                match http::join_chunks(gathered).map_err(|http::Malformed| Failure::Garbled)? {
                    Some(joined) => joined,
                    None => return self.unfinished(),
                }
            }
            Framing::Length(_) | Framing::UntilClose => return self.unfinished(),
        };
        if used < gathered.len() {
            // More than we asked for: the next bytes would be taken for the next answer.
            return Err(Failure::Garbled);
        }
        self.body = (head.len, head.len + length);
        routeros::soften(&mut self.buffer[self.body.0..self.body.1]);
        Ok(Some(Reply {
            status: head.status,
            keep_alive: head.keep_alive,
        }))
    }

    fn unfinished(&self) -> Result<Option<Reply>, Failure> {
        if self.len == CAPACITY {
            return Err(Failure::TooLarge);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a response that fills the buffer and `over` bytes more.
    fn fills(over: usize) -> Result<usize, Failure> {
        let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let length = CAPACITY - head(CAPACITY).len() + over;
        let bytes = (head(length) + &" ".repeat(length)).into_bytes();
        let mut rx = Rx::new();
        let taken = bytes.len().min(CAPACITY);
        rx.space()[..taken].copy_from_slice(&bytes[..taken]);
        rx.received(taken);
        rx.reply().map(|reply| {
            assert_eq!(reply.expect("it is complete").status, 200);
            rx.body().len()
        })
    }

    #[test]
    fn more_than_was_asked_for_is_no_answer() {
        let mut rx = Rx::new();
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]H";
        rx.space()[..bytes.len()].copy_from_slice(bytes);
        rx.received(bytes.len() - 1);
        assert!(matches!(rx.reply(), Ok(Some(_))));
        rx.received(1);
        assert!(matches!(rx.reply(), Err(Failure::Garbled)));
    }

    #[test]
    fn a_response_that_just_fits_is_taken_and_a_byte_more_is_too_large() {
        assert!(fills(0).is_ok_and(|length| length > CAPACITY - 100));
        assert_eq!(fills(1), Err(Failure::TooLarge));
    }

    #[test]
    fn an_answer_that_will_be_too_large_is_so_before_it_is_there() {
        let mut rx = Rx::new();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {CAPACITY}\r\n\r\n");
        rx.space()[..head.len()].copy_from_slice(head.as_bytes());
        rx.received(head.len());
        assert!(matches!(rx.reply(), Err(Failure::TooLarge)));
    }

    #[test]
    fn a_look_at_350_queues_fits() {
        let length = 350 * 170;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let mut rx = Rx::new();
        assert!(rx.space().len() >= head.len() + length);
        rx.space()[..head.len()].copy_from_slice(head.as_bytes());
        rx.received(head.len() + length);
        assert!(matches!(rx.reply(), Ok(Some(_))));
    }
}
