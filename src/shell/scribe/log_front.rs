//! The `log` facade's way to the scribe: for what happens to the process rather than to a WAN.

use log::{Level, LevelFilter, Log, Metadata};

use super::{Inbox, Record, line};

struct Front<S, F> {
    inbox: Inbox<S, F>,
}

impl<S: Send + 'static, F: Send + 'static> Log for Front<S, F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Info || self.inbox.wants_debug()
    }

    fn log(&self, record: &log::Record<'_>) {
        // Libraries below us log too; only our own words belong into the user's log.
        if !self.enabled(record.metadata()) || !record.target().starts_with("wanctl") {
            return;
        }
        self.inbox.leave(Record::Line {
            wan: None,
            level: record.level(),
            text: line(*record.args()),
        });
    }

    fn flush(&self) {}
}

/// Sends the process's `log` lines to the scribe. Only the first call in a process has an effect.
pub fn install<S: Send + 'static, F: Send + 'static>(inbox: &Inbox<S, F>) {
    let front = Front {
        inbox: inbox.clone(),
    };
    if log::set_boxed_logger(Box::new(front)).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}
