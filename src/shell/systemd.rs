//! Talks to the service manager: one datagram per message (`sd_notify(3)`), by hand because that
//! takes no allocation.

use core::fmt::{self, Write};
use std::env;
use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use heapless::String;

use super::Errno;
use crate::time::Duration;

/// A longer status is cut.
const LONGEST_STATUS: usize = crate::report::summary::CAPACITY;

/// The line to the service manager; says nothing when there is none.
#[derive(Debug)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

/// `NOTIFY_SOCKET` is set, but leads nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotifyError(Errno);

impl fmt::Display for NotifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to NOTIFY_SOCKET: {}", self.0)
    }
}

impl core::error::Error for NotifyError {}

impl Notifier {
    /// As the environment says: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    ///
    /// # Errors
    /// If there is a socket but no way to it; [`Notifier::mute`] does instead.
    pub fn from_env() -> Result<Self, NotifyError> {
        let var = |name| env::var(name).ok();
        let watchdog = watchdog_period(var("WATCHDOG_USEC"), var("WATCHDOG_PID"));
        Self::connect(env::var_os("NOTIFY_SOCKET").as_deref(), watchdog)
    }

    /// One that says nothing.
    pub const fn mute() -> Self {
        Self {
            socket: None,
            watchdog: None,
        }
    }

    fn connect(path: Option<&OsStr>, watchdog: Option<Duration>) -> Result<Self, NotifyError> {
        let Some(path) = path.filter(|path| !path.is_empty()) else {
            return Ok(Self::mute());
        };
        let connect = || {
            let address = match path.as_bytes() {
                [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
                _ => SocketAddr::from_pathname(path)?,
            };
            let socket = UnixDatagram::unbound()?;
            // A manager that does not read must not stop the loop.
            socket.set_nonblocking(true)?;
            socket.connect_addr(&address)?;
            Ok(socket)
        };
        let socket = connect().map_err(|error: std::io::Error| NotifyError(error.into()))?;
        Ok(Self {
            socket: Some(socket),
            watchdog,
        })
    }

    /// How often to call [`watchdog`](Self::watchdog): half of what the manager allows.
    pub const fn watchdog_period(&self) -> Option<Duration> {
        self.watchdog
    }

    /// The daemon is up.
    pub fn ready(&self) {
        self.send(b"READY=1");
    }

    /// The loop is alive.
    pub fn watchdog(&self) {
        self.send(b"WATCHDOG=1");
    }

    /// The daemon is about to end.
    pub fn stopping(&self) {
        self.send(b"STOPPING=1");
    }

    /// One line for `systemctl status`.
    pub fn status(&self, status: fmt::Arguments<'_>) {
        let mut line = Line(String::new());
        // Cut when full, on purpose.
        let _ = line.write_str("STATUS=");
        let _ = line.write_fmt(status);
        self.send(line.0.as_bytes());
    }

    fn send(&self, message: &[u8]) {
        if let Some(socket) = &self.socket {
            // Nobody is left to tell that the manager does not listen.
            let _ = socket.send(message);
        }
    }
}

/// Takes what fits; a line break would begin another assignment.
struct Line(String<{ "STATUS=".len() + LONGEST_STATUS }>);

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            let letter = if letter.is_control() { ' ' } else { letter };
            self.0.push(letter).map_err(|_| fmt::Error)?;
        }
        Ok(())
    }
}

/// The watchdog is meant for us if the manager names our pid or none.
fn watchdog_period(
    usec: Option<std::string::String>,
    pid: Option<std::string::String>,
) -> Option<Duration> {
    let ours = match pid {
        Some(pid) => pid.parse() == Ok(std::process::id()),
        None => true,
    };
    let usec: u64 = usec.filter(|_| ours)?.parse().ok()?;
    (usec >= 2).then(|| Duration::from_micros(usec / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(manager: &UnixDatagram) -> std::string::String {
        let mut bytes = [0; 2048];
        let length = manager.recv(&mut bytes).unwrap();
        std::string::String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    fn speaks(manager: &UnixDatagram, notifier: &Notifier) {
        notifier.ready();
        notifier.watchdog();
        notifier.status(format_args!("GREEN, {} ms\nEXTEND=1", 12));
        notifier.stopping();
        assert_eq!(heard(manager), "READY=1");
        assert_eq!(heard(manager), "WATCHDOG=1");
        assert_eq!(heard(manager), "STATUS=GREEN, 12 ms EXTEND=1");
        assert_eq!(heard(manager), "STOPPING=1");
    }

    #[test]
    fn the_manager_hears_it_at_a_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::connect(Some(path.as_os_str()), None).unwrap();
        speaks(&manager, &notifier);
    }

    #[test]
    fn the_manager_hears_it_at_an_abstract_name() {
        let name = format!("wanctl-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let manager = UnixDatagram::bind_addr(&address).unwrap();
        let notifier = Notifier::connect(Some(format!("@{name}").as_ref()), None).unwrap();
        speaks(&manager, &notifier);
    }

    #[test]
    fn a_long_status_is_cut_between_letters() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::connect(Some(path.as_os_str()), None).unwrap();
        notifier.status(format_args!("{}", "…".repeat(LONGEST_STATUS)));
        let whole = LONGEST_STATUS / "…".len();
        assert_eq!(heard(&manager), format!("STATUS={}", "…".repeat(whole)));
    }

    #[test]
    fn without_a_manager_nothing_is_said_and_a_dead_one_does_no_harm() {
        let mute = Notifier::connect(None, None).unwrap();
        mute.ready();
        mute.status(format_args!("unheard"));
        assert!(Notifier::connect(Some("/nonexistent/notify".as_ref()), None).is_err());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::connect(Some(path.as_os_str()), None).unwrap();
        for _ in 0..10_000 {
            notifier.watchdog();
        }
        drop(manager);
        notifier.watchdog();
    }

    #[test]
    fn the_watchdog_is_petted_twice_as_often_as_asked() {
        let text = |text: &str| Some(text.to_owned());
        let half = Some(Duration::from_secs(15));
        let own = std::process::id().to_string();
        assert_eq!(watchdog_period(text("30000000"), None), half);
        assert_eq!(watchdog_period(text("30000000"), Some(own)), half);
        assert_eq!(watchdog_period(text("30000000"), text("1")), None);
        assert_eq!(watchdog_period(text("0"), None), None);
        assert_eq!(watchdog_period(text("soon"), None), None);
        assert_eq!(watchdog_period(None, None), None);
    }
}
