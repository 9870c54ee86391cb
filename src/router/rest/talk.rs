//! What a talk has to be able to do over REST: to ask, and to understand the answer.

use core::fmt;

use crate::router::Failure;
use crate::router::talk::{After, Talk, Told};
use crate::time::{Duration, Instant};

/// Room for a path: a menu, and the properties that are wanted of it.
pub const MAX_PATH: usize = 192;
/// Room for a body.
pub const MAX_BODY: usize = 256;

/// One request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `GET`, `PATCH`, `POST`.
    pub method: &'static str,
    /// From `/rest` on.
    pub path: heapless::String<MAX_PATH>,
    /// JSON, if there is something to say.
    pub body: Option<heapless::String<MAX_BODY>>,
}

impl Ask {
    /// Asks for what is there.
    ///
    /// # Panics
    /// If the path is longer than [`MAX_PATH`].
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: heapless::String::try_from(path).expect("our own paths fit"),
            body: None,
        }
    }

    /// Asks a command of a menu, with what it is to be told.
    ///
    /// # Panics
    /// If the path is longer than [`MAX_PATH`], or the body than [`MAX_BODY`].
    pub fn post(path: &str, body: &str) -> Self {
        let mut ask = Self::get(path);
        ask.method = "POST";
        ask.body = Some(heapless::String::try_from(body).expect("our own bodies fit"));
        ask
    }

    /// Changes the object with this id.
    ///
    /// # Panics
    /// If menu and id are longer than [`MAX_PATH`], or the body than [`MAX_BODY`].
    pub fn patch(menu: &str, id: &str, body: &str) -> Self {
        let mut ask = Self::get(menu);
        ask.method = "PATCH";
        ask.path
            .push('/')
            .and_then(|()| ask.path.push_str(id))
            .expect("a menu and an id fit");
        ask.body = Some(heapless::String::try_from(body).expect("our own bodies fit"));
        ask
    }
}

/// A talk over REST.
pub trait RestTalk: Talk {
    /// What to ask when it is time for a look.
    fn look(&mut self, now: Instant) -> Ask;
    /// What to ask for an order; `None` if not enough is known.
    fn order(&self, order: Self::Order) -> Option<Ask>;
    /// The answer to a look, but never a 401.
    ///
    /// # Errors
    /// Why the router is of no use to us.
    fn seen(&self, status: u16, body: &[u8]) -> Result<Self::Seen, Failure>;
    /// The answer to a look does not fit into the link's buffer. The connection is given up; what can be
    /// done without is not to be asked again.
    fn seen_too_large(&mut self) {}
    /// The answer to an order, but never a 401.
    fn answered(
        &mut self,
        now: Instant,
        order: Self::Order,
        reply: Answer<'_>,
        told: &mut Told<Self::Event>,
    ) -> After;
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'r> {
    /// The HTTP status.
    pub status: u16,
    /// JSON, softened.
    pub body: &'r [u8],
    /// From request to reply.
    pub took: Duration,
}

/// What any REST link needs to know, and what it talks about.
#[derive(Clone)]
pub struct Params<T> {
    /// The `Host` header.
    pub host: String,
    /// The `Authorization` header: `Basic …`. Never printed.
    pub authorization: String,
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](super::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// What it talks about.
    pub talk: T,
}

impl<T: fmt::Debug> fmt::Debug for Params<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("host", &self.host)
            .field("authorization", &"***")
            .field("talk", &self.talk)
            .finish_non_exhaustive()
    }
}

/// Settings of a link that say which talk it is for.
pub trait Setup {
    /// Which.
    type Talk: RestTalk;
    /// The link's share and the talk.
    fn params(self) -> Params<Self::Talk>;
}

impl<T: RestTalk> Setup for Params<T> {
    type Talk = T;

    fn params(self) -> Self {
        self
    }
}
