//! Echo requests and replies: `ICMPv4` (RFC 792), `ICMPv6` (RFC 4443), and the same message in a UDP
//! datagram for a reflector that runs the echo service (RFC 862).
//!
//! ```text
//! 0    type | code | checksum      8    nonce          16   send time, us, big endian
//! 4    identifier  | sequence      24   target         25   padding to 40
//! ```
//!
//! Timestamps, the other question a host may answer, are in [`timestamp`].

pub mod timestamp;

use crate::time::Instant;

/// What a request carries behind the ICMP header.
pub const PAYLOAD: usize = 32;
/// A whole echo message.
pub const MESSAGE: usize = HEADER + PAYLOAD;
/// The longest datagram that can be a reply: the message behind an IPv4 header full of options.
pub const LONGEST: usize = 60 + MESSAGE;
/// [`Message::target`] of the gateway; reflectors count from 0.
pub const GATEWAY: u8 = 255;

const HEADER: usize = 8;
const V4_REQUEST: u8 = 8;
const V4_REPLY: u8 = 0;
const V6_REQUEST: u8 = 128;
const V6_REPLY: u8 = 129;
const IPV4_MIN_HEADER: usize = 20;
const IPPROTO_ICMP: u8 = 1;

/// Tells our echoes from those of another process with the same identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Nonce(pub [u8; 8]);

/// How an echo travels: decides what stands in front of the message and which types it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    /// Raw IPv4 socket: replies come behind their IP header.
    RawV4,
    /// Datagram `ICMPv4` socket: the kernel took the IP header off and owns the identifier.
    DatagramV4,
    /// `ICMPv6`, raw or datagram: replies start at ICMP, and the kernel checks the checksum.
    V6,
    /// UDP echo: an `ICMPv4` message that comes back as it went, or turned into a reply.
    Udp,
}

/// What an echo says; the answer repeats it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Message {
    /// ICMP sequence number.
    pub seq: u16,
    /// When the request left.
    pub sent_at: Instant,
    /// Number of the reflector, or [`GATEWAY`].
    pub target: u8,
}

/// Someone else's datagram, or not a datagram at all. What is wrong with it does not matter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotOurs;

impl Message {
    /// Writes the echo request.
    pub fn emit(self, carrier: Carrier, ident: u16, nonce: Nonce, into: &mut [u8; MESSAGE]) {
        into.fill(0);
        into[0] = match carrier {
            Carrier::RawV4 | Carrier::DatagramV4 | Carrier::Udp => V4_REQUEST,
            Carrier::V6 => V6_REQUEST,
        };
        into[4..6].copy_from_slice(&ident.to_be_bytes());
        into[6..8].copy_from_slice(&self.seq.to_be_bytes());
        into[8..16].copy_from_slice(&nonce.0);
        into[16..24].copy_from_slice(&self.sent_at.as_micros().to_be_bytes());
        into[24] = self.target;
        // The ICMPv6 checksum covers the IP addresses, which only the kernel knows; it fills it in.
        if carrier != Carrier::V6 {
            let sum = checksum(into);
            into[2..4].copy_from_slice(&sum.to_be_bytes());
        }
    }
}

/// Takes a received datagram apart. `ident` is `None` where the kernel chose it and has compared it.
///
/// Any bytes at all may come in; this is the entry for fuzzing.
///
/// # Errors
/// [`NotOurs`], unless it is the whole answer to an echo request with our identifier and nonce.
pub fn parse_reply(
    carrier: Carrier,
    datagram: &[u8],
    ident: Option<u16>,
    nonce: Nonce,
) -> Result<Message, NotOurs> {
    let icmp = match carrier {
        Carrier::RawV4 => behind_ipv4_header(datagram)?,
        Carrier::DatagramV4 | Carrier::V6 | Carrier::Udp => datagram,
    };
    let message: &[u8; MESSAGE] = icmp.try_into().map_err(|_| NotOurs)?;
    let answers = match carrier {
        Carrier::RawV4 | Carrier::DatagramV4 => message[0] == V4_REPLY,
        Carrier::V6 => message[0] == V6_REPLY,
        Carrier::Udp => matches!(message[0], V4_REPLY | V4_REQUEST),
    };
    // A raw IPv4 socket is handed datagrams before the kernel's ICMP looks at their checksum.
    let intact = carrier != Carrier::RawV4 || checksum(message) == 0;
    let ours = ident.is_none_or(|ident| u16_at(message, 4) == ident) && message[8..16] == nonce.0;
    if !(answers && message[1] == 0 && intact && ours) {
        return Err(NotOurs);
    }
    Ok(Message {
        seq: u16_at(message, 6),
        sent_at: Instant::from_micros(u64_at(message, 16)),
        target: message[24],
    })
}

fn behind_ipv4_header(datagram: &[u8]) -> Result<&[u8], NotOurs> {
    let (&first, &protocol) = datagram.first().zip(datagram.get(9)).ok_or(NotOurs)?;
    let length = usize::from(first & 0x0f) * 4;
    if first >> 4 != 4 || length < IPV4_MIN_HEADER || protocol != IPPROTO_ICMP {
        return Err(NotOurs);
    }
    datagram.get(length..).ok_or(NotOurs)
}

/// The Internet checksum (RFC 1071); zero over a message that carries a right one. Messages are of an even
/// length.
fn checksum(message: &[u8]) -> u16 {
    let sum = (0..message.len())
        .step_by(2)
        .fold(0u32, |sum, at| sum + u32::from(u16_at(message, at)));
    let folded = (sum & 0xffff) + (sum >> 16);
    // 20 words carry less than 20 over, so folding once leaves at most one more.
    !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(u16::MAX)
}

fn u16_at(message: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([message[at], message[at + 1]])
}

fn u64_at(message: &[u8; MESSAGE], at: usize) -> u64 {
    (at..at + 8).fold(0, |number, at| number << 8 | u64::from(message[at]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONCE: Nonce = Nonce(*b"\x01\x02\x03\x04\x05\x06\x07\x08");
    const IDENT: u16 = 0xbeef;
    const SAID: Message = Message {
        seq: 0x1234,
        sent_at: Instant::from_micros(0x0102_0304_0506_0708),
        target: 2,
    };
    const CARRIERS: [Carrier; 4] = [
        Carrier::RawV4,
        Carrier::DatagramV4,
        Carrier::V6,
        Carrier::Udp,
    ];
    /// Written down by hand from RFC 792.
    #[rustfmt::skip]
    const V4_ON_THE_WIRE: [u8; MESSAGE] = [
        8, 0, 0x04, 0xb4, 0xbe, 0xef, 0x12, 0x34,
        1, 2, 3, 4, 5, 6, 7, 8,
        1, 2, 3, 4, 5, 6, 7, 8,
        2, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];
    /// Version 4, 5 words, 60 bytes, TTL 57, ICMP, from 192.0.2.1 to 192.0.2.9.
    const IP_HEADER: [u8; 20] = [
        0x45, 0, 0, 60, 0x30, 0x39, 0, 0, 57, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 9,
    ];

    fn request(carrier: Carrier) -> [u8; MESSAGE] {
        let mut bytes = [0xaa; MESSAGE];
        SAID.emit(carrier, IDENT, NONCE, &mut bytes);
        bytes
    }

    /// What a host makes of the request: type turned, checksum adapted, IP header in front if raw.
    fn reply(carrier: Carrier) -> Vec<u8> {
        let mut bytes = request(carrier);
        match carrier {
            Carrier::RawV4 | Carrier::DatagramV4 => {
                bytes[0] = V4_REPLY;
                bytes[2..4].fill(0);
                let sum = checksum(&bytes);
                bytes[2..4].copy_from_slice(&sum.to_be_bytes());
            }
            Carrier::V6 => bytes[0] = V6_REPLY,
            Carrier::Udp => {}
        }
        let header: &[u8] = match carrier {
            Carrier::RawV4 => &IP_HEADER,
            _ => &[],
        };
        [header, &bytes].concat()
    }

    #[test]
    fn a_request_is_what_the_rfc_draws() {
        assert_eq!(request(Carrier::RawV4), V4_ON_THE_WIRE);
        assert_eq!(request(Carrier::DatagramV4), V4_ON_THE_WIRE);
        assert_eq!(request(Carrier::Udp), V4_ON_THE_WIRE);
        let mut v6 = V4_ON_THE_WIRE;
        v6[..4].copy_from_slice(&[128, 0, 0, 0]);
        assert_eq!(request(Carrier::V6), v6);
    }

    #[test]
    fn the_checksum_in_it_is_that_of_rfc_1071() {
        let sum: u32 = 0x0800 + 0xbeef + 0x1234 + 2 * (0x0102 + 0x0304 + 0x0506 + 0x0708) + 0x0200;
        let folded = (sum & 0xffff) + (sum >> 16);
        let field = u32::from(u16_at(&V4_ON_THE_WIRE, 2));
        assert_eq!(field, 0xffff - folded);
    }

    #[test]
    fn an_answer_is_recognised_on_every_carrier() {
        for carrier in CARRIERS {
            let got = parse_reply(carrier, &reply(carrier), Some(IDENT), NONCE);
            assert_eq!(got, Ok(SAID), "{carrier:?}");
        }
    }

    #[test]
    fn an_ip_header_may_carry_options() {
        let mut bytes = reply(Carrier::RawV4);
        bytes[0] = 0x46;
        bytes.splice(20..20, [1, 1, 1, 0]);
        let got = parse_reply(Carrier::RawV4, &bytes, Some(IDENT), NONCE);
        assert_eq!(got, Ok(SAID));
    }

    #[test]
    fn a_udp_reflector_may_turn_the_type_round() {
        let mut bytes = request(Carrier::Udp);
        bytes[0] = V4_REPLY;
        let got = parse_reply(Carrier::Udp, &bytes, Some(IDENT), NONCE);
        assert_eq!(got, Ok(SAID));
    }

    #[test]
    fn our_own_request_is_no_answer() {
        for carrier in [Carrier::DatagramV4, Carrier::V6] {
            let got = parse_reply(carrier, &request(carrier), Some(IDENT), NONCE);
            assert_eq!(got, Err(NotOurs), "{carrier:?}");
        }
    }

    #[test]
    fn other_identifiers_and_nonces_are_strangers() {
        for carrier in CARRIERS {
            let bytes = reply(carrier);
            let other = Nonce([9; 8]);
            for (ident, nonce) in [(Some(1), NONCE), (Some(IDENT), other), (None, other)] {
                let got = parse_reply(carrier, &bytes, ident, nonce);
                assert_eq!(got, Err(NotOurs), "{carrier:?}");
            }
            let got = parse_reply(carrier, &bytes, None, NONCE);
            assert_eq!(got, Ok(SAID), "{carrier:?}");
        }
    }

    #[test]
    fn a_part_of_an_answer_is_none_and_neither_is_more() {
        for carrier in CARRIERS {
            let mut bytes = reply(carrier);
            for length in 0..bytes.len() {
                let got = parse_reply(carrier, &bytes[..length], Some(IDENT), NONCE);
                assert_eq!(got, Err(NotOurs), "{carrier:?} {length}");
            }
            bytes.push(0);
            let got = parse_reply(carrier, &bytes, Some(IDENT), NONCE);
            assert_eq!(got, Err(NotOurs), "{carrier:?}");
        }
    }

    #[test]
    fn every_flipped_bit_of_a_raw_answer_is_noticed() {
        let bytes = reply(Carrier::RawV4);
        for bit in IP_HEADER.len() * 8..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let got = parse_reply(Carrier::RawV4, &broken, Some(IDENT), NONCE);
            assert_eq!(got, Err(NotOurs), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for carrier in CARRIERS {
                prop_assert_eq!(parse_reply(carrier, &bytes, None, NONCE), Err(NotOurs));
            }
        }

        #[test]
        fn arbitrary_headers_before_an_answer_are_survived(
            header in prop::collection::vec(any::<u8>(), 0..64),
            cut in 0usize..104,
        ) {
            let mut bytes = [header.as_slice(), &reply(Carrier::DatagramV4)].concat();
            bytes.truncate(cut);
            for carrier in CARRIERS {
                let _ = parse_reply(carrier, &bytes, Some(IDENT), NONCE);
            }
        }

        #[test]
        fn what_was_said_comes_back(seq: u16, us: u64, target: u8, ident: u16, nonce: [u8; 8]) {
            let said = Message { seq, sent_at: Instant::from_micros(us), target };
            let mut bytes = [0; MESSAGE];
            said.emit(Carrier::Udp, ident, Nonce(nonce), &mut bytes);
            prop_assert_eq!(checksum(&bytes), 0);
            let got = parse_reply(Carrier::Udp, &bytes, Some(ident), Nonce(nonce));
            prop_assert_eq!(got, Ok(said));
        }
    }
}
