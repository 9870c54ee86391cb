//! The little of an X.509 certificate (RFC 5280) that people recognise theirs by: names and validity.
//! Nothing is verified here; that is rustls's.

/// What a person may compare.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// The subject's common name.
    pub subject: Option<String>,
    /// The issuer's common name.
    pub issuer: Option<String>,
    /// `YYYY-MM-DD`: the first day.
    pub valid_from: Option<String>,
    /// `YYYY-MM-DD`: the last day.
    pub valid_until: Option<String>,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
/// 2.5.4.3
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// Reads a certificate in DER form; what cannot be read stays empty.
pub fn summary(der: &[u8]) -> Summary {
    read(der).unwrap_or_default()
}

/// `TBSCertificate`: version?, serial, algorithm, issuer, validity, subject, …
fn read(der: &[u8]) -> Option<Summary> {
    let mut outer = Reader(Reader(der).of(SEQUENCE)?);
    let mut fields = Reader(outer.of(SEQUENCE)?);
    let (tag, _) = fields.next()?;
    if tag == VERSION {
        fields.next()?;
    }
    fields.next()?;
    let issuer = fields.of(SEQUENCE)?;
    let mut validity = Reader(fields.of(SEQUENCE)?);
    let subject = fields.of(SEQUENCE)?;
    Some(Summary {
        subject: common_name(subject),
        issuer: common_name(issuer),
        valid_from: validity.next().and_then(day),
        valid_until: validity.next().and_then(day),
    })
}

/// A name is a sequence of sets of sequences of a type and a value.
fn common_name(name: &[u8]) -> Option<String> {
    let mut sets = Reader(name);
    while let Some((SET, set)) = sets.next() {
        let mut attributes = Reader(set);
        while let Some((SEQUENCE, attribute)) = attributes.next() {
            let mut attribute = Reader(attribute);
            let kind = attribute.of(OID)?;
            let (_, value) = attribute.next()?;
            if kind == COMMON_NAME {
                let shown = |c: char| if c.is_control() { '?' } else { c };
                return Some(String::from_utf8_lossy(value).chars().map(shown).collect());
            }
        }
    }
    None
}

fn day((tag, text): (u8, &[u8])) -> Option<String> {
    let text = std::str::from_utf8(text).ok().filter(|t| t.is_ascii())?;
    let (century, rest) = match tag {
        // RFC 5280, 4.1.2.5.1: 50 to 99 are of the last century.
        UTC_TIME if text.get(..2)? >= "50" => ("19", text),
        UTC_TIME => ("20", text),
        GENERALIZED_TIME => (text.get(..2)?, text.get(2..)?),
        _ => return None,
    };
    let (year, month, day) = (rest.get(..2)?, rest.get(2..4)?, rest.get(4..6)?);
    Some(format!("{century}{year}-{month}-{day}"))
}

/// Walks tag–length–value triples.
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn next(&mut self) -> Option<(u8, &'d [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let digits = usize::from(first & 0x7f);
            let (bytes, tail) = rest.split_at_checked(digits).filter(|_| digits <= 4)?;
            length = bytes.iter().fold(0, |n, &byte| n << 8 | usize::from(byte));
            rest = tail;
        }
        let (value, tail) = rest.split_at_checked(length)?;
        self.0 = tail;
        Some((tag, value))
    }

    fn of(&mut self, wanted: u8) -> Option<&'d [u8]> {
        self.next()
            .and_then(|(tag, value)| (tag == wanted).then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["router.lan".into()]).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "gw");
        params.not_before = rcgen::date_time_ymd(1999, 2, 3);
        params.not_after = rcgen::date_time_ymd(2051, 12, 31);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn names_and_days_are_found() {
        let expected = Summary {
            subject: Some("gw".into()),
            issuer: Some("gw".into()),
            valid_from: Some("1999-02-03".into()),
            valid_until: Some("2051-12-31".into()),
        };
        assert_eq!(summary(&certificate()), expected);
    }

    #[test]
    fn damaged_certificates_are_no_panic() {
        let der = certificate();
        for end in 0..der.len() {
            summary(&der[..end]);
        }
        for at in 0..der.len() {
            let mut broken = der.clone();
            broken[at] ^= 0xff;
            summary(&broken);
        }
        assert_eq!(summary(&[0x30, 0xff]), Summary::default());
    }
}
