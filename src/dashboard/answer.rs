//! What goes back to a client.

use std::io::{self, Cursor, Write};

use serde::Serialize;
use tiny_http::{HTTPVersion, Header, Response};

use super::request::Refusal;

/// An answer that is whole before its first byte is sent.
pub(super) type Answer = Response<Cursor<Vec<u8>>>;

/// With every answer: not kept, not guessed at, not shown inside other pages or read by them, and no word of where
/// the reader came from.
const ALWAYS: [(&str, &str); 6] = [
    ("Server", "wanctl"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
];

/// For what is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// A document for browsers, under this policy.
pub(super) fn html(text: &str, policy: &str) -> Answer {
    whole(200, "text/html; charset=utf-8", policy, text.into())
}

/// A document for programs.
pub(super) fn json(document: &impl Serialize) -> Answer {
    match serde_json::to_vec(document) {
        Ok(bytes) => whole(200, "application/json", NOTHING, bytes),
        Err(e) => refusal(&Refusal::new(500, e.to_string())),
    }
}

/// No document.
pub(super) fn refusal(refusal: &Refusal) -> Answer {
    let text = serde_json::json!({ "error": refusal.sentence }).to_string();
    let answer = whole(refusal.status, "application/json", NOTHING, text.into());
    match refusal.status {
        405 => answer.with_header(header("Allow", "GET, HEAD")),
        503 => answer.with_header(header("Retry-After", "2")),
        _ => answer,
    }
}

/// Sends it. As HTTP/1.0, which says that the connection ends with it.
///
/// # Errors
/// If the client does not take it.
pub(super) fn send(answer: Answer, head_only: bool, mut to: impl Write) -> io::Result<()> {
    answer.raw_print(&mut to, HTTPVersion(1, 0), &[], head_only, None)?;
    to.flush()
}

fn whole(status: u16, kind: &str, policy: &str, bytes: Vec<u8>) -> Answer {
    let mut headers: Vec<Header> = ALWAYS.map(|(name, value)| header(name, value)).into();
    headers.push(header("Content-Type", kind));
    headers.push(header("Content-Security-Policy", policy));
    let length = bytes.len();
    Response::new(
        status.into(),
        headers,
        Cursor::new(bytes),
        Some(length),
        None,
    )
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("our own headers are ASCII")
}
