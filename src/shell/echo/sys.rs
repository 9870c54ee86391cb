//! The socket calls that `socket2` lacks.
#![expect(
    unsafe_code,
    reason = "socket2 has neither ICMP filters nor receive stamps"
)]

use core::mem;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::AsRawFd;

use socket2::Socket;

use crate::shell::Errno;
use crate::wire::icmp;

/// `ICMP_FILTER` and `ICMPV6_FILTER`, of `linux/icmp.h` and `linux/icmpv6.h`, are both 1.
const FILTER: libc::c_int = 1;
const V4_ECHO_REPLY: u32 = 0;
const V4_TIMESTAMP_REPLY: u32 = 14;
const V6_ECHO_REPLY: usize = 129;
/// Room for a 16-byte stamp and a 4-byte count with their headers, and some more.
const CONTROL: usize = 128;

/// Where datagrams are received into.
#[derive(Debug)]
#[repr(C, align(8))]
pub(super) struct Inbox {
    control: [u8; CONTROL],
    bytes: [u8; icmp::LONGEST + 1],
}

/// One datagram, as the kernel hands it over.
#[derive(Debug)]
pub(super) struct Datagram<'a> {
    /// Cut to the longest reply and one byte.
    pub(super) bytes: &'a [u8],
    pub(super) from: Option<SocketAddr>,
    /// When it came, in nanoseconds of `CLOCK_REALTIME`.
    pub(super) stamp: Option<u64>,
    /// How many the kernel has dropped since the socket was opened; it says so only if it did.
    pub(super) drops: Option<u32>,
}

/// Only echo and timestamp replies reach an `ICMPv4` raw socket.
pub(super) fn pass_v4_replies(socket: &Socket) -> Result<(), Errno> {
    // A set bit blocks its type; types above 31 always pass, and BPF stops them.
    let blocked = !(1u32 << V4_ECHO_REPLY | 1u32 << V4_TIMESTAMP_REPLY);
    set(socket, libc::SOL_RAW, FILTER, &blocked)
}

/// Only echo replies reach an `ICMPv6` raw socket.
pub(super) fn pass_v6_replies(socket: &Socket) -> Result<(), Errno> {
    let mut blocked = [u32::MAX; 8];
    blocked[V6_ECHO_REPLY / 32] &= !(1 << (V6_ECHO_REPLY % 32));
    set(socket, libc::IPPROTO_ICMPV6, FILTER, &blocked)
}

/// The kernel notes when each datagram came, and how many it dropped.
pub(super) fn stamp_and_count(socket: &Socket) -> Result<(), Errno> {
    let on: libc::c_int = 1;
    set(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, &on)?;
    set(socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, &on)
}

/// `T` is an integer or an array of them.
fn set<T: Copy>(
    socket: &Socket,
    level: libc::c_int,
    name: libc::c_int,
    value: &T,
) -> Result<(), Errno> {
    // SAFETY: `value` lives through the call, and the length given is its own.
    Errno::check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            core::ptr::from_ref(value).cast(),
            socklen::<T>(),
        )
    })
}

fn socklen<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(mem::size_of::<T>()).expect("a few bytes")
}

/// The group that must be in `net.ipv4.ping_group_range`.
pub(super) fn group() -> u32 {
    // SAFETY: no pointers; never fails.
    unsafe { libc::getegid() }
}

impl Inbox {
    pub(super) const fn new() -> Self {
        Self {
            control: [0; CONTROL],
            bytes: [0; icmp::LONGEST + 1],
        }
    }

    /// Takes the next datagram, without waiting for one.
    pub(super) fn receive(&mut self, socket: &Socket) -> Result<Datagram<'_>, Errno> {
        // SAFETY: addresses and message headers are plain integers and pointers, for which zero is a
        // value.
        let (mut from, mut header): (libc::sockaddr_storage, libc::msghdr) =
            unsafe { (mem::zeroed(), mem::zeroed()) };
        let mut buffer = libc::iovec {
            iov_base: self.bytes.as_mut_ptr().cast(),
            iov_len: self.bytes.len(),
        };
        header.msg_name = (&raw mut from).cast();
        header.msg_namelen = socklen::<libc::sockaddr_storage>();
        header.msg_iov = &raw mut buffer;
        header.msg_iovlen = 1;
        header.msg_control = self.control.as_mut_ptr().cast();
        header.msg_controllen = CONTROL as _;
        // SAFETY: the header leads to memory that is ours through the call, with its true lengths.
        let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header, 0) };
        let length = usize::try_from(length).map_err(|_| Errno::last())?;
        let (stamp, drops) = notes(&header);
        Ok(Datagram {
            bytes: &self.bytes[..length],
            from: address(&from),
            stamp,
            drops,
        })
    }
}

/// The stamp and the drop count among the control messages.
fn notes(header: &libc::msghdr) -> (Option<u64>, Option<u32>) {
    let (mut stamp, mut drops) = (None, None);
    // SAFETY: the kernel has filled in the header, which leads to the inbox's control buffer, aligned
    // as a control message must be; libc's macros walk it within the length the kernel gave.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(header) };
    while !next.is_null() {
        // SAFETY: not null, so it leads to a whole control message header in that buffer.
        let message = unsafe { *next };
        // SAFETY: the same; what it says lies right behind.
        let data = unsafe { libc::CMSG_DATA(next) };
        if message.cmsg_level == libc::SOL_SOCKET {
            match message.cmsg_type {
                libc::SCM_TIMESTAMPNS => {
                    // SAFETY: the kernel writes a timespec behind this header, and with room for all
                    // it has to say it cuts nothing.
                    stamp = nanos(unsafe { data.cast::<libc::timespec>().read_unaligned() });
                }
                libc::SO_RXQ_OVFL => {
                    // SAFETY: likewise a u32.
                    drops = Some(unsafe { data.cast::<u32>().read_unaligned() });
                }
                _ => {}
            }
        }
        // SAFETY: as for the first.
        next = unsafe { libc::CMSG_NXTHDR(header, next) };
    }
    (stamp, drops)
}

fn nanos(time: libc::timespec) -> Option<u64> {
    let secs = u64::try_from(time.tv_sec).ok()?;
    let nanos = u64::try_from(time.tv_nsec).ok()?;
    secs.checked_mul(1_000_000_000)?.checked_add(nanos)
}

fn address(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    let storage = core::ptr::from_ref(storage);
    // SAFETY: the storage is zeroed at first, aligned for and larger than either; all its bytes are
    // integers.
    match i32::from(unsafe { (*storage).ss_family }) {
        libc::AF_INET => {
            // SAFETY: as above.
            let v4 = unsafe { *storage.cast::<libc::sockaddr_in>() };
            let ip = u32::from_be(v4.sin_addr.s_addr).into();
            Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let v6 = unsafe { *storage.cast::<libc::sockaddr_in6>() };
            let port = u16::from_be(v6.sin6_port);
            let ip = IpAddr::from(v6.sin6_addr.s6_addr);
            match ip {
                IpAddr::V6(ip) => Some(SocketAddrV6::new(ip, port, 0, v6.sin6_scope_id).into()),
                IpAddr::V4(_) => None,
            }
        }
        _ => None,
    }
}
