//! RouterOS's command line: commands as text, and what the console prints back (routeros.md 3).
//!
//! Names are put between quotes unescaped: the config check lets only `A-Z a-z 0-9 - _` pass.

mod counters;
mod lists;
mod queues;
mod record;
mod rules;

pub use self::counters::{counters, find_counters};
pub use self::lists::{count_entries, read_count};
pub use self::queues::{Printed, Scope, find_queues, look_up, refuses_queue_type, set};
pub use self::rules::{find_rule, look_up_rule, switch};

/// Room for any command: four names of [`MAX_NAME`](super::routeros::MAX_NAME) bytes between words, or
/// three and a rate.
pub const MAX_COMMAND: usize = 512;

/// One line for the console.
pub type Command = heapless::String<MAX_COMMAND>;

/// Whether the console says that the user may not do this.
pub fn refuses_permission(text: &str) -> bool {
    text.contains("not enough permissions")
}
