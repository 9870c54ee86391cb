//! `/queue/tree`: the HTB classes whose `max-limit` is all that wanctl ever writes.

use super::record::Record;
use super::table::{Field, Kind, Table};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// What `set` takes, the same from 7.10 to 7.24.
const FIELDS: &[Field] = &[
    Field("bucket-size", Kind::Fraction(0, 10)),
    Field("burst-limit", Kind::Size),
    Field("burst-threshold", Kind::Size),
    Field("burst-time", Kind::Text),
    Field("comment", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("limit-at", Kind::Size),
    Field("max-limit", Kind::Size),
    Field("name", Kind::Text),
    Field("packet-mark", Kind::Text),
    Field("parent", Kind::Text),
    Field("priority", Kind::Number(1, 8)),
    Field("queue", Kind::Text),
];

const DEFAULTS: &[(&str, &str)] = &[
    ("bucket-size", "0.1"),
    ("burst-limit", "0"),
    ("burst-threshold", "0"),
    ("burst-time", "0s"),
    ("bytes", "0"),
    ("disabled", "false"),
    ("dropped", "0"),
    ("invalid", "false"),
    ("limit-at", "0"),
    ("max-limit", "0"),
    ("packet-mark", ""),
    ("packet-rate", "0"),
    ("packets", "0"),
    ("priority", "8"),
    ("queue", "default-small"),
    ("queued-bytes", "0"),
    ("queued-packets", "0"),
    ("rate", "0"),
];

/// Ids of this menu are this plus a small number.
const FIRST_ID: u64 = 0x100_0000;
/// `rate` is an average of about this long.
const RATE_WINDOW: Duration = Duration::from_secs(1);
/// For `packets`: a loaded line carries full frames.
const FRAME: u64 = 1_500;

/// The menu with its counters.
#[derive(Clone, Debug)]
pub(super) struct QueueTree {
    pub(super) table: Table,
    meters: Vec<Meter>,
}

/// What counts for one queue, and where: traffic passes many times between two changes of the menu.
#[derive(Clone, Debug)]
struct Meter {
    name: String,
    /// The menu's version for which the rest holds.
    version: u64,
    id: String,
    row: usize,
    /// Whether the queue is neither disabled nor invalid.
    counts: bool,
    /// Of `METERED` in the row.
    places: [usize; METERED.len()],
    window: Window,
}

/// What traffic moves.
const METERED: [&str; 6] = [
    "bytes",
    "packets",
    "queued-bytes",
    "queued-packets",
    "rate",
    "packet-rate",
];

/// The bytes `rate` will be computed from.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    since: Instant,
    bytes: u64,
}

impl Meter {
    /// Reads the row again; `None` if there is none any more.
    fn found(&mut self, now: Instant, table: &mut Table) -> Option<()> {
        self.row = table.find(&self.name)?;
        let row = &table.rows()[self.row];
        if row.id() != self.id {
            self.window = Window {
                since: now,
                bytes: 0,
            };
            row.id().clone_into(&mut self.id);
        }
        self.counts = !row.is_on("disabled") && !row.is_on("invalid");
        for (place, name) in self.places.iter_mut().zip(METERED) {
            *place = table.counter(self.row, name);
        }
        self.version = table.version();
        Some(())
    }
}

impl QueueTree {
    pub(super) const fn new() -> Self {
        Self {
            table: Table::new(FIELDS, Vec::new())
                .requiring(&["name", "parent"])
                .numbered_from(FIRST_ID)
                .with_defaults(DEFAULTS),
            meters: Vec::new(),
        }
    }

    /// A queue with RouterOS's defaults.
    pub(super) fn add(&mut self, name: &str, parent: &str, queue: &str, max_limit: Rate) {
        let mut row = Record::of(&[("name", name), ("parent", parent), ("queue", queue)]);
        row.set_number("max-limit", max_limit.as_bps());
        self.table.insert(&row);
    }

    /// A queue by name, to be changed behind the client's back.
    pub(super) fn named_mut(&mut self, name: &str) -> Option<&mut Record> {
        let index = self.table.find(name)?;
        self.table.rows_mut().get_mut(index)
    }

    /// New ids for all, as after a restored backup.
    pub(super) fn renumber(&mut self) {
        self.table.renumber();
    }

    /// Each other's ids.
    pub(super) fn swap_ids(&mut self) {
        self.table.reverse_ids();
    }

    /// What the queue lets through: `None` if there is none of this name or it is disabled or
    /// invalid.
    pub(super) fn max_limit(&self, name: &str) -> Option<Rate> {
        let row = self.table.named(name)?;
        (!row.is_on("disabled") && !row.is_on("invalid"))
            .then(|| Rate::bps(row.number("max-limit")))
    }

    /// Traffic went through a queue. `dropped` stays 0: with a CAKE leaf, RouterOS never counts any.
    pub(super) fn carry(&mut self, now: Instant, name: &str, bytes: u64, queued: u64) {
        let Self { table, meters } = self;
        let known = meters.iter().position(|meter| meter.name == name);
        let index = known.unwrap_or_else(|| {
            meters.push(Meter {
                name: name.to_owned(),
                version: u64::MAX,
                id: String::new(),
                row: 0,
                counts: false,
                places: [0; METERED.len()],
                window: Window::default(),
            });
            meters.len() - 1
        });
        let meter = &mut meters[index];
        if meter.version != table.version() && meter.found(now, table).is_none() {
            meters.swap_remove(index);
            return;
        }
        if !meter.counts {
            return;
        }
        let row = table.counting_mut(meter.row);
        let [
            all_bytes,
            packets,
            queued_bytes,
            queued_packets,
            rate,
            packet_rate,
        ] = meter.places;
        row.count_at(all_bytes, bytes);
        row.count_at(packets, bytes.div_ceil(FRAME));
        row.set_at(queued_bytes, queued);
        row.set_at(queued_packets, queued.div_ceil(FRAME));
        let window = &mut meter.window;
        window.bytes += bytes;
        let span = now - window.since;
        if span >= RATE_WINDOW {
            let per_second = |count: u64| count.saturating_mul(1_000_000) / span.as_micros();
            row.set_at(rate, per_second(window.bytes.saturating_mul(8)));
            row.set_at(packet_rate, per_second(window.bytes.div_ceil(FRAME)));
            *window = Window {
                since: now,
                bytes: 0,
            };
        }
    }
}
