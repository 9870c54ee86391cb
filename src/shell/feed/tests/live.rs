//! Servers of every kind in autorate's place.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::super::LiveTrouble;
use super::super::live::Live;
use crate::control::zone::Zone;
use crate::report::feed::Unfit;
use crate::shell::Errno;
use crate::shell::clock::Clock;
use crate::units::Millis;

const DOCUMENT: &str = r#"{"wans":[{"name":"wan1","baseline_rtt_ms":24.5,
    "download":{"state":"RED","at_floor":true},"measurement":{"source":"icmp"}}]}"#;

/// Serves each connection after its request has come; one at a time, until the test ends.
fn server(answer: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 256];
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(len @ 1..) => request.extend_from_slice(&piece[..len]),
                    _ => break,
                }
            }
            if request.starts_with(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:") {
                answer(stream);
            }
        }
    });
    address
}

/// One that says always the same and hangs up.
fn saying(text: String) -> SocketAddr {
    server(move |mut stream| {
        // The client may have heard enough.
        let _ = stream.write_all(text.as_bytes());
    })
}

fn live(address: SocketAddr) -> Live {
    Live::new(Clock::start(), address, "wan1".into())
}

/// What it makes of a server; once more if this machine was too slow.
fn heard(live: &mut Live) -> Result<(), LiveTrouble> {
    for _ in 0..20 {
        live.look();
        if live.state() != Err(LiveTrouble::TimedOut) {
            break;
        }
    }
    live.state()
}

fn trouble_of(address: SocketAddr) -> LiveTrouble {
    let mut live = live(address);
    let trouble = heard(&mut live).unwrap_err();
    assert!(live.word().is_none());
    trouble
}

#[test]
fn every_form_of_an_answer_is_understood() {
    let length = DOCUMENT.len();
    let (start, end) = DOCUMENT.split_at(70);
    for text in [
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{DOCUMENT}"),
        // Not healthy, and with more to come than announced.
        format!("HTTP/1.1 503 Service Unavailable\r\nContent-Length: {length}\r\n\r\n{DOCUMENT}!!"),
        // v1.7's server.
        format!("HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6\r\n\r\n{DOCUMENT}"),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n46\r\n{start}\r\n{:x}\r\n{end}\r\n0\r\n\r\n",
            end.len()
        ),
    ] {
        let mut live = live(saying(text.clone()));
        assert_eq!(heard(&mut live), Ok(()), "{text}");
        let feed = live.word().unwrap().feed;
        assert_eq!(feed.baseline, Millis::new(24.5), "{text}");
        assert_eq!((feed.zone, feed.hears), (Some(Zone::Red), Some(true)));
        assert!(feed.at_floor);
    }
}

#[test]
fn an_answer_that_is_none_says_why() {
    let ok = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    for (text, trouble) in [
        (ok(""), LiveTrouble::Unfit(Unfit::Garbled)),
        (ok("OK\n"), LiveTrouble::Unfit(Unfit::Garbled)),
        (ok("{\"wans\":[]}"), LiveTrouble::Unfit(Unfit::NoSuchWan)),
        (
            ok("{\"wans\":[{\"name\":\"wan1\"}]}"),
            LiveTrouble::Unfit(Unfit::NoBaseline),
        ),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
            LiveTrouble::Status(404),
        ),
        ("SSH-2.0-ROSSSH\r\n".into(), LiveTrouble::NoHttp),
        ("\0\u{1}\u{2}".into(), LiveTrouble::NoHttp),
        (String::new(), LiveTrouble::Closed),
        ("HTTP/1.1 200 OK\r\n".into(), LiveTrouble::Closed),
        (
            format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{DOCUMENT}"),
            LiveTrouble::Closed,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"wans\":".into(),
            LiveTrouble::Closed,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n{".into(),
            LiveTrouble::TooLong,
        ),
        (
            format!("HTTP/1.0 200 OK\r\n\r\n{}", " ".repeat(300_000)),
            LiveTrouble::TooLong,
        ),
    ] {
        let shown = &text[..text.len().min(80)];
        assert_eq!(trouble_of(saying(text.clone())), trouble, "{shown}");
    }
}

#[test]
fn nobody_there_is_told_as_the_system_says_it() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let refused = Errno::from(std::io::Error::from_raw_os_error(libc::ECONNREFUSED));
    assert_eq!(trouble_of(address), LiveTrouble::Unreachable(refused));
}

#[test]
fn silence_ends_by_itself_and_the_last_word_stays() {
    let (more, wanted) = std::sync::mpsc::sync_channel::<bool>(64);
    let kept = std::sync::Mutex::new(Vec::new());
    let address = server(move |mut stream| {
        if wanted.recv() == Ok(true) {
            let _ = write!(stream, "HTTP/1.0 200 OK\r\n\r\n{DOCUMENT}");
        } else {
            // Open, and without a word.
            kept.lock().unwrap().push(stream);
        }
    });
    let mut live = live(address);
    for _ in 0..20 {
        more.send(true).unwrap();
    }
    assert_eq!(heard(&mut live), Ok(()));
    let before = live.word().unwrap();
    drop(more);
    // What is still in the channel is worked off, then it is silent.
    for _ in 0..40 {
        live.look();
        if live.state().is_err() {
            break;
        }
    }
    assert_eq!(live.state(), Err(LiveTrouble::TimedOut));
    let after = live.word().unwrap();
    assert_eq!(after.feed, before.feed);
    assert!(after.heard_at >= before.heard_at);
}

/// A listener whose owner hangs: the system accepts for it.
#[test]
fn a_process_that_hangs_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut live = live(listener.local_addr().unwrap());
    live.look();
    assert_eq!(live.state(), Err(LiveTrouble::TimedOut));
}

/// Each byte comes in time, all of them do not.
#[test]
fn one_byte_at_a_time_wins_no_time() {
    let text = format!("HTTP/1.0 200 OK\r\n\r\n{DOCUMENT}");
    let address = server(move |mut stream| {
        for byte in text.as_bytes() {
            crate::shell::clock::pause(crate::time::Duration::from_millis(20));
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
        }
    });
    let mut live = live(address);
    live.look();
    assert_eq!(live.state(), Err(LiveTrouble::TimedOut));
    assert!(live.word().is_none());
}
