//! What several tests and a bench share: a WAN file as a user would write it, and whole WANs in virtual
//! time. What only some of them need is in files of its own, for them to include.

mod wan_file;
pub(crate) mod world;

use std::path::Path;

use wanctl::config::{self, Loaded, WanConfig};

pub(crate) use self::wan_file::WanFile;

/// The file, loaded; without paths of its own it has some that nobody can write to.
pub(crate) fn load(file: &WanFile<'_>) -> Loaded<WanConfig> {
    let mut text = file.text();
    if file.more.is_empty() {
        text.push_str(
            "logging: { main_log: /nonexistent/l, debug_log: /nonexistent/d }\n\
                 lock_file: /nonexistent/wan.lock\n",
        );
    }
    let parsed = config::parse(Path::new("test.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}\n{text}"))
}
