//! Requests: read by the health server, written by the link.

use core::fmt::Write as _;

use super::{Full, MAX_HEADERS, Malformed, Writer};

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
