//! Autorate's live word: one short question over HTTP, with little patience.

use core::ops::Range;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::word::Word;
use super::{LiveTrouble, std};
use crate::report::feed::of_health;
use crate::shell::clock::Clock;
use crate::time::{Duration, Instant};
use crate::wire::http::{self, Framing};

/// A living autorate on this machine or in this house accepts at once.
const CONNECT_FOR: Duration = Duration::from_millis(300);
/// It answers between two of its ticks; this is six of them.
const ANSWER_FOR: Duration = Duration::from_millis(300);
/// Bytes of an answer; eight WANs of ours fill some 50 KiB.
const LONGEST: usize = 256 * 1024;
/// Bytes read at a time.
const PIECE: usize = 4096;

/// One address, and what was heard there.
#[derive(Debug)]
pub(super) struct Live {
    clock: Clock,
    address: SocketAddr,
    wan: String,
    word: Option<Word>,
    state: Result<(), LiveTrouble>,
}

impl Live {
    pub(super) const fn new(clock: Clock, address: SocketAddr, wan: String) -> Self {
        Self {
            clock,
            address,
            wan,
            word: None,
            state: Err(LiveTrouble::TimedOut),
        }
    }

    /// Asks.
    pub(super) fn look(&mut self) {
        // What it says was true when it wrote it, and that was later.
        let asked_at = self.clock.now();
        self.state = self.ask().and_then(|body| {
            let feed = of_health(&body, &self.wan).map_err(LiveTrouble::Unfit)?;
            self.word = Some(Word {
                feed,
                heard_at: asked_at,
                age_then: Duration::ZERO,
            });
            Ok(())
        });
    }

    /// The last word, however old.
    pub(super) const fn word(&self) -> Option<Word> {
        self.word
    }

    /// What became of the last question.
    pub(super) const fn state(&self) -> Result<(), LiveTrouble> {
        self.state
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    fn ask(&self) -> Result<Vec<u8>, LiveTrouble> {
        let stream =
            TcpStream::connect_timeout(&self.address, std(CONNECT_FOR)).map_err(trouble)?;
        let deadline = self.clock.now() + ANSWER_FOR;
        self.send(&stream, deadline).map_err(trouble)?;
        let mut bytes = Vec::new();
        loop {
            let piece = self
                .receive(&stream, deadline, &mut bytes)
                .map_err(trouble)?;
            if let Some(body) = body(&mut bytes, piece == 0)? {
                bytes.truncate(body.end);
                bytes.drain(..body.start);
                return Ok(bytes);
            }
            if bytes.len() >= LONGEST {
                return Err(LiveTrouble::TooLong);
            }
        }
    }

    fn send(&self, mut stream: &TcpStream, deadline: Instant) -> io::Result<()> {
        stream.set_write_timeout(Some(self.left(deadline)?))?;
        let address = self.address;
        let request =
            format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())
    }

    /// Appends what has come; returns how many bytes, 0 at the end.
    fn receive(
        &self,
        mut stream: &TcpStream,
        deadline: Instant,
        bytes: &mut Vec<u8>,
    ) -> io::Result<usize> {
        let mut piece = [0; PIECE];
        loop {
            // Anew for each piece: somebody who sends one byte at a time has no more time than others.
            stream.set_read_timeout(Some(self.left(deadline)?))?;
            match stream.read(&mut piece) {
                Ok(len) => {
                    bytes.extend_from_slice(&piece[..len]);
                    return Ok(len);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn left(&self, deadline: Instant) -> io::Result<std::time::Duration> {
        let left = deadline - self.clock.now();
        // To the system, no time is for ever.
        if left == Duration::ZERO {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(std(left))
    }
}

/// Where the body is, once all of it is there.
fn body(bytes: &mut [u8], ended: bool) -> Result<Option<Range<usize>>, LiveTrouble> {
    let whole = whole_body(bytes, ended)?;
    if whole.is_none() && ended {
        return Err(LiveTrouble::Closed);
    }
    Ok(whole)
}

fn whole_body(bytes: &mut [u8], ended: bool) -> Result<Option<Range<usize>>, LiveTrouble> {
    let head = http::parse_response(bytes).map_err(|_| LiveTrouble::NoHttp)?;
    let Some(head) = head else {
        return Ok(None);
    };
    if !matches!(head.status, 200 | 503) {
        return Err(LiveTrouble::Status(head.status));
    }
    let (start, rest) = (head.len, bytes.len() - head.len);
    Ok(match head.framing {
        Framing::Length(len) if len > LONGEST => return Err(LiveTrouble::TooLong),
        Framing::Length(len) => (len <= rest).then(|| start..start + len),
        Framing::UntilClose => ended.then(|| start..start + rest),
        Framing::Chunked => {
            let joined = http::join_chunks(&mut bytes[start..]);
            let joined = joined.map_err(|_| LiveTrouble::NoHttp)?;
            joined.map(|(len, _)| start..start + len)
        }
    })
}

fn trouble(error: io::Error) -> LiveTrouble {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => LiveTrouble::TimedOut,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => LiveTrouble::Closed,
        _ => LiveTrouble::Unreachable(error.into()),
    }
}
