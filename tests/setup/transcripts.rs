//! What a person sees, as it is printed in the guide: wrong password, unreachable router, missing queues, two
//! lines with steering. `WANCTL_BLESS=1 cargo test --test setup` writes the guide's captures anew.

use std::fs;
use std::path::PathBuf;

use crate::bench::{Bench, PASSWORD, files};
use crate::terminal::Terminal;

const GUIDE: &str = "src/manual/guides/setup.md";
/// The flags of somebody who knows router and user; the password is asked for.
const KNOWS_ITS_ROUTER: [&str; 6] = [
    "--router",
    "127.0.0.1",
    "--trust-on-first-use",
    "--user",
    "wanctl",
    "--no-ssh",
];

impl Bench {
    /// Somebody who has typed `wanctl setup`.
    fn person(&self, flags: &[&str]) -> Option<Terminal> {
        let port = self.world.router_port().to_string();
        let mut setup = self.setup();
        setup.args(["--port", &port, "--no-check"]).args(flags);
        Terminal::run(&setup, self.dir.path())
    }

    /// The screen with what differs from run to run replaced by what a home would have.
    fn capture(&self, terminal: &Terminal) -> String {
        let mut text = terminal.text();
        text = text.replace(&self.path("etc").display().to_string(), "/etc/wanctl");
        for (name, place) in [
            ("_state.json", "/var/lib/wanctl"),
            ("metrics.db", "/var/lib/wanctl"),
            (".lock", "/run/wanctl"),
            (".log", "/var/log/wanctl"),
        ] {
            let data = self.path("data").display().to_string();
            let placed = |line: &str| {
                let is_it = line.contains(name);
                if is_it {
                    line.replace(&data, place)
                } else {
                    line.to_owned()
                }
            };
            let lines = text.lines().map(placed);
            text = lines.collect::<Vec<_>>().join("\n");
        }
        let port = self.world.router_port().to_string();
        text = text.replace(&format!(":{port}"), "").replace(&port, "443");
        text = text.replace("127.0.0.1/32", "192.168.1.10/32");
        let text = text
            .replace("127.0.0.1", "192.168.1.1")
            .replace("127.0.0.2", "192.168.1.2");
        let lines: Vec<String> = text.lines().map(settled).collect();
        lines.join("\n") + "\n"
    }
}

/// A line without digits of fingerprints, times, and this machine's gateway.
fn settled(line: &str) -> String {
    let is_hex = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(word) = line.split(['"', ' ']).find(|word| is_hex(word)) {
        return line.replace(word, &"4f".repeat(32));
    }
    if let Some((before, _)) = line.split_once(", up ") {
        return format!("{before}, up 3w2d.");
    }
    if let Some(rest) = line.strip_prefix("Router's address or name [") {
        let answer = rest.split_once("]: ").map_or("", |(_, answer)| answer);
        return format!("Router's address or name [192.168.1.1]: {answer}");
    }
    if let Some(answer) = line.strip_prefix("Router's address or name: ") {
        return format!("Router's address or name [192.168.1.1]: {answer}");
    }
    line.to_owned()
}

/// Compares with the guide, or writes into it.
#[track_caller]
fn is_in_guide(title: &str, capture: &str) {
    for line in capture
        .lines()
        .filter(|line| !line.starts_with("    ") && !line.starts_with("  + "))
    {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(GUIDE);
    let guide = fs::read_to_string(&path).expect("the guide");
    let head = format!("## {title}\n");
    let at = guide
        .find(&head)
        .unwrap_or_else(|| panic!("no {head:?} in {GUIDE}"));
    let open = at + guide[at..].find("```text\n").expect("a capture") + "```text\n".len();
    let close = open + guide[open..].find("```").expect("its end");
    if std::env::var_os("WANCTL_BLESS").is_some() {
        let blessed = format!("{}{capture}{}", &guide[..open], &guide[close..]);
        fs::write(&path, blessed).expect("the guide");
        return;
    }
    assert_eq!(
        &guide[open..close],
        capture,
        "WANCTL_BLESS=1 writes it anew"
    );
}

/// The prompt, for so many times; what is in its brackets is this machine's affair.
#[track_caller]
fn asked_for_the_router(terminal: &Terminal, times: usize) {
    terminal.waits_until("the router's address", |text| {
        let asked = text.matches("Router's address or name").count();
        asked == times
            && text.ends_with(':')
            && text
                .lines()
                .last()
                .is_some_and(|line| line.starts_with("Router's"))
    });
}

fn describes_a_line(terminal: &Terminal, kind: &str, down: &str, up: &str) {
    terminal.answers("What kind of line is it:", kind);
    terminal.answers("Download, Mbit/s:", down);
    terminal.answers("Upload, Mbit/s:", up);
}

#[test]
fn a_wrong_password_is_asked_for_again() {
    let bench = Bench::new();
    let Some(terminal) = bench.person(&[]) else {
        return;
    };
    asked_for_the_router(&terminal, 1);
    terminal.types("127.0.0.1");
    terminal.answers("from now on? [Y/n]", "");
    terminal.answers("RouterOS user [wanctl]:", "");
    terminal.answers("Password, not shown:", "not this one");
    terminal.answers("RouterOS user [wanctl]:", "");
    terminal.answers("Password, not shown:", PASSWORD);
    terminal.answers("Also by SSH? It stands in whenever REST fails. [y/N]", "");
    terminal.answers("does the router have [1]:", "");
    terminal.answers("for line 1 [wan1]:", "");
    describes_a_line(&terminal, "1", "500", "40");
    terminal.answers("Queue for downloads [WAN-Download]:", "");
    terminal.answers("Queue for uploads [WAN-Upload]:", "2");
    terminal.answers("Write these files? [Y/n]", "y");
    terminal.waits_for("exit 0");
    let text = terminal.text();
    assert!(
        !text.contains("not this one") && !text.contains(PASSWORD),
        "{text}"
    );
    is_in_guide("A wrong password", &bench.capture(&terminal));
    bench.check(&["wan1.yaml"]).has("0 errors");
}

#[test]
fn an_unreachable_router_is_asked_for_again_and_ctrl_c_leaves_nothing() {
    let bench = Bench::new();
    let Some(terminal) = bench.person(&[]) else {
        return;
    };
    asked_for_the_router(&terminal, 1);
    terminal.types("127.0.0.2");
    asked_for_the_router(&terminal, 2);
    terminal.types("127.0.0.1");
    terminal.answers("from now on? [Y/n]", "");
    terminal.answers("RouterOS user [wanctl]:", "");
    terminal.interrupts("Password, not shown:");
    terminal.waits_for("exit 130");
    is_in_guide("A router that does not answer", &bench.capture(&terminal));
    assert_eq!(files(&bench.path("etc")), Vec::<PathBuf>::new());
}

#[test]
fn queues_that_are_missing_are_made_and_found() {
    let bench = Bench::new();
    for menu in ["/queue tree", "/queue type"] {
        bench
            .world
            .terminal(&format!("{menu} remove [find name~\"WAN|cake\"]"));
    }
    let Some(terminal) = bench.person(&KNOWS_ITS_ROUTER) else {
        return;
    };
    terminal.answers("Password, not shown:", PASSWORD);
    terminal.answers("does the router have [1]:", "");
    terminal.answers("for line 1 [wan1]:", "home");
    describes_a_line(&terminal, "dsl", "95", "18");
    terminal.answers("Queue for downloads [WAN-Download]:", "");
    terminal.answers("Queue for uploads [WAN-Upload]:", "");
    let wait = "Press Enter to look again, or type s to go on without:";
    terminal.waits_for(wait);
    for command in commands(&terminal.text(), "/queue") {
        let said = bench.world.terminal(&command);
        assert!(said.output.is_empty(), "{command}: {}", said.output);
    }
    terminal.answers(wait, "");
    terminal.answers("Write these files? [Y/n]", "");
    terminal.waits_for("exit 0");
    is_in_guide("Queues that are missing", &bench.capture(&terminal));
    bench.check(&["home.yaml"]).has("0 errors");
}

/// Commands on the screen.
fn commands(screen: &str, menu: &str) -> Vec<String> {
    let lines = screen.lines().filter_map(|line| line.strip_prefix("    "));
    lines
        .filter(|line| line.starts_with(menu))
        .map(str::to_owned)
        .collect()
}

#[test]
fn two_lines_and_steering() {
    let bench = Bench::new();
    for command in [
        "/queue tree add name=Backup-Down parent=bridge packet-mark=backup queue=cake-down max-limit=90M \
         bucket-size=0.01",
        "/queue tree add name=Backup-Up parent=ether1 packet-mark=backup queue=cake-up max-limit=18M bucket-size=0.01",
    ] {
        bench.world.terminal(command);
    }
    let Some(terminal) = bench.person(&KNOWS_ITS_ROUTER) else {
        return;
    };
    terminal.answers("Password, not shown:", PASSWORD);
    terminal.answers("does the router have [1]:", "2");
    terminal.answers("for line 1 [wan1]:", "main");
    describes_a_line(&terminal, "fiber", "950", "500");
    terminal.answers("Source address [none]:", "");
    terminal.answers("Queue for downloads [WAN-Download-main]:", "1");
    terminal.answers("Queue for uploads [WAN-Upload-main]:", "2");
    terminal.answers("for line 2 [wan2]:", "backup");
    describes_a_line(&terminal, "lte", "90", "18");
    terminal.answers("Source address [none]:", "127.0.0.2");
    terminal.answers("Queue for downloads [Backup-Down]:", "");
    terminal.answers("Queue for uploads [Backup-Up]:", "");
    terminal.answers("Set that up, too? [y/N]", "y");
    terminal.answers("when it is bad [main]:", "");
    terminal.answers("Line that helps out [backup]:", "");
    terminal.answers("[wanctl: latency-sensitive to backup]:", "");
    let wait = "Press Enter to look again, or type s to go on without:";
    terminal.waits_for(wait);
    bench.world.terminal(
        "/ip firewall mangle add chain=prerouting action=mark-connection new-connection-mark=steered \
         connection-state=new dscp=46 disabled=yes comment=\"wanctl: latency-sensitive to backup\"",
    );
    terminal.answers(wait, "");
    terminal.answers("Write these files? [Y/n]", "");
    terminal.waits_for("exit 0");
    is_in_guide("Two lines and steering", &bench.capture(&terminal));
    assert!(wanctl::config::load_steering(&bench.config("steering.yaml")).is_ok());
}
