//! Classic BPF for raw sockets: every raw ICMP socket is offered every echo reply of the machine, and
//! a busy foreign pinger would fill our receive buffer.

use socket2::SockFilter;

const ECHO_REPLY_V4: u32 = 0;
const TIMESTAMP_REPLY_V4: u32 = 14;
const ECHO_REPLY_V6: u32 = 129;

const LOAD_BYTE: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
const LOAD_BYTE_AT_X: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_IND;
const LOAD_HALF: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_ABS;
const LOAD_HALF_AT_X: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_IND;
const X_IS_IP_HEADER_LENGTH: u32 = libc::BPF_LDX | libc::BPF_B | libc::BPF_MSH;
const JUMP_IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

const PASS: SockFilter = instruction(RETURN, 0, 0, u32::MAX);
const DROP: SockFilter = instruction(RETURN, 0, 0, 0);

const fn load(code: u32, at: u32) -> SockFilter {
    instruction(code, 0, 0, at)
}

/// Goes on if equal; else skips as many instructions.
const fn expect(value: u32, else_skip: u8) -> SockFilter {
    instruction(JUMP_IF_EQUAL, 0, else_skip, value)
}

/// Skips one instruction if equal.
const fn either(value: u32) -> SockFilter {
    instruction(JUMP_IF_EQUAL, 1, 0, value)
}

/// Sees the IP header first.
pub(super) fn v4(ident: u16) -> [SockFilter; 8] {
    [
        load(X_IS_IP_HEADER_LENGTH, 0),
        load(LOAD_BYTE_AT_X, 0),
        either(ECHO_REPLY_V4),
        expect(TIMESTAMP_REPLY_V4, 3),
        load(LOAD_HALF_AT_X, 4),
        expect(ident.into(), 1),
        PASS,
        DROP,
    ]
}

/// Starts at ICMP.
pub(super) fn v6(ident: u16) -> [SockFilter; 6] {
    [
        load(LOAD_BYTE, 0),
        expect(ECHO_REPLY_V6, 3),
        load(LOAD_HALF, 4),
        expect(ident.into(), 1),
        PASS,
        DROP,
    ]
}

#[expect(clippy::cast_possible_truncation, reason = "codes have 16 bits")]
const fn instruction(code: u32, then_skip: u8, else_skip: u8, operand: u32) -> SockFilter {
    SockFilter::new(code as u16, then_skip, else_skip, operand)
}
