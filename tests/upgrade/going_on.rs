//! The daemons on what v1.7 left, and v1.7 on what they leave: by its rules (contract 5.1 to 5.3, 7.1 to 7.4).

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::time::{Duration, Instant};

use crate::tree::{NOW, STEERING, Tree, WAN1};
use crate::v17_database::{ask_as_v17, empty};

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until there is something.
fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::new();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(
            clock.now() < Instant::ZERO + PATIENCE,
            "{what} did not come"
        );
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
}

/// The taken-over system's files with its paths where they really lie, and its router and reflectors ours.
fn moved_in(tree: &Tree, world: &World, name: &str, text: &str) -> PathBuf {
    let root = tree.root().display();
    let reflector = world.reflector_addresses()[0];
    let text = ["/run/", "/var/", "/etc/"]
        .iter()
        .fold(text.to_owned(), |text, top| {
            text.replace(&format!("\"{top}"), &format!("\"{root}{top}"))
        })
        .replace("192.168.1.1", "127.0.0.1")
        .replace("port: 443", &format!("port: {}", world.router_port()))
        .replace("user: \"admin\"", "user: wanctl")
        .replace("\"1.1.1.1\"", &format!("\"udp://{reflector}\""))
        .replace(", \"8.8.8.8\", \"9.9.9.9\"", "");
    let storage = format!(
        "storage: {{ db_path: \"{root}/var/lib/wanctl/metrics.db\" }}\nhealth_check: {{ port: 0 }}\n"
    );
    let path = tree.at(&format!("/etc/wanctl/{name}"));
    fs::write(&path, text + &storage).expect("ours");
    path
}

struct Daemon(Child);

impl Daemon {
    fn start(name: &str, config: &PathBuf) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_wanctl"))
            .arg0(name)
            .arg("--config")
            .arg(config)
            .env("ROUTER_PASSWORD", "secret")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("the binary is there"))
    }

    #[expect(unsafe_code, reason = "std sends no signal but SIGKILL")]
    fn stop(mut self) {
        let pid = i32::try_from(self.0.id()).expect("a pid");
        // SAFETY: no memory is involved; the pid is that of a child not yet waited for.
        assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
        assert!(self.0.wait().expect("our child").success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn document(tree: &Tree, path: &str) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(tree.at(path)).ok()?).ok()
}

fn rows(tree: &Tree) -> i64 {
    let db = rusqlite::Connection::open(tree.at("/var/lib/wanctl/metrics.db")).expect("a database");
    db.query_row("SELECT count(*) FROM metrics", [], |row| row.get(0))
        .expect("a number")
}

#[test]
fn state_and_history_go_on_and_v1_7_can_go_on_with_them() {
    let tree = Tree::new();
    assert_eq!(tree.wanctl(&["upgrade", "--yes"]).code, Some(0));
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    world.scene().router.add_steering_rule(COMMENT);
    let before = rows(&tree);

    let autorate = Daemon::start("wanctl", &moved_in(&tree, &world, "wan1.yaml", WAN1));
    let log = || tree.read("/var/log/wanctl/wan1.log");
    wait_for("the state", || {
        log().contains("state taken over from ").then_some(())
    });
    wait_for("its document", || {
        document(&tree, "/var/lib/wanctl/wan1_state.json")
    });
    let steering = moved_in(&tree, &world, "steering.yaml", STEERING);
    let steering = Daemon::start("/usr/local/bin/wanctl-steering", &steering);
    wait_for("steering's document", || {
        let said = document(&tree, "/var/lib/wanctl/steering_state.json")?;
        (!said["history_rtt"].as_array()?.is_empty()).then_some(())
    });
    wait_for("new rows", || (rows(&tree) > before).then_some(()));
    autorate.stop();
    steering.stop();

    as_v17_reads_autorate(&tree.read("/run/wanctl/wan1_state.json"));
    as_v17_reads_steering(&tree.read("/var/lib/wanctl/steering_state.json"));
    as_v17_reads_history(&tree, before);
    assert!(
        !tree.has("/run/wanctl/wan1.lock"),
        "v1.7 would ask whose it is"
    );
}

/// What v1.7 takes unchecked must be what it took for granted (contract 3.10, 5.1).
fn as_v17_reads_autorate(text: &str) {
    assert!(
        !text.ends_with('\n') && !text.contains(": "),
        "compact: {text}"
    );
    let document: Value = serde_json::from_str(text).expect("JSON");
    for direction in ["download", "upload"] {
        for key in [
            "green_streak",
            "soft_red_streak",
            "red_streak",
            "current_rate",
        ] {
            assert!(
                document[direction][key].is_u64(),
                "{direction}.{key}: {text}"
            );
        }
    }
    // The line is calm: what was restored has only climbed.
    assert!(
        document["download"]["current_rate"].as_u64() >= Some(247_814_820),
        "{text}"
    );
    assert!(
        document["upload"]["current_rate"].as_u64() >= Some(21_216_470),
        "{text}"
    );
    for key in ["baseline_rtt", "load_rtt"] {
        let value = document["ewma"][key].as_f64();
        assert!(value.is_some_and(|ms| (1.0..500.0).contains(&ms)), "{text}");
    }
    for key in ["dl_rate", "ul_rate"] {
        let value = &document["last_applied"][key];
        assert!(value.is_u64() || value.is_null(), "{text}");
    }
    is_naive_iso(&document["timestamp"]);
}

/// No field may need a coercion, because a failed one is a default (contract 5.3).
fn as_v17_reads_steering(text: &str) {
    let document: Value = serde_json::from_str(text).expect("JSON");
    let state = document["current_state"].as_str();
    assert!(
        state.is_some_and(|s| ["WAN1_GOOD", "WAN1_DEGRADED"].contains(&s)),
        "{text}"
    );
    for key in ["bad_count", "good_count", "red_count", "cake_read_failures"] {
        assert!(document[key].is_u64(), "{key}: {text}");
    }
    for key in ["rtt_delta_ewma", "queue_ewma"] {
        assert!(document[key].is_f64(), "{key}: {text}");
    }
    for key in [
        "history_rtt",
        "history_delta",
        "transitions",
        "cake_drops_history",
        "queue_depth_history",
        "cake_state_history",
    ] {
        assert!(document[key].is_array(), "{key}: {text}");
    }
    let zone = document["congestion_state"].as_str();
    assert!(
        zone.is_some_and(|zone| ["GREEN", "YELLOW", "RED"].contains(&zone)),
        "{text}"
    );
    for change in document["transitions"].as_array().expect("just seen") {
        is_naive_iso(&change["timestamp"]);
        assert!(
            change["from"].is_string() && change["to"].is_string(),
            "{text}"
        );
    }
}

/// Schema, and what its own reader finds: its rows of before, and ours after them.
fn as_v17_reads_history(tree: &Tree, before: i64) {
    let path = tree.at("/var/lib/wanctl/metrics.db");
    let fresh = tree.at("/fresh.db");
    drop(empty(&fresh));
    let schema = |path: &PathBuf| {
        let db = rusqlite::Connection::open(path).expect("a database");
        let columns = "SELECT name || type || \"notnull\" || coalesce(dflt_value, '') || pk FROM pragma_table_info('metrics')
            UNION ALL SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
        let mut statement = db.prepare(columns).expect("SQL");
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .expect("rows");
        let version: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("0");
        (rows.map(Result::unwrap).collect::<Vec<_>>(), version)
    };
    assert_eq!(schema(&path), schema(&fresh));
    assert!(rows(tree) > before);
    // Of an hour it asks for raw rows: its own, and ours.
    assert!(ask_as_v17(&path, NOW - 3_600, NOW).0 > 0, "v1.7's own rows");
    let newest = "SELECT max(timestamp) FROM metrics";
    let db = rusqlite::Connection::open(&path).expect("a database");
    let newest: i64 = db.query_row(newest, [], |row| row.get(0)).expect("rows");
    assert!(ask_as_v17(&path, newest - 3_600, newest).0 > 0, "ours");
}

/// As `datetime.fromisoformat` takes it, without a zone.
fn is_naive_iso(value: &Value) {
    let text = value.as_str().expect("a text");
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert!(
        ["0000-00-00T00:00:00.000000", "0000-00-00T00:00:00"].contains(&shape.as_str()),
        "{text}"
    );
}

/// There, back, and there again: v1.7 wrote its own path in the meantime, and that is the newer one.
#[test]
#[expect(clippy::disallowed_methods, reason = "files have dates")]
fn what_v1_7_did_in_between_is_not_forgotten() {
    let tree = Tree::new();
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let stale = tree
        .read("/run/wanctl/wan1_state.json")
        .replace("21216470", "11000000");
    tree.put("/var/lib/wanctl/wan1_state.json", 0o600, &stale);
    let hour = std::time::Duration::from_hours(1);
    let file = fs::File::options()
        .write(true)
        .open(tree.at("/var/lib/wanctl/wan1_state.json"));
    file.expect("just written")
        .set_modified(std::time::SystemTime::now() - hour)
        .expect("our own file");
    let said = tree.wanctl(&["check", "--from-v17"]);
    let row = said.row("/var/lib/wanctl/wan1_state.json");
    assert!(
        row.contains("is older than v1.7's own, which counts"),
        "{row}"
    );
    let autorate = Daemon::start("wanctl", &moved_in(&tree, &world, "wan1.yaml", WAN1));
    let saved = wait_for("a new document", || {
        let text = tree.read("/var/lib/wanctl/wan1_state.json");
        (text != stale).then(|| serde_json::from_str::<Value>(&text).ok())?
    });
    assert!(
        saved["upload"]["current_rate"].as_u64() >= Some(21_216_470),
        "{saved}"
    );
    autorate.stop();
}
