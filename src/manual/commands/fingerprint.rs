use crate::manual::page::{EMPTY, Kind, Operand, Page};

/// `wanctl fingerprint`.
pub static FINGERPRINT: Page = Page {
    command: "wanctl fingerprint",
    summary: "the router's certificate, and the line that pins it",
    forms: &["HOST[:PORT]"],
    about: &[
        "Prints the SHA-256 fingerprint, name and validity of the certificate a router shows, and the line \
         that pins it in a WAN file. Sends no password.",
    ],
    operands: &[Operand {
        name: "HOST[:PORT]",
        kind: Kind::Free,
        text: "name or address; IPv6 in brackets before a port; the port is 443",
    }],
    exit_codes: &[
        (0, "it worked"),
        (1, "nobody answered, or not in TLS"),
        (2, "the command line makes no sense"),
    ],
    examples: &[("wanctl fingerprint 192.168.1.1", "what this router shows")],
    ..EMPTY
};
