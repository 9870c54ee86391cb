//! One connection to the router double: requests in, responses out, faults committed on the way.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::TcpStream;

use socket2::SockRef;

use super::router::Shared;
use super::stop::lock;
use crate::sim::double::faults::Fault;
use crate::sim::double::http::{Request, Response};
use crate::sim::double::refusal::reason;
use crate::time::Duration;

/// More than any request to RouterOS; who sends more is cut off.
const MAX_REQUEST: usize = 256 * 1024;
const MAX_HEADERS: usize = 32;
/// Chunks so small that a client cannot be lucky.
const CHUNK: usize = 7;

/// How a connection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// With FIN.
    Closed,
    /// With RST.
    Reset,
}

/// What follows a response.
enum Next {
    Request,
    Close,
}

/// Serves requests until either side has enough. `client` is the bare socket below `stream`.
pub(super) fn serve(
    stream: &mut (impl Read + Write),
    client: Option<&TcpStream>,
    shared: &Shared,
) -> End {
    let mut input = Vec::new();
    // An error is a client that went away, or the server stopping.
    while let Ok(Some((request, close))) = read(stream, &mut input) {
        let (fault, response) = {
            let mut scene = lock(&shared.scene);
            let now = shared.clock.now();
            if !scene.is_up(now) {
                return End::Reset;
            }
            (scene.fault(), scene.answer(now, &request))
        };
        if response.after > Duration::ZERO && shared.stop.wait(response.after) {
            break;
        }
        if response.reset {
            return End::Reset;
        }
        remember(client, shared);
        // HEAD's answer has a length and no body; no client can go on from there.
        let close = close || request.method == "HEAD" || fault == Fault::AnnouncedClose;
        match write(stream, fault, &request, &response, close) {
            Ok(Next::Request) if !close => {}
            _ => break,
        }
    }
    End::Closed
}

/// Whether the client waited for its answer: aborts do damage.
fn remember(client: Option<&TcpStream>, shared: &Shared) {
    let gone = client.is_some_and(is_gone);
    let mut scene = lock(&shared.scene);
    let now = shared.clock.now();
    if gone {
        scene.router.www.abort(now);
    } else {
        scene.router.www.complete(now);
    }
}

/// Whether the other side closed. Over TLS a farewell waits here, and nobody pipelines behind it;
/// anything else that waits would be a pipelined request, which counts as an abort too.
fn is_gone(client: &TcpStream) -> bool {
    let mut byte = [MaybeUninit::uninit()];
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
    match SockRef::from(client).recv_with_flags(&mut byte, flags) {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

/// Reads one request, and whether the client wants to close after it. `None`: the client closed.
/// What came in beyond the request stays in `input`.
fn read(stream: &mut impl Read, input: &mut Vec<u8>) -> io::Result<Option<(Request, bool)>> {
    loop {
        if let Some((request, close, length)) = parse(input)? {
            input.drain(..length);
            return Ok(Some((request, close)));
        }
        if input.len() > MAX_REQUEST {
            return Err(invalid());
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            count => input.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A whole request at the start of `input`, whether it is the last, and its length.
fn parse(input: &[u8]) -> io::Result<Option<(Request, bool, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let parsed = head.parse(input).map_err(|_| invalid())?;
    let httparse::Status::Complete(head_length) = parsed else {
        return Ok(None);
    };
    let header = |name: &str| {
        let mut headers = head.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    let length = match header("Content-Length") {
        Some(length) => length.trim().parse::<usize>().map_err(|_| invalid())?,
        None => 0,
    };
    let end = head_length.saturating_add(length);
    let Some(body) = input.get(head_length..end) else {
        return Ok(None);
    };
    let close = match header("Connection") {
        Some(connection) => connection.eq_ignore_ascii_case("close"),
        None => head.version == Some(0),
    };
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: head.path.unwrap_or_default().to_owned(),
        authorization: header("Authorization"),
        body: body.to_vec(),
    };
    Ok(Some((request, close, end)))
}

fn invalid() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// Sends the response, or whatever the fault makes of it.
fn write(
    stream: &mut (impl Read + Write),
    fault: Fault,
    request: &Request,
    response: &Response,
    close: bool,
) -> io::Result<Next> {
    let bodiless = request.method == "HEAD" || response.status == 204;
    let mut message = head(response, fault, close);
    match fault {
        Fault::Silence => {
            // Reads on, so that the client sees no reset; ends when it closes or the server stops.
            while stream.read(&mut [0; 4096])? > 0 {}
            return Ok(Next::Close);
        }
        Fault::Garbage => {
            stream.write_all(b"\x00\xffthis is not the HTTP you are looking for\r\n\r\n\x01")?;
            stream.flush()?;
            return Ok(Next::Close);
        }
        Fault::Chunked if !bodiless => chunked(&mut message, &response.body),
        _ if bodiless => {}
        _ => message.extend_from_slice(&response.body),
    }
    if fault == Fault::HalfResponse {
        message.truncate(message.len() - response.body.len().div_ceil(2).max(1));
    }
    stream.write_all(&message)?;
    stream.flush()?;
    match fault {
        Fault::CloseAfterEach | Fault::HalfResponse => Ok(Next::Close),
        _ => Ok(Next::Request),
    }
}

/// RouterOS's headers: these seven and no `Server`.
fn head(response: &Response, fault: Fault, close: bool) -> Vec<u8> {
    let status = response.status;
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    let mut line = |name: &str, value: &str| {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    };
    line("Cache-Control", "no-cache");
    line("Connection", if close { "close" } else { "keep-alive" });
    if fault == Fault::Chunked && status != 204 {
        line("Transfer-Encoding", "chunked");
    } else {
        line("Content-Length", &response.body.len().to_string());
    }
    line("Content-Type", "application/json");
    // A router without NTP lives in 1970, and no client of ours reads it.
    line("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    line("Expires", "0");
    line("X-Frame-Options", "sameorigin");
    for (name, value) in &response.headers {
        line(name, value);
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn chunked(message: &mut Vec<u8>, body: &[u8]) {
    for chunk in body.chunks(CHUNK) {
        message.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        message.extend_from_slice(chunk);
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(b"0\r\n\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"PATCH /rest/queue/tree/*1000000 HTTP/1.1\r\nHost: r\r\n\
        Authorization: Basic eDp5\r\nContent-Length: 19\r\n\r\n{\"max-limit\":\"300M\"}";

    #[test]
    fn a_request_is_complete_at_its_last_byte_and_not_before() {
        // One byte more than announced: the next request's first.
        let end = MESSAGE.len() - 1;
        for cut in 0..end {
            assert!(parse(&MESSAGE[..cut]).unwrap().is_none(), "{cut}");
        }
        let (request, close, length) = parse(MESSAGE).unwrap().unwrap();
        assert_eq!(request.path, "/rest/queue/tree/*1000000");
        assert_eq!(request.authorization.as_deref(), Some("Basic eDp5"));
        assert_eq!(request.body, b"{\"max-limit\":\"300M\"");
        assert_eq!((close, length), (false, end));
    }

    #[test]
    fn http_1_0_and_close_end_the_connection() {
        let close = |text: &[u8]| parse(text).unwrap().unwrap().1;
        assert!(close(b"GET / HTTP/1.0\r\n\r\n"));
        assert!(close(b"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"));
        assert!(!close(b"GET / HTTP/1.1\r\n\r\n"));
    }
}
