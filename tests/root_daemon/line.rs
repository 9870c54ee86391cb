//! A home with its line: this thread's own network namespace, and another one with what answers.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};

use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::sim::line::LineOptions;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/testing");

/// A script that answers packets in the far namespace, as it is told.
struct Answerer {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Answerer {
    fn start(namespace: &str, script: &str, orders: &[&str]) -> Self {
        let mut child = Command::new("ip")
            .args(["netns", "exec", namespace, "python3"])
            .arg(format!("{SCRIPTS}/{script}"))
            .args(orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut answerer = Self {
            child,
            orders,
            answers,
        };
        assert_eq!(answerer.answer(), "ready\n");
        answerer
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        assert_eq!(self.answer(), "ok\n");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From here on this thread, its threads and its processes have a network of their own.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) router: World,
    reflectors: Answerer,
    connector: Answerer,
}

impl Line {
    /// Three reflectors and the gateway, 20 ms away, and a host that takes TCP connects after 24 ms.
    /// `None`, with the reason printed, where that is not allowed.
    pub(super) fn up() -> Option<Self> {
        static LINES: AtomicU8 = AtomicU8::new(0);
        let n = LINES.fetch_add(1, Ordering::Relaxed);
        let name = format!("wd{}{}", std::process::id(), char::from(b'a' + n));
        if let Err(why) = enter_namespace().and_then(|()| netns("up", &name)) {
            println!("skipped: needs root (CAP_NET_RAW, network namespaces): {why}");
            return None;
        }
        let near = [1, 2, 3, 4].map(|n| format!("10.99.0.{n} delay 20"));
        let reflectors = Answerer::start(&name, "reflector.py", &near.each_ref().map(|o| &**o));
        let connector = Answerer::start(&name, "connector.py", &["10.99.0.5 delay 24"]);
        let router = World::start(WorldOptions {
            reflectors: 1,
            line: LineOptions::default(),
            ..WorldOptions::default()
        });
        Some(Self {
            router: router.unwrap(),
            name,
            reflectors,
            connector,
        })
    }

    /// An order for the reflector or gateway `10.99.0.n`.
    pub(super) fn host(&mut self, n: u8, order: &str) {
        self.reflectors.order(&format!("10.99.0.{n} {order}"));
    }

    /// The same order for all three reflectors.
    pub(super) fn reflectors(&mut self, order: &str) {
        for n in 1..=3 {
            self.host(n, order);
        }
    }

    /// An order for what answers TCP connects.
    pub(super) fn tcp(&mut self, order: &str) {
        self.connector.order(&format!("10.99.0.5 {order}"));
    }

    /// The interface the line is plugged into.
    pub(super) fn interface(&self) -> String {
        format!("{}-in", self.name)
    }

    /// `netns.sh plug` or `unplug`.
    pub(super) fn cable(&self, verb: &str) {
        netns(verb, &self.name).unwrap();
    }

    /// Requests the router was sent that change something.
    pub(super) fn writes(&self) -> usize {
        let journal = self.router.journal();
        journal.iter().filter(|entry| entry.is_write()).count()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = netns("down", &self.name);
    }
}

#[expect(unsafe_code, reason = "the standard library cannot enter a namespace")]
fn enter_namespace() -> Result<(), String> {
    // SAFETY: no pointers; only this thread is moved.
    if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
        return Err(std::io::Error::last_os_error().to_string());
    }
    run("ip", &["link", "set", "lo", "up"])
}

fn netns(verb: &str, name: &str) -> Result<(), String> {
    run("sh", &[&format!("{SCRIPTS}/netns.sh"), verb, name])
}

pub(super) fn run(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Packets that left by an interface of this thread's namespace.
pub(super) fn sent_by(interface: &str) -> u64 {
    let table = fs::read_to_string("/proc/thread-self/net/dev").unwrap();
    let line = table
        .lines()
        .find_map(|line| line.trim().strip_prefix(interface)?.strip_prefix(':'))
        .unwrap_or_else(|| panic!("no {interface} in {table}"));
    // Eight columns of what was received, then bytes and packets sent.
    line.split_whitespace().nth(9).unwrap().parse().unwrap()
}
