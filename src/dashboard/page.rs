//! The page: readable files, joined into one document that asks nobody for anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::shell::tls::sha256;

const FRAME: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
/// In the order in which they build upon each other.
const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("page/dom.js"),
    include_str!("page/view.js"),
    include_str!("page/scale.js"),
    include_str!("page/chart.js"),
    include_str!("page/gestures.js"),
    include_str!("page/live.js"),
    include_str!("page/events.js"),
    include_str!("page/app.js"),
);

/// A document and the policy it is sent with.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) policy: String,
}

impl Page {
    pub(super) fn new() -> Self {
        let text = FRAME
            .replace("/*STYLE*/", STYLE)
            .replace("/*SCRIPT*/", SCRIPT);
        // Nothing but this very style and script, and requests to where it came from.
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; connect-src 'self'; img-src data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            source(STYLE),
            source(SCRIPT)
        );
        Self { text, policy }
    }
}

/// As a policy names an inline source.
fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(sha256(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_names_no_other_place() {
        let page = Page::new();
        assert!(page.text.contains(&format!("<style>{STYLE}</style>")));
        assert!(page.text.contains(&format!("<script>{SCRIPT}</script>")));
        // A namespace is a name, not a place.
        let text = page.text.replace("http://www.w3.org/2000/svg", "");
        for sign in [
            "http://",
            "https://",
            "src=",
            "@import",
            "url(\"http",
            "innerHTML",
            "onclick=",
        ] {
            assert!(!text.contains(sign), "{sign}");
        }
    }
}
