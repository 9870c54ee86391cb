//! Who may do what: Basic credentials on every request, and the policies of the user's group.

use super::http::Request;
use super::refusal::Refusal;

/// The one user of the double.
#[derive(Clone, Debug)]
pub struct Access {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Policy `read`: every GET and `print`.
    pub may_read: bool,
    /// Policy `write`, which does not include `read`.
    pub may_write: bool,
}

/// What a request needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    Read,
    Write,
}

impl Access {
    /// A user with both policies.
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            may_read: true,
            may_write: true,
        }
    }

    pub(super) fn admit(&self, request: &Request) -> Result<(), Refusal> {
        let expected = basic(&self.user, &self.password);
        match &request.authorization {
            Some(given) if *given == expected => Ok(()),
            _ => Err(Refusal::Unauthorized),
        }
    }

    pub(super) const fn allow(&self, need: Need) -> Result<(), Refusal> {
        let allowed = match need {
            Need::Read => self.may_read,
            Need::Write => self.may_write,
        };
        if allowed {
            Ok(())
        } else {
            Err(Refusal::NoPermission)
        }
    }
}

/// The `Authorization` header of a user.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

/// RFC 4648 section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) & 0x3f;
            let padding = digit > chunk.len();
            text.push(if padding {
                '='
            } else {
                char::from(ALPHABET[index as usize])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
