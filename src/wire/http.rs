//! HTTP/1.1 heads and bodies over buffers the caller owns: one codec for the router link and for the
//! health server. `httparse` reads the heads; nothing here allocates.

use core::fmt::{self, Write as _};

/// Header lines one message may have; RouterOS sends eight, browsers about twenty.
const MAX_HEADERS: usize = 48;

/// The peer does not speak HTTP/1.x, or contradicts itself. A hostile peer deserves no essay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Malformed;

/// The buffer is too small.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full;

/// How a body ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// After so many bytes.
    Length(usize),
    /// With an empty chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// The head of a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResponseHead {
    /// 200 to 599; interim 1xx heads are skipped.
    pub status: u16,
    /// How the body ends.
    pub framing: Framing,
    /// Whether the connection may be used again.
    pub keep_alive: bool,
    /// Bytes before the body.
    pub len: usize,
}

/// Reads a response head from the start of `bytes`; `None` asks for more.
///
/// # Errors
/// [`Malformed`] for anything but HTTP/1.x, and for conflicting or unreadable lengths.
pub fn parse_response(bytes: &[u8]) -> Result<Option<ResponseHead>, Malformed> {
    let mut skipped = 0;
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(len) =
            response.parse(&bytes[skipped..]).map_err(|_| Malformed)?
        else {
            return Ok(None);
        };
        skipped += len;
        let status = match response.code {
            Some(100..200) => continue,
            Some(status @ 200..600) => status,
            // Three digits that are no status (RFC 9110, 15).
            _ => return Err(Malformed),
        };
        let (declared, connection) = framing(response.headers)?;
        let framing = match (status, declared) {
            (204 | 304, _) => Framing::Length(0),
            (_, Some(framing)) => framing,
            (_, None) => Framing::UntilClose,
        };
        // HTTP/1.1 keeps a connection unless told otherwise, HTTP/1.0 only if told so.
        let kept = if response.version == Some(1) {
            !connection.close
        } else {
            connection.keep_alive && !connection.close
        };
        let keep_alive = kept && framing != Framing::UntilClose;
        return Ok(Some(ResponseHead {
            status,
            framing,
            keep_alive,
            len: skipped,
        }));
    }
}

/// What the `Connection` headers say.
#[derive(Default)]
struct Connection {
    close: bool,
    keep_alive: bool,
}

fn framing(headers: &[httparse::Header<'_>]) -> Result<(Option<Framing>, Connection), Malformed> {
    let mut framing = None;
    let mut connection = Connection::default();
    for header in headers {
        let value = core::str::from_utf8(header.value)
            .map_err(|_| Malformed)?
            .trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            let declared = Framing::Length(value.parse().map_err(|_| Malformed)?);
            match framing {
                // Chunked wins over a length (RFC 9112, 6.3).
                None | Some(Framing::Chunked) => framing = framing.or(Some(declared)),
                Some(earlier) if earlier == declared => {}
                Some(_) => return Err(Malformed),
            }
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(Malformed);
            }
            framing = Some(Framing::Chunked);
        } else if header.name.eq_ignore_ascii_case("connection") {
            for word in value.split(',').map(str::trim) {
                connection.close |= word.eq_ignore_ascii_case("close");
                connection.keep_alive |= word.eq_ignore_ascii_case("keep-alive");
            }
        }
    }
    Ok((framing, connection))
}

/// Looks for the end of a chunked body; `None` asks for more. Once it is all there, joins the chunks
/// in place and returns the length of the joined body and of what it occupied.
///
/// # Errors
/// [`Malformed`] for unreadable chunk sizes.
pub fn join_chunks(bytes: &mut [u8]) -> Result<Option<(usize, usize)>, Malformed> {
    if !is_complete(bytes)? {
        return Ok(None);
    }
    let mut joined = 0;
    let mut read = 0;
    while let Some((start, end)) = next_chunk(bytes, read)? {
        if start == end {
            break;
        }
        bytes.copy_within(start..end, joined);
        joined += end - start;
        read = end + 2;
    }
    // The walk above moved bytes before `read` only, so the rest of the body is as it was.
    let Some(used) = trailer_end(bytes, read)? else {
        return Ok(None);
    };
    Ok(Some((joined, used)))
}

fn is_complete(bytes: &[u8]) -> Result<bool, Malformed> {
    let mut read = 0;
    loop {
        match next_chunk(bytes, read)? {
            None => return Ok(false),
            Some((start, end)) if start == end => return Ok(trailer_end(bytes, read)?.is_some()),
            Some((_, end)) => read = end + 2,
        }
    }
}

/// The data of the chunk whose size line starts at `at`, with its CRLF; empty for the last one.
fn next_chunk(bytes: &[u8], at: usize) -> Result<Option<(usize, usize)>, Malformed> {
    let Some(rest) = bytes.get(at..) else {
        return Ok(None);
    };
    let parsed = httparse::parse_chunk_size(rest).map_err(|_| Malformed)?;
    let httparse::Status::Complete((line, size)) = parsed else {
        return Ok(None);
    };
    let size = usize::try_from(size).map_err(|_| Malformed)?;
    let start = at + line;
    let end = start.checked_add(size).ok_or(Malformed)?;
    if size == 0 {
        return Ok(Some((start, start)));
    }
    match bytes.get(end..end.saturating_add(2)) {
        None => Ok(None),
        Some(b"\r\n") => Ok(Some((start, end))),
        Some(_) => Err(Malformed),
    }
}

/// Where the trailer after the last chunk, whose size line starts at `at`, ends.
fn trailer_end(bytes: &[u8], at: usize) -> Result<Option<usize>, Malformed> {
    let Some((mut line, _)) = next_chunk(bytes, at)? else {
        return Ok(None);
    };
    loop {
        let Some(len) = bytes[line..].windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        line += len + 2;
        if len == 0 {
            return Ok(Some(line));
        }
    }
}

/// A request line, as a server sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Request<'b> {
    /// `GET`, …
    pub method: &'b str,
    /// Path with query, as sent.
    pub path: &'b str,
}

/// Reads a request head from the start of `bytes`; `None` asks for more.
///
/// # Errors
/// [`Malformed`] for anything but HTTP/1.x.
pub fn parse_request(bytes: &[u8]) -> Result<Option<Request<'_>>, Malformed> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if request.parse(bytes).map_err(|_| Malformed)?.is_partial() {
        return Ok(None);
    }
    match (request.method, request.path) {
        (Some(method), Some(path)) => Ok(Some(Request { method, path })),
        _ => Err(Malformed),
    }
}

/// Text written into a fixed buffer.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    /// Starts at the front of `buffer`.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// Bytes written so far.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was written so far.
    pub fn written(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Full`], and then nothing was appended.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let end = self.len + bytes.len();
        self.buffer
            .get_mut(self.len..end)
            .ok_or(Full)?
            .copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes()).map_err(|Full| fmt::Error)
    }
}

impl std::io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes)
            .map_err(|Full| std::io::ErrorKind::WriteZero)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything of a request but its method and path.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// `GET`, `PATCH`, …
    pub method: &'a str,
    /// Path with query, already in the form the server wants.
    pub path: &'a str,
    /// The `Host` header.
    pub host: &'a str,
    /// The `Authorization` header.
    pub authorization: &'a str,
}

/// Writes a request; a body is JSON. Head and body leave in one piece: one TLS record, one packet.
///
/// # Errors
/// [`Full`] if the buffer is too small.
pub fn write_request(
    buffer: &mut [u8],
    head: RequestHead<'_>,
    body: Option<&str>,
) -> Result<usize, Full> {
    let mut out = Writer::new(buffer);
    write!(
        out,
        "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nAccept: application/json\r\n",
        head.method, head.path, head.host, head.authorization
    )
    .map_err(|_| Full)?;
    match body {
        Some(body) => write!(
            out,
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        None => out.write_str("\r\n"),
    }
    .map_err(|_| Full)?;
    Ok(out.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n[]";

    #[test]
    fn every_prefix_of_a_head_asks_for_more() {
        let head = RESPONSE.len() - 2;
        for end in 0..head {
            assert_eq!(parse_response(&RESPONSE[..end]), Ok(None), "{end} bytes");
        }
        let parsed = parse_response(RESPONSE).unwrap().unwrap();
        assert_eq!(parsed.framing, Framing::Length(2));
        assert_eq!(
            (parsed.status, parsed.keep_alive, parsed.len),
            (200, true, head)
        );
    }

    #[test]
    fn heads_are_read_as_rfc_9112_says() {
        let of = |text: &str| parse_response(text.as_bytes()).map(Option::unwrap);
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(of(interim).unwrap().len, interim.len());
        let close = of("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n");
        assert!(!close.unwrap().keep_alive);
        let bare = of("HTTP/1.1 200 OK\r\n\r\n").unwrap();
        assert_eq!(
            (bare.framing, bare.keep_alive),
            (Framing::UntilClose, false)
        );
        let empty = of("HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        assert_eq!(
            (empty.framing, empty.keep_alive),
            (Framing::Length(0), true)
        );
        for lie in [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 099 OK\r\n\r\n",
            "HTTP/1.1 600 OK\r\n\r\n",
            "SSH-2.0-ROSSSH\r\n\r\n",
        ] {
            assert_eq!(parse_response(lie.as_bytes()), Err(Malformed), "{lie:?}");
        }
    }

    #[test]
    fn http_1_0_keeps_a_connection_only_if_it_says_so() {
        let kept = |version: &str, connection: &str| {
            let head = format!("HTTP/{version} 200 OK\r\nContent-Length: 0\r\n{connection}\r\n");
            parse_response(head.as_bytes()).unwrap().unwrap().keep_alive
        };
        assert!(!kept("1.0", ""));
        assert!(kept("1.0", "Connection: Keep-Alive\r\n"));
        assert!(!kept("1.0", "Connection: keep-alive, close\r\n"));
        assert!(kept("1.1", "") && kept("1.1", "Connection: keep-alive\r\n"));
        assert!(!kept("1.1", "Connection: x, Close\r\n"));
    }

    #[test]
    fn chunks_are_joined_only_when_all_are_there() {
        let whole = b"4;x=y\r\n[{\"a\r\n5\r\n\":1}]\r\n0\r\nT: v\r\n\r\nNEXT";
        for end in 0..whole.len() - 4 {
            let mut part = whole[..end].to_vec();
            assert_eq!(join_chunks(&mut part), Ok(None), "{end} bytes");
            assert_eq!(part, whole[..end], "an unfinished body stays as it is");
        }
        let mut bytes = whole.to_vec();
        let (len, used) = join_chunks(&mut bytes).unwrap().unwrap();
        assert_eq!(&bytes[..len], b"[{\"a\":1}]");
        assert_eq!(&whole[used..], b"NEXT");
        assert_eq!(join_chunks(&mut b"zz\r\n".to_vec()), Err(Malformed));
        assert_eq!(join_chunks(&mut b"2\r\nabXX".to_vec()), Err(Malformed));
    }

    #[test]
    fn a_request_leaves_in_one_piece_or_not_at_all() {
        let head = RequestHead {
            method: "PATCH",
            path: "/rest/queue/tree/*1",
            host: "192.0.2.1",
            authorization: "Basic eDp5",
        };
        let mut buffer = [0; 512];
        let n = write_request(&mut buffer, head, Some("{}")).unwrap();
        assert_eq!(
            core::str::from_utf8(&buffer[..n]).unwrap(),
            "PATCH /rest/queue/tree/*1 HTTP/1.1\r\nHost: 192.0.2.1\r\nAuthorization: Basic eDp5\r\n\
             Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        );
        assert_eq!(write_request(&mut [0; 64], head, None), Err(Full));
    }
}
