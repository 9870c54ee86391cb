//! The judge himself.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::time::{Duration, Instant};

use crate::judge::{Death, Judge};
use crate::moment::Kind;
use crate::router::Held;
use crate::victim::{Role, STATE, STDERR};

const DOCUMENT: &str = r#"{"last_applied":{"dl_rate":null}}"#;

#[test]
fn a_document_that_was_there_may_not_go_however_short_the_life_was() {
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let held = Held::before(Role::Autorate, &world);
    let home = tempfile::tempdir().expect("a place for temporary files");
    let put = |name: &str, text| fs::write(home.path().join(name), text).expect("ours");
    put(STDERR, "");
    let mut judge = Judge::new(Role::Autorate, home.path(), Path::new("wanctl"));
    let death = Death {
        kind: Kind::Starting,
        ready: None,
        killed: SystemTime::now(),
        at: Instant::ZERO,
    };
    judge.examine(&death, &held).expect("there was none yet");
    put(STATE, DOCUMENT);
    judge.examine(&death, &held).expect("there it is");
    fs::remove_file(home.path().join(STATE)).expect("just written");
    let wrong = judge.examine(&death, &held).expect_err("it is gone");
    assert!(wrong.contains("its state"), "{wrong}");
}

#[test]
fn a_document_is_behind_since_the_router_held_something_else() {
    let after = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let values = [(0, "9"), (5, "7"), (8, "9"), (20, "8")];
    let held = Held {
        role: Role::Autorate,
        values: values.map(|(at, value)| (after(at), value.into())).into(),
        seen: 0,
    };
    let left = |rate: Value| held.left(&json!({"last_applied": {"dl_rate": rate}}));
    assert_eq!(left(json!(8)), Ok(None));
    assert_eq!(left(json!(9)), Ok(Some(after(20))));
    assert_eq!(left(json!(7)), Ok(Some(after(8))));
    assert_eq!(left(Value::Null), Ok(Some(Instant::ZERO)));
    assert!(left(json!(6)).is_err());
}
