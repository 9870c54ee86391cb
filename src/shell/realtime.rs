//! Asks the system to run the loop on time, and to keep its memory to itself.

use core::fmt;
use std::fs;

use super::Errno;

/// Above every ordinary process, below the kernel's own threads.
const PRIORITY: libc::c_int = 10;
/// Where real time is refused; this asks for `CAP_SYS_NICE` or `LimitNICE=` too.
const NICE: libc::c_int = -10;
/// `CAP_IPC_LOCK` in `linux/capability.h`.
const CAP_IPC_LOCK: u32 = 14;

/// How the loop's thread is scheduled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheduling {
    /// `SCHED_FIFO` (or what the unit set): on the dot.
    RealTime,
    /// A better nice value: late by milliseconds on a busy machine.
    Nice,
    /// Like any other process. Holds why the better ones were refused.
    Ordinary(Errno),
}

/// Whether the process's memory stays out of swap.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Memory {
    /// Pages stay once they were touched.
    Locked,
    /// `RLIMIT_MEMLOCK` is finite: under a lock, an allocation beyond it would end the process.
    Limited,
    /// The system refuses.
    Refused(Errno),
}

/// What the system granted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Realtime {
    /// Of the calling thread.
    pub scheduling: Scheduling,
    /// Of the whole process.
    pub memory: Memory,
}

impl Realtime {
    /// Nothing was refused.
    pub fn is_complete(&self) -> bool {
        self.scheduling == Scheduling::RealTime && self.memory == Memory::Locked
    }
}

/// One line for the log.
impl fmt::Display for Realtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheduling {
            Scheduling::RealTime => f.write_str("real-time scheduling")?,
            Scheduling::Nice => write!(f, "no real-time scheduling, nice {NICE} instead")?,
            Scheduling::Ordinary(errno) => write!(f, "ordinary scheduling ({errno})")?,
        }
        match self.memory {
            Memory::Locked => f.write_str(", memory locked"),
            Memory::Limited => f.write_str(", memory not locked (LimitMEMLOCK= is finite)"),
            Memory::Refused(errno) => write!(f, ", memory not locked ({errno})"),
        }
    }
}

/// Puts the calling thread ahead of others and keeps memory from being swapped out. Threads it starts
/// later run as ordinary ones, except that a nice value is inherited: start helpers first. A unit that
/// sets `CPUSchedulingPolicy=` itself needs `CPUSchedulingResetOnFork=yes` for the same effect.
pub fn go_realtime() -> Realtime {
    let scheduling = match sys::schedule_fifo(PRIORITY) {
        Ok(()) => Scheduling::RealTime,
        Err(errno) => match sys::renice(NICE) {
            Ok(()) => Scheduling::Nice,
            Err(_) => Scheduling::Ordinary(errno),
        },
    };
    let memory = if sys::memlock_is_unlimited() || has_cap_ipc_lock() {
        match sys::lock_memory() {
            Ok(()) => Memory::Locked,
            Err(errno) => Memory::Refused(errno),
        }
    } else {
        Memory::Limited
    };
    Realtime { scheduling, memory }
}

/// Passwords are in memory: no core dump, no debugger of the same user. Says whether both were granted.
pub fn protect_secrets() -> bool {
    let undumpable = sys::forbid_dumps();
    sys::forbid_core_files() && undumpable
}

fn has_cap_ipc_lock() -> bool {
    fs::read_to_string("/proc/thread-self/status").is_ok_and(|status| {
        effective_capabilities(&status).is_some_and(|set| set >> CAP_IPC_LOCK & 1 == 1)
    })
}

fn effective_capabilities(status: &str) -> Option<u64> {
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    u64::from_str_radix(set?.trim(), 16).ok()
}

#[expect(
    unsafe_code,
    reason = "std has no scheduling, memory locks or process limits"
)]
mod sys {
    use super::Errno;

    /// Keeps a real-time policy that the unit has set.
    pub(super) fn schedule_fifo(priority: libc::c_int) -> Result<(), Errno> {
        // musl's own functions always fail (ENOSYS), so both times the kernel is asked itself.
        // SAFETY: no pointers; 0 is the calling thread.
        let policy = unsafe { libc::syscall(libc::SYS_sched_getscheduler, 0) };
        let policy = policy & !libc::c_long::from(libc::SCHED_RESET_ON_FORK);
        if [libc::SCHED_FIFO, libc::SCHED_RR]
            .map(libc::c_long::from)
            .contains(&policy)
        {
            return Ok(());
        }
        // SAFETY: plain integers, for which zero is a value; musl has more fields than glibc.
        let mut wanted: libc::sched_param = unsafe { core::mem::zeroed() };
        wanted.sched_priority = priority;
        let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
        // SAFETY: `wanted` lives through the call and begins with the kernel's only field.
        let answer =
            unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const wanted) };
        if answer == 0 {
            Ok(())
        } else {
            Err(Errno::last())
        }
    }

    pub(super) fn renice(nice: libc::c_int) -> Result<(), Errno> {
        // SAFETY: no pointers; on Linux 0 is the calling thread.
        Errno::check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) })
    }

    /// Without `MCL_ONFAULT` every thread's whole stack would be pinned.
    pub(super) fn lock_memory() -> Result<(), Errno> {
        let all = libc::MCL_CURRENT | libc::MCL_FUTURE | libc::MCL_ONFAULT;
        // SAFETY: no pointers.
        Errno::check(unsafe { libc::mlockall(all) })
    }

    pub(super) fn memlock_is_unlimited() -> bool {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: `limit` is an rlimit to write to.
        let answer = unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) };
        answer == 0 && limit.rlim_cur == libc::RLIM_INFINITY
    }

    pub(super) fn forbid_dumps() -> bool {
        // SAFETY: no pointers.
        unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 }
    }

    pub(super) fn forbid_core_files() -> bool {
        let none = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: `none` lives through the call.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) == 0 }
    }

    #[cfg(test)]
    pub(super) fn dumpable() -> libc::c_int {
        // SAFETY: no pointers.
        unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_is_one_line() {
        let refused = Errno::from(std::io::Error::from_raw_os_error(libc::EPERM));
        let all = Realtime {
            scheduling: Scheduling::RealTime,
            memory: Memory::Locked,
        };
        assert_eq!(all.to_string(), "real-time scheduling, memory locked");
        let none = Realtime {
            scheduling: Scheduling::Ordinary(refused),
            memory: Memory::Limited,
        };
        assert_eq!(
            none.to_string(),
            "ordinary scheduling (Operation not permitted (os error 1)), \
             memory not locked (LimitMEMLOCK= is finite)"
        );
    }

    #[test]
    fn the_kernel_agrees_with_what_we_report() {
        let reported = std::thread::spawn(|| {
            let granted = go_realtime();
            let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
            let behind_name = stat.rsplit(')').next().unwrap();
            let policy = behind_name.split_whitespace().nth(38).unwrap().to_owned();
            (granted, policy)
        });
        let (granted, policy) = reported.join().unwrap();
        println!("{granted}");
        let real_time = granted.scheduling == Scheduling::RealTime;
        assert_eq!(real_time, policy == "1", "policy {policy}");
    }

    #[test]
    fn no_core_file_can_hold_a_password() {
        assert!(protect_secrets());
        assert_eq!(sys::dumpable(), 0);
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core"));
        assert_eq!(core.unwrap().split_whitespace().nth(4), Some("0"));
    }

    #[test]
    fn capabilities_are_read_as_the_kernel_prints_them() {
        let status = "Name:\twanctl\nCapPrm:\t0000000000004000\nCapEff:\t0000000000006000\n";
        assert_eq!(effective_capabilities(status), Some(0x6000));
        assert_eq!(effective_capabilities("Name:\twanctl\n"), None);
    }
}
