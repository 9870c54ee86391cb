//! A real OpenSSH server on a loopback port. Its forced command is the double's console, so that a
//! client finds what it would find at a router.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::until;

/// The kinds of keys that RouterOS has, for hosts as for users.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Rsa,
    Ed25519,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// A running server. Dropping it ends it and its sessions.
#[derive(Debug)]
pub(crate) struct Sshd {
    dir: TempDir,
    binary: PathBuf,
    child: Option<Child>,
    pub(crate) port: u16,
    /// Commands that may run at once in one connection. One is enough for a client that ends them.
    pub(crate) sessions: u8,
    /// More lines for its configuration.
    pub(crate) extra: &'static str,
    console: PathBuf,
}

impl Sshd {
    /// `None`, with a word about it, where OpenSSH's server is not installed.
    pub(crate) fn start(console: &Path) -> Option<Self> {
        let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
        let Some(binary) = places.map(PathBuf::from).into_iter().find(|p| p.exists()) else {
            println!("skipped: no sshd");
            return None;
        };
        // As root it insists on this directory, which only its service makes.
        let _ = fs::create_dir_all("/run/sshd");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut sshd = Self {
            dir: TempDir::new().unwrap(),
            binary,
            child: None,
            port,
            sessions: 1,
            extra: "",
            console: console.to_owned(),
        };
        for kind in [Kind::Rsa, Kind::Ed25519] {
            make_key(kind, &sshd.host_key(kind));
            make_key(kind, &sshd.user_key(kind));
            let public = fs::read_to_string(sshd.user_key(kind).with_extension("pub")).unwrap();
            let keys = sshd.path("authorized_keys");
            fs::write(
                &keys,
                fs::read_to_string(&keys).unwrap_or_default() + &public,
            )
            .unwrap();
        }
        sshd.run();
        Some(sshd)
    }

    fn configure(&self) {
        let wanctl = env!("CARGO_BIN_EXE_wanctl");
        // A bash below sshd reads ~/.bashrc before the command, and what people put there may take
        // seconds or wait for a lock. It does not if it thinks that it is no first shell.
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nPidFile none\nUsePAM no\nStrictModes no\n\
             HostKey {rsa}\nHostKey {ed}\nAuthorizedKeysFile {keys}\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
             MaxSessions {sessions}\nMaxStartups 100\nSetEnv SHLVL=2\n\
             ForceCommand {wanctl} double-cli --socket {console}\n{extra}\n",
            port = self.port,
            sessions = self.sessions,
            extra = self.extra,
            rsa = self.host_key(Kind::Rsa).display(),
            ed = self.host_key(Kind::Ed25519).display(),
            keys = self.path("authorized_keys").display(),
            console = self.console.display(),
        );
        fs::write(self.path("sshd_config"), text).unwrap();
    }

    /// Starts it, again after [`kill`](Self::kill).
    pub(crate) fn run(&mut self) {
        self.configure();
        let log = fs::File::create(self.path("log")).unwrap();
        let child = Command::new(&self.binary)
            .arg("-De")
            .arg("-f")
            .arg(self.path("sshd_config"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
        let port = self.port;
        let listens = until(Duration::from_secs(5), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(listens, "{}", fs::read_to_string(self.path("log")).unwrap());
    }

    /// The server and every session, at once and without a goodbye.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            for pid in descendants(child.id()) {
                let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn host_key(&self, kind: Kind) -> PathBuf {
        self.path(&format!("host_{}", kind.word()))
    }

    pub(crate) fn user_key(&self, kind: Kind) -> PathBuf {
        self.path(&format!("user_{}", kind.word()))
    }

    /// A `known_hosts` with the host's key of this kind.
    pub(crate) fn known_hosts(&self, kind: Kind) -> PathBuf {
        let key = fs::read_to_string(self.host_key(kind).with_extension("pub")).unwrap();
        self.write_known_hosts(&format!("[127.0.0.1]:{} {key}", self.port))
    }

    pub(crate) fn write_known_hosts(&self, text: &str) -> PathBuf {
        let path = self.path("known_hosts");
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) fn make_key(kind: Kind, path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", kind.word(), "-N", "", "-f"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
}

/// Children and their children, which sit in process groups of their own.
fn descendants(pid: u32) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(child) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // "pid (name) state ppid": the name may hold anything.
        let parent = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.split(' ').nth(1));
        if parent == Some(&pid.to_string()) {
            found.push(child);
            found.extend(descendants(child));
        }
    }
    found
}
