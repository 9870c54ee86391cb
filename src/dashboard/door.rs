//! Who comes in, how many at once, and for how long they may stay.
//!
//! `tiny_http::Server` has no such limits: a thread for each connection, heads of any length, no time limit, and its
//! accepting ends for good when the process has no descriptor left (its `lib.rs` and `client.rs`). So the door is
//! ours, and `tiny_http` makes the answers that go out by it.
//!
//! [`MOST`] threads, each with one connection, one request and [`request::MAX_HEAD`] bytes of it at a time. Whoever
//! takes the last free thread sends somebody away, so that one is always left for who comes next: of those who have not
//! asked yet the one who came first, and if all have, of those who have not read their answer. Ten thousand silent or
//! deaf clients keep nobody out. The others wait in the system's queue, which is bounded.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::answer;
use super::request::{self, Refusal, Request};
use super::routes::Routes;
use super::words::Span;
use crate::shell::clock::{self, Clock};
use crate::time::{Duration, Instant};

/// Connections at once, and threads for them.
const MOST: usize = 32;
/// How long a client may take to ask.
const TO_ASK: Duration = Duration::from_secs(3);
/// How long it may take to read the answer.
const TO_READ: Duration = Duration::from_secs(10);
/// How long it may go on talking after that, so that the answer is not lost in a reset.
const TO_LEAVE: Duration = Duration::from_millis(300);
/// Bytes that are listened to meanwhile.
const LAST_WORDS: u64 = 64 * 1024;
/// Until accepting is tried again after it failed: for want of descriptors, as a rule.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
/// A thread's stack, in bytes; SQLite needs the most of it.
const STACK: usize = 512 * 1024;

/// Lets clients in from now on, in threads of its own.
pub(super) fn open(listener: TcpListener, routes: Routes, clock: Clock) -> io::Result<()> {
    let house = Arc::new((listener, routes, Hall::default()));
    for _ in 0..MOST {
        let house = Arc::clone(&house);
        let serving = move || {
            let (listener, routes, hall) = &*house;
            loop {
                match listener.accept() {
                    Ok((stream, _)) => serve(&stream, hall, routes, clock),
                    Err(_) => clock::pause(AFTER_FAILURE),
                }
            }
        };
        thread::Builder::new()
            .name("door".into())
            .stack_size(STACK)
            .spawn(serving)?;
    }
    Ok(())
}

fn serve(stream: &TcpStream, hall: &Hall, routes: &Routes, clock: Clock) {
    let Ok(place) = hall.enter(stream) else {
        return;
    };
    let asked = {
        let mut patient = Patient::new(stream, clock, TO_ASK);
        read(&mut patient)
    };
    place.has_asked();
    let Some(asked) = asked else { return };
    let head_only = asked.as_ref().is_ok_and(|request| request.head_only);
    let answer = asked
        .and_then(|request| routes.answer(&request))
        .unwrap_or_else(|refusal| answer::refusal(&refusal));
    let patient = Patient::new(stream, clock, TO_READ);
    if answer::send(answer, head_only, BufWriter::new(patient)).is_ok()
        && stream.shutdown(Shutdown::Write).is_ok()
    {
        let rest = Patient::new(stream, clock, TO_LEAVE).take(LAST_WORDS);
        // Whatever it says, it has had its answer.
        let _ = io::copy(&mut { rest }, &mut io::sink());
    }
}

/// Reads a head; `None` if the client has left.
fn read(stream: &mut Patient<'_>) -> Option<Result<Request, Refusal>> {
    let mut head = [0; request::MAX_HEAD];
    let mut length = 0;
    loop {
        match stream.read(&mut head[length..]) {
            Ok(0) => return None,
            Ok(more) => length += more,
            Err(e) if is_late(&e) => {
                let sentence = format!(
                    "the request took longer than {}",
                    Span(TO_ASK.as_secs_f64())
                );
                return Some(Err(Refusal::new(408, sentence)));
            }
            Err(_) => return None,
        }
        if let Some(asked) = request::parse(&head[..length]) {
            return Some(asked);
        }
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// A stream on which everything together takes so long at most.
struct Patient<'s> {
    stream: &'s TcpStream,
    clock: Clock,
    until: Instant,
}

impl<'s> Patient<'s> {
    fn new(stream: &'s TcpStream, clock: Clock, span: Duration) -> Self {
        let until = clock.now() + span;
        Self {
            stream,
            clock,
            until,
        }
    }

    fn left(&self) -> io::Result<Option<std::time::Duration>> {
        let left = self.until - self.clock.now();
        if left == Duration::ZERO {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Some(std::time::Duration::from_micros(left.as_micros())))
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Everybody who is inside.
#[derive(Debug, Default)]
struct Hall(Mutex<Guests>);

#[derive(Debug, Default)]
struct Guests {
    /// Who came last.
    last: u64,
    inside: usize,
    /// Who may stay, in the order in which they came.
    welcome: VecDeque<Guest>,
}

#[derive(Debug)]
struct Guest {
    number: u64,
    stream: TcpStream,
    has_asked: bool,
}

/// A client's place; dropping it makes room.
#[derive(Debug)]
struct Place<'h> {
    hall: &'h Hall,
    number: u64,
}

impl Hall {
    /// Takes a place; if it was the last one, somebody has to go.
    fn enter(&self, stream: &TcpStream) -> io::Result<Place<'_>> {
        let stream = stream.try_clone()?;
        let mut guests = self.guests();
        guests.last += 1;
        guests.inside += 1;
        if guests.inside >= MOST {
            guests.send_one_away();
        }
        let number = guests.last;
        guests.welcome.push_back(Guest {
            number,
            stream,
            has_asked: false,
        });
        Ok(Place { hall: self, number })
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guests {
    fn send_one_away(&mut self) {
        let silent = self.welcome.iter().position(|guest| !guest.has_asked);
        if let Some(guest) = self.welcome.remove(silent.unwrap_or(0)) {
            // Its thread finds that it has left.
            let _ = guest.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Place<'_> {
    /// It is no longer one of the silent ones.
    fn has_asked(&self) {
        let mut guests = self.hall.guests();
        let mut own = guests.welcome.iter_mut();
        if let Some(own) = own.find(|guest| guest.number == self.number) {
            own.has_asked = true;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut guests = self.hall.guests();
        guests.inside -= 1;
        guests.welcome.retain(|guest| guest.number != self.number);
    }
}
