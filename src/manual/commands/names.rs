//! Words that values may be, from the tables that the parsers use.

use crate::config::ControlLaw;
use crate::sim::double::faults::Fault;
use crate::sim::trial::Law;

/// Of `demo --law`.
pub(super) const CONTROL_LAWS: [&str; 2] =
    [ControlLaw::Classic.word(), ControlLaw::Adaptive.word()];
/// Of `simulate --law`, and what stands for all of them.
pub(super) const LAWS: [&str; Law::NAMED.len() + 1] = and(&Law::NAMED, "all");
/// Of `double --fault`.
pub(super) const FAULTS: [&str; Fault::NAMED.len() + 1] = and(&Fault::NAMED, "none");

/// The names of a table, and one more.
const fn and<T, const N: usize, const M: usize>(
    table: &[(&'static str, T); N],
    last: &'static str,
) -> [&'static str; M] {
    let mut names = [last; M];
    let mut i = 0;
    while i < N {
        names[i] = table[i].0;
        i += 1;
    }
    names
}
