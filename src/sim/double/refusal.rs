//! Everything the double refuses, with the texts RouterOS uses.
//!
//! Clients match on these, so they are literal (reference: routeros.md 1.6). Where no source knows
//! the text, the comment says "assumed".

use std::collections::BTreeMap;

use serde_json::Value;

/// Why a request was not served.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Wrong or missing credentials.
    Unauthorized,
    /// A `*id` nobody has. The only refusal besides 401 without a `detail`.
    NotFound,
    /// A path that is no menu; the part that is not known.
    NoSuchPath(String),
    /// GET on a command, or a menu that cannot do this.
    NoSuchCommand,
    /// A name in a menu whose rows have none.
    NoSuchPrefix,
    /// A command was still running when its minute was over.
    SessionClosed,
    /// DELETE or PUT on a menu that cannot remove or add; the command that is missing.
    NotAcceptable(&'static str),
    /// A property or argument nobody knows.
    UnknownParameter(String),
    /// A number outside its range: name, least, most.
    OutOfRange(String, u64, u64),
    /// A word that is none of the choices of this property.
    NoMatch(String),
    /// A number or time that is none. Text assumed.
    Invalid(String),
    /// A command without its mandatory argument.
    Missing(&'static str),
    /// POST with a stale `.id`.
    NoSuchItem,
    /// A second object of the same name.
    AlreadyExists,
    /// A second user of the same name.
    UserExists,
    /// A body that is no JSON object. Text assumed.
    NotJson,
    /// The user's group lacks a policy.
    NoPermission,
    /// HEAD.
    NotImplemented,
}

impl Refusal {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::NotFound => 404,
            Self::NotAcceptable(_) => 406,
            Self::NoPermission => 500,
            Self::NotImplemented => 501,
            _ => 400,
        }
    }

    /// What RouterOS says beside the status.
    pub fn detail(&self) -> Option<String> {
        let text = match self {
            Self::Unauthorized | Self::NotFound | Self::NotImplemented => return None,
            Self::NoSuchPath(part) => format!("no such command or directory ({part})"),
            Self::NotAcceptable(part) => format!("no such command or directory ({part})"),
            Self::NoSuchCommand => "no such command".to_owned(),
            Self::NoSuchPrefix => "no such command prefix".to_owned(),
            Self::SessionClosed => "Session closed".to_owned(),
            Self::UnknownParameter(name) => format!("unknown parameter {name}"),
            Self::OutOfRange(name, least, most) => {
                format!("value of {name} out of range ({least}..{most})")
            }
            Self::NoMatch(name) => format!("input does not match any value of {name}"),
            Self::Invalid(name) => format!("invalid value for argument {name}"),
            Self::Missing(name) => format!("missing ={name}="),
            Self::NoSuchItem => "no such item".to_owned(),
            Self::AlreadyExists => "failure: already have such entry".to_owned(),
            Self::UserExists => "failure: user with the same name already exists".to_owned(),
            Self::NotJson => "Failed to parse json".to_owned(),
            Self::NoPermission => "not enough permissions (9)".to_owned(),
        };
        Some(text)
    }

    /// The body, keys in alphabetical order; `error` is the only number RouterOS ever sends.
    pub fn body(&self) -> Vec<u8> {
        error_body(self.status(), self.detail())
    }
}

/// An error object for any status.
pub(super) fn error_body(status: u16, detail: Option<String>) -> Vec<u8> {
    let mut error = BTreeMap::from([
        ("error", Value::from(status)),
        ("message", Value::from(reason(status))),
    ]);
    if let Some(detail) = detail {
        error.insert("detail", Value::from(detail));
    }
    // A map with string keys and plain values always serializes.
    serde_json::to_vec(&error).unwrap_or_default()
}

/// The words beside a status, in the body and in the status line.
pub const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        406 => "Not Acceptable",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}
