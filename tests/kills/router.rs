//! What the router was told, and how far a state document is behind it.

use serde_json::Value;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::time::Instant;
use wanctl::units::Rate;

use crate::victim::Role;

/// Above all upload limits and below all download limits.
const BETWEEN: Rate = Rate::mbit(60);

/// What the router held, and from when on.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) role: Role,
    pub(crate) values: Vec<(Instant, String)>,
    /// Requests that were looked at.
    pub(crate) seen: u64,
}

impl Held {
    /// What it holds before anybody has told it anything.
    pub(crate) fn before(role: Role, world: &World) -> Self {
        let first = match role {
            Role::Autorate => {
                let limit = world.max_limit(Direction::Down).expect("it has the queue");
                limit.as_bps().to_string()
            }
            Role::Steering => "true".to_owned(),
        };
        Self {
            role,
            values: vec![(Instant::ZERO, first)],
            seen: 0,
        }
    }

    /// Adds what it was told since it was last looked at.
    pub(crate) fn follow(&mut self, world: &World) {
        let scene = world.scene();
        let journal = &scene.router.journal;
        // It forgets its oldest requests.
        let forgotten = journal.total() - journal.entries().count() as u64;
        let seen = self.seen.saturating_sub(forgotten);
        self.seen = journal.total();
        for entry in journal
            .entries()
            .skip(usize::try_from(seen).expect("they are in memory"))
        {
            if entry.is_write()
                && let Ok(body) = serde_json::from_str::<Value>(&entry.body)
                && let Some(value) = self.told(&body)
            {
                self.values.push((entry.at, value));
            }
        }
    }

    fn told(&self, body: &Value) -> Option<String> {
        let value = match self.role {
            Role::Autorate => body["max-limit"].as_str()?,
            Role::Steering => body["disabled"].as_str()?,
        };
        let of_upload =
            self.role == Role::Autorate && value.parse().is_ok_and(|bps| Rate::bps(bps) < BETWEEN);
        (!of_upload).then(|| value.to_owned())
    }

    /// Since when the router holds something else than a document says; `None` if it holds just that.
    pub(crate) fn left(&self, document: &Value) -> Result<Option<Instant>, String> {
        let said = match self.role {
            Role::Autorate => match &document["last_applied"]["dl_rate"] {
                // Nothing was written by whoever wrote it.
                Value::Null => return Ok(Some(Instant::ZERO)),
                rate => rate.to_string(),
            },
            Role::Steering => {
                let state = document["current_state"].as_str();
                let state = state.ok_or("no current_state")?;
                (!state.ends_with("_DEGRADED")).to_string()
            }
        };
        let held = self.values.iter().rposition(|(_, value)| *value == said);
        let held = held.ok_or_else(|| format!("{said}, which the router never held"))?;
        Ok(self.values.get(held + 1).map(|(at, _)| *at))
    }
}
