//! How an answer is spelled.

use core::fmt;

use super::{Answer, Reply, Site};
use crate::wire::http;

/// Room for the head of a response.
pub(super) const HEAD: usize = 256;

/// Writes body and head so that they touch; returns where they lie.
pub(super) fn respond<S: Site>(
    response: &mut [u8],
    request: http::Request<'_>,
    site: &S,
    status: &S::Status,
) -> (usize, usize) {
    let (head_room, body) = response.split_at_mut(HEAD);
    let answer = match request.method {
        "GET" | "HEAD" => site.answer(status, request.path, body),
        _ => error(501, body),
    };
    let start = write_head(head_room, answer);
    let body_len = if request.method == "HEAD" {
        0
    } else {
        answer.len
    };
    (start, HEAD + body_len)
}

pub(super) fn respond_error(response: &mut [u8], status: u16) -> (usize, usize) {
    let (head_room, body) = response.split_at_mut(HEAD);
    let answer = error(status, body);
    (write_head(head_room, answer), HEAD + answer.len)
}

/// Writes the head of an answer that was made elsewhere; returns where all of it lies.
pub(super) fn respond_with(reply: &mut Reply, method: &str) -> (usize, usize) {
    let status = reply.status;
    let (head_room, body) = reply.bytes_mut().split_at_mut(HEAD);
    let answer = Answer {
        status,
        content_type: "application/json",
        len: body.len(),
    };
    let start = write_head(head_room, answer);
    let body_len = if method == "HEAD" { 0 } else { answer.len };
    (start, HEAD + body_len)
}

/// A JSON error as v1.7's: `{"error": "Not found"}`.
pub fn error(status: u16, body: &mut [u8]) -> Answer {
    let mut out = http::Writer::new(body);
    // The longest is 40 bytes.
    let _ = fmt::Write::write_fmt(
        &mut out,
        format_args!("{{\"error\": \"{}\"}}", reason(status).1),
    );
    Answer {
        status,
        content_type: "application/json",
        len: out.len(),
    }
}

/// Writes the head at the end of `room`, where the body follows; returns its start.
fn write_head(room: &mut [u8], answer: Answer) -> usize {
    use core::fmt::Write as _;
    let mut head = heapless::String::<HEAD>::new();
    write!(
        head,
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        answer.status,
        reason(answer.status).0,
        answer.content_type,
        answer.len
    )
    .expect("the longest head has 170 bytes");
    let start = room.len() - head.len();
    room[start..].copy_from_slice(head.as_bytes());
    start
}

const fn reason(status: u16) -> (&'static str, &'static str) {
    match status {
        200 => ("OK", ""),
        400 => ("Bad Request", "Bad request"),
        404 => ("Not Found", "Not found"),
        431 => ("Request Header Fields Too Large", "Request too large"),
        501 => ("Not Implemented", "Only GET and HEAD are supported"),
        503 => ("Service Unavailable", "Unavailable"),
        _ => ("Internal Server Error", "Internal error"),
    }
}
