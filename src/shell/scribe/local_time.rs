//! Wall time in v1.7's spellings.

use crate::time::WallTime;

struct Broken {
    date: (i32, i32, i32),
    time: (i32, i32, i32),
}

/// `2026-11-20 23:53:36,974`, local: log lines.
pub fn text_local(at: WallTime) -> String {
    let Broken { date, time } = broken(at, Zone::Local);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}",
        date.0,
        date.1,
        date.2,
        time.0,
        time.1,
        time.2,
        at.nanos / 1_000_000
    )
}

/// `2026-11-21T00:01:32.450001`, local: state documents.
pub fn iso_local(at: WallTime) -> String {
    let Broken { date, time } = broken(at, Zone::Local);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}",
        date.0,
        date.1,
        date.2,
        time.0,
        time.1,
        time.2,
        at.nanos / 1_000
    )
}

/// `2026-11-20T23:54:29.809Z`: JSON log lines.
pub(super) fn iso_utc(at: WallTime) -> String {
    let Broken { date, time } = broken(at, Zone::Utc);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.0,
        date.1,
        date.2,
        time.0,
        time.1,
        time.2,
        at.nanos / 1_000_000
    )
}

/// Seconds since 1970 of a local date and time; `None` if the system cannot tell. Of an hour that comes twice,
/// the one that the system prefers.
#[expect(unsafe_code, reason = "std has no calendar")]
pub fn from_local(date: (i32, i32, i32), time: (i32, i32, i32)) -> Option<i64> {
    // SAFETY: a `tm` is plain numbers and a pointer that may be null.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    (tm.tm_year, tm.tm_mon, tm.tm_mday) = (date.0 - 1900, date.1 - 1, date.2);
    (tm.tm_hour, tm.tm_min, tm.tm_sec) = time;
    // Whether summer time holds is for the system to know.
    tm.tm_isdst = -1;
    // SAFETY: the pointer is valid for the call. The environment, which mktime reads for TZ, is not changed
    // by this program.
    let secs = unsafe { libc::mktime(&raw mut tm) };
    // -1 is also a second of 1969, of which there is no history.
    (secs != -1).then_some(secs)
}

#[derive(Clone, Copy)]
enum Zone {
    Local,
    Utc,
}

#[expect(unsafe_code, reason = "std has no calendar")]
fn broken(at: WallTime, zone: Zone) -> Broken {
    let secs = libc::time_t::try_from(at.secs).unwrap_or(0);
    // SAFETY: a `tm` is plain numbers and a pointer that may be null.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    match zone {
        // SAFETY: both pointers are valid for the call. The environment, which localtime_r reads for
        // TZ, is not changed by this program.
        Zone::Local => unsafe { libc::localtime_r(&raw const secs, &raw mut tm) },
        // SAFETY: both pointers are valid for the call.
        Zone::Utc => unsafe { libc::gmtime_r(&raw const secs, &raw mut tm) },
    };
    Broken {
        date: (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday),
        time: (tm.tm_hour, tm.tm_min, tm.tm_sec),
    }
}
