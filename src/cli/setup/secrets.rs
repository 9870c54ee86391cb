//! `secrets`: lines for systemd's `EnvironmentFile=`, which a shell reads as well.

use std::path::Path;
use std::{fs, io};

use crate::cli::secret;
use crate::config::Secret;

/// What the files' `password: "${ROUTER_PASSWORD}"` names.
const VARIABLE: &str = "ROUTER_PASSWORD";

/// Whether a password means the same to systemd and to a shell between single quotes. Older systemd takes a
/// backslash for an escape even there.
pub(super) fn fits(password: &Secret) -> bool {
    !password.reveal().contains(['\'', '\\'])
}

/// Whether it can be a password at all: it is one line of a file, and one word of a header.
pub(super) fn check(password: Secret) -> Result<Secret, String> {
    let text = password.reveal();
    if text.is_empty() {
        return Err("an empty password is none; give the router's user one".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("the password has a control character in it; choose another one".to_owned());
    }
    Ok(password)
}

/// Whether the file can be gone on with, if there is one. One that is no text or not for us to read is not replaced:
/// its other lines would be lost.
pub(super) fn expect_text(path: &Path) -> Result<(), String> {
    match fs::read_to_string(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            let path = path.display();
            Err(format!(
                "{path}: {e}; its other lines are to stay, so mend it or move it away; nothing was written"
            ))
        }
        _ => Ok(()),
    }
}

/// The file with this password, or with none; its other lines stay.
pub(super) fn with_password(text: &str, password: Option<&Secret>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut new = password.map(|password| format!("{VARIABLE}='{}'", password.reveal()));
    for line in text.lines() {
        if secret::assigned(line, VARIABLE).is_some() {
            lines.extend(new.take());
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.extend(new);
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The password that is there.
pub(super) fn password(text: &str) -> Option<Secret> {
    let value = secret::assigned(text, VARIABLE).filter(|value| !value.is_empty())?;
    Some(Secret::new(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn other_lines_stay_and_the_password_is_replaced() {
        let old = "# mine\nNTFY='x'\nROUTER_PASSWORD='old'\nA=b\n";
        let new = with_password(old, Some(&secret("a $b \"c\"")));
        assert_eq!(new, "# mine\nNTFY='x'\nROUTER_PASSWORD='a $b \"c\"'\nA=b\n");
        assert_eq!(password(&new), Some(secret("a $b \"c\"")));
        assert_eq!(
            with_password("", Some(&secret("p"))),
            "ROUTER_PASSWORD='p'\n"
        );
        assert_eq!(with_password(old, None), "# mine\nNTFY='x'\nA=b\n");
        assert_eq!(password("A=b\n"), None);
    }

    #[test]
    fn what_single_quotes_cannot_hold_does_not_fit() {
        assert!(fits(&secret("it is $fine #1 \"x\" ${HOME}")));
        assert!(!fits(&secret("it's")));
        assert!(!fits(&secret("a\\b")));
        assert!(check(secret("")).is_err());
        assert!(check(secret("a\nb")).is_err());
        assert!(check(secret("ä ' \\")).is_ok());
    }
}
