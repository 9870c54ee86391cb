//! One look, for tools, which may wait.

use std::path::PathBuf;

use super::documents::Documents;
use super::live::Live;
use super::{DocumentTrouble, FeedParams, LiveTrouble};
use crate::shell::clock::Clock;
use crate::time::Duration;
use crate::units::Millis;

/// What the feed would hear now.
#[derive(Clone, Debug)]
pub struct Look {
    /// The state document that serves; otherwise what is wrong with each.
    pub document: Result<Document, Vec<(PathBuf, DocumentTrouble)>>,
    /// Whether the live word was heard; `None` if nobody asks for it.
    pub live: Option<Result<(), LiveTrouble>>,
}

/// A state document that can be used.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it is.
    pub path: PathBuf,
    /// How long ago it was written.
    pub age: Duration,
    /// Its baseline, not judged yet.
    pub baseline: Millis,
}

/// Reads the documents and asks for the live word. Waits up to a second.
pub fn look(clock: Clock, params: FeedParams) -> Look {
    let reading = clock.read();
    let mut documents = Documents::new(params.documents);
    documents.look(reading);
    let word = documents.word(reading.now);
    let serving = documents.state(reading.now).ok().zip(word);
    let document = serving.and_then(|(n, word)| {
        Some(Document {
            path: documents.path(n).to_owned(),
            age: word.age(reading.now),
            baseline: word.feed.baseline?,
        })
    });
    let troubles = || {
        let troubles = documents.troubles();
        troubles.map(|(path, why)| (path.to_owned(), why)).collect()
    };
    Look {
        document: document.ok_or_else(troubles),
        live: params.health.map(|address| {
            let mut live = Live::new(clock, address, params.wan);
            live.look();
            live.state()
        }),
    }
}
