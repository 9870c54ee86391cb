use core::fmt::Write as _;

use super::*;

/// To be looked at with `--nocapture`; what must hold is said by the other tests.
#[test]
fn the_table() {
    let mut table = String::new();
    for scenario in scenario::all(1) {
        for law in [
            Law::Static,
            Law::Classic,
            Law::ClassicUnlimited,
            Law::Adaptive,
        ] {
            let score = run(&scenario, law);
            let name = format!("{law:?}");
            let _ = writeln!(table, "{:32} {name:17} {score}", scenario.name);
        }
    }
    println!("{table}");
    assert_eq!(table.lines().count(), 4 * scenario::all(1).len());
}
