//! The kernel's clocks, for benches.

/// CPU time of this thread, in nanoseconds.
pub(crate) fn thread_cpu() -> u64 {
    read(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Any clock, in nanoseconds.
#[expect(unsafe_code, reason = "std has no CPU clocks")]
#[expect(clippy::cast_sign_loss, reason = "these clocks only grow from zero")]
pub(crate) fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a timespec to write to.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
