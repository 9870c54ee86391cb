//! Response heads, as a client reads them.

use super::{MAX_HEADERS, Malformed};

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
}
