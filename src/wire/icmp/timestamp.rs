//! Timestamp requests and replies (`ICMPv4` types 13 and 14, RFC 792): what the other side's clock showed when
//! it was asked.
//!
//! ```text
//! 0    type | code | checksum      8    originate      16   transmit
//! 4    identifier  | sequence      12   receive             each in ms of the day, big endian
//! ```
//!
//! There is no room for a nonce: a reply is known by its identifier, its sequence number and the originate
//! time, of which the asker alone knows what it was.

use super::{NotOurs, behind_ipv4_header, checksum, u16_at};

/// A whole message, there and back.
pub const MESSAGE: usize = 20;
/// One day, in the unit of the wire.
pub const DAY_MS: u32 = 86_400_000;

const REQUEST: u8 = 13;
const REPLY: u8 = 14;

/// What we ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Request {
    /// ICMP sequence number.
    pub seq: u16,
    /// Our clock, in milliseconds of a day; which day and when it began is our business.
    pub originate: u32,
}

/// What the other side says, word for word: what its clock means is not known here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reply {
    /// ICMP sequence number.
    pub seq: u16,
    /// As it was in the request.
    pub originate: u32,
    /// The other clock when the request came.
    pub receive: u32,
    /// The other clock when the reply left.
    pub transmit: u32,
}

impl Request {
    /// Writes the request.
    pub fn emit(self, ident: u16, into: &mut [u8; MESSAGE]) {
        into.fill(0);
        into[0] = REQUEST;
        into[4..6].copy_from_slice(&ident.to_be_bytes());
        into[6..8].copy_from_slice(&self.seq.to_be_bytes());
        into[8..12].copy_from_slice(&self.originate.to_be_bytes());
        let sum = checksum(into);
        into[2..4].copy_from_slice(&sum.to_be_bytes());
    }
}

/// Takes apart what a raw IPv4 socket received, IP header in front. Some hosts pad the reply, as Ethernet
/// does; what lies behind the message is not looked at, but has to add up.
///
/// Any bytes at all may come in; this is an entry for fuzzing.
///
/// # Errors
/// [`NotOurs`], unless it is the whole answer to a timestamp request with our identifier.
pub fn parse_reply(datagram: &[u8], ident: u16) -> Result<Reply, NotOurs> {
    let icmp = behind_ipv4_header(datagram)?;
    let whole =
        icmp.len() >= MESSAGE && icmp.len() <= super::MESSAGE && icmp.len().is_multiple_of(2);
    // A raw IPv4 socket is handed datagrams before the kernel's ICMP looks at their checksum.
    let answers = whole && icmp[0] == REPLY && icmp[1] == 0 && checksum(icmp) == 0;
    if !answers || u16_at(icmp, 4) != ident {
        return Err(NotOurs);
    }
    Ok(Reply {
        seq: u16_at(icmp, 6),
        originate: u32_at(icmp, 8),
        receive: u32_at(icmp, 12),
        transmit: u32_at(icmp, 16),
    })
}

fn u32_at(message: &[u8], at: usize) -> u32 {
    u32::from(u16_at(message, at)) << 16 | u32::from(u16_at(message, at + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IDENT: u16 = 0xbeef;
    const ASKED: Request = Request {
        seq: 0x1234,
        originate: 0x0102_0304,
    };
    const SAID: Reply = Reply {
        seq: 0x1234,
        originate: 0x0102_0304,
        receive: 0x0405_0607,
        transmit: 0x0405_0608,
    };
    /// Written down by hand from RFC 792.
    #[rustfmt::skip]
    const ON_THE_WIRE: [u8; MESSAGE] = [
        13, 0, 0x1d, 0xd6, 0xbe, 0xef, 0x12, 0x34,
        1, 2, 3, 4,
        0, 0, 0, 0,
        0, 0, 0, 0,
    ];
    /// Version 4, 5 words, 40 bytes, TTL 57, ICMP, from 192.0.2.1 to 192.0.2.9.
    const IP_HEADER: [u8; 20] = [
        0x45, 0, 0, 40, 0x30, 0x39, 0, 0, 57, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 9,
    ];

    /// What a host with these clocks makes of a request.
    fn reply(ident: u16, said: Reply, padding: usize) -> Vec<u8> {
        let mut bytes = vec![0; MESSAGE + padding];
        bytes[0] = REPLY;
        bytes[4..6].copy_from_slice(&ident.to_be_bytes());
        bytes[6..8].copy_from_slice(&said.seq.to_be_bytes());
        for (at, time) in [(8, said.originate), (12, said.receive), (16, said.transmit)] {
            bytes[at..at + 4].copy_from_slice(&time.to_be_bytes());
        }
        let sum = checksum(&bytes);
        bytes[2..4].copy_from_slice(&sum.to_be_bytes());
        [IP_HEADER.as_slice(), &bytes].concat()
    }

    #[test]
    fn a_request_is_what_the_rfc_draws() {
        let mut bytes = [0xaa; MESSAGE];
        ASKED.emit(IDENT, &mut bytes);
        assert_eq!(bytes, ON_THE_WIRE);
        let sum: u32 = 0x0d00 + 0xbeef + 0x1234 + 0x0102 + 0x0304;
        assert_eq!(u32::from(u16_at(&bytes, 2)), 0xffff - sum);
    }

    #[test]
    fn an_answer_is_recognised_padded_or_not_and_behind_options() {
        for padding in [0, 2, 6, 20] {
            assert_eq!(parse_reply(&reply(IDENT, SAID, padding), IDENT), Ok(SAID));
        }
        let mut bytes = reply(IDENT, SAID, 0);
        bytes[0] = 0x46;
        bytes.splice(20..20, [1, 1, 1, 0]);
        assert_eq!(parse_reply(&bytes, IDENT), Ok(SAID));
    }

    #[test]
    fn requests_echoes_and_strangers_are_no_answers() {
        let mut request = [0; MESSAGE];
        ASKED.emit(IDENT, &mut request);
        let request = [IP_HEADER.as_slice(), &request].concat();
        assert_eq!(parse_reply(&request, IDENT), Err(NotOurs));
        assert_eq!(parse_reply(&reply(IDENT, SAID, 0), 1), Err(NotOurs));
        let mut echo = reply(IDENT, SAID, 20);
        echo[20] = 0;
        assert_eq!(parse_reply(&echo, IDENT), Err(NotOurs));
    }

    #[test]
    fn a_part_of_an_answer_is_none_and_neither_is_far_more() {
        let bytes = reply(IDENT, SAID, 0);
        for length in 0..bytes.len() {
            assert_eq!(
                parse_reply(&bytes[..length], IDENT),
                Err(NotOurs),
                "{length}"
            );
        }
        assert_eq!(parse_reply(&reply(IDENT, SAID, 22), IDENT), Err(NotOurs));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = reply(IDENT, SAID, 0);
        for bit in IP_HEADER.len() * 8..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(parse_reply(&broken, IDENT), Err(NotOurs), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = parse_reply(&bytes, IDENT);
        }

        #[test]
        fn what_was_said_is_heard(ident: u16, seq: u16, originate: u32, receive: u32, transmit: u32) {
            let said = Reply { seq, originate, receive, transmit };
            prop_assert_eq!(parse_reply(&reply(ident, said, 0), ident), Ok(said));
        }
    }
}
