//! `/certificate`: just enough to give `www-ssl` one.

use super::record::Record;
use super::table::{Field, Kind, Table};
use crate::sim::random::Random;

const FIELDS: &[Field] = &[
    Field("common-name", Kind::Text),
    Field("country", Kind::Text),
    Field("days-valid", Kind::Number(1, 4_294_967_295)),
    Field(
        "digest-algorithm",
        Kind::OneOf(&["md5", "sha1", "sha256", "sha384", "sha512"]),
    ),
    Field(
        "key-size",
        Kind::OneOf(&[
            "1024",
            "1536",
            "2048",
            "4096",
            "8192",
            "prime256v1",
            "secp384r1",
            "secp521r1",
        ]),
    ),
    Field("key-usage", Kind::SomeOf(USAGES)),
    Field("locality", Kind::Text),
    Field("name", Kind::Text),
    Field("organization", Kind::Text),
    Field("state", Kind::Text),
    Field("subject-alt-name", Kind::Text),
    Field("trusted", Kind::Flag),
    Field("unit", Kind::Text),
];

const USAGES: &[&str] = &[
    "digital-signature",
    "content-commitment",
    "key-encipherment",
    "data-encipherment",
    "key-agreement",
    "key-cert-sign",
    "crl-sign",
    "encipher-only",
    "decipher-only",
    "tls-server",
    "tls-client",
    "code-sign",
    "email-protect",
    "timestamp",
    "ocsp-sign",
    "dvcs",
];

/// No certificates: a router has none of its own.
pub(super) const fn table() -> Table {
    Table::new(FIELDS, Vec::new())
        .requiring(&["name"])
        .numbered_from(1)
        .with_defaults(&[
            ("days-valid", "365"),
            ("digest-algorithm", "sha256"),
            ("key-size", "2048"),
            ("key-usage", "digital-signature,key-encipherment,data-encipherment,key-cert-sign,crl-sign,tls-server,tls-client"),
            ("trusted", "false"),
        ])
}

/// A template becomes a certificate, signed by itself.
pub(super) fn sign(row: &mut Record, fingerprint: Option<&str>, seed: u64) {
    row.set("private-key", "true");
    row.set("trusted", "true");
    let drawn = drawn(seed);
    row.set("fingerprint", fingerprint.unwrap_or(&drawn));
}

/// Whether it can be served.
pub(super) fn is_signed(row: &Record) -> bool {
    row.is_on("private-key")
}

/// 64 digits; which they are does not matter where nobody sees the certificate itself.
fn drawn(seed: u64) -> String {
    let mut random = Random::new(seed);
    let digits = (0..64).map(|_| u32::try_from(random.below(16)).unwrap_or_default());
    digits
        .filter_map(|digit| char::from_digit(digit, 16))
        .collect()
}
