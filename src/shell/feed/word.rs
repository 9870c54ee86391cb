//! A word of autorate's, and how old it is.

use crate::steering::ZONE_FRESH;
use crate::steering::evidence::Feed;
use crate::time::{Duration, Instant};

/// What autorate said, and when that was true. An instant before the start of this process cannot be
/// spelled; hence the age.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Its own age means nothing.
    pub(super) feed: Feed,
    pub(super) heard_at: Instant,
    /// How old it was when it was heard.
    pub(super) age_then: Duration,
}

impl Word {
    pub(super) fn age(&self, now: Instant) -> Duration {
        self.age_then + (now - self.heard_at)
    }

    fn at(self, now: Instant) -> Feed {
        Feed {
            age: self.age(now),
            ..self.feed
        }
    }
}

/// The live word while it is of now; else the younger baseline.
pub(super) fn choose(document: Option<Word>, live: Option<Word>, now: Instant) -> Option<Feed> {
    let (document, live) = (
        document.map(|word| word.at(now)),
        live.map(|word| word.at(now)),
    );
    if live.is_some_and(|live| live.age <= ZONE_FRESH) {
        return live;
    }
    let younger = [document, live]
        .into_iter()
        .flatten()
        .min_by_key(|feed| feed.age)?;
    Some(Feed {
        age: younger.age,
        baseline: younger.baseline,
        ..Feed::default()
    })
}
