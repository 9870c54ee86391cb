//! Which path is answered with what.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::answer::{self, Answer};
use super::page::Page;
use super::request::{Refusal, Request};
use super::sources::Sources;
use super::{Settings, live, series};
use crate::shell::clock::Clock;
use crate::time::Duration;

/// Charts that are made at once; the machine has other things to do.
const CHARTS: usize = 2;
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(4);

/// Everything an answer needs.
pub(super) struct Routes {
    settings: Settings,
    listen: SocketAddr,
    sources: Arc<Sources>,
    page: Page,
    charts: Turns,
    clock: Clock,
}

impl Routes {
    pub(super) fn new(
        settings: Settings,
        listen: SocketAddr,
        sources: Arc<Sources>,
        clock: Clock,
    ) -> Self {
        Self {
            settings,
            listen,
            sources,
            page: Page::new(),
            charts: Turns::default(),
            clock,
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn answer(&self, request: &Request) -> Result<Answer, Refusal> {
        request.check_host(self.listen)?;
        match &*request.path {
            "/" => Ok(answer::html(&self.page.text, &self.page.policy)),
            "/api/live" => {
                let document = live::document(&self.settings, &self.sources, self.clock);
                Ok(answer::json(&document))
            }
            "/api/series" => self.series(request),
            _ => Err(Refusal::new(404, "there is nothing here but /")),
        }
    }

    fn series(&self, request: &Request) -> Result<Answer, Refusal> {
        let asked = series::Asked::of(request).map_err(|sentence| Refusal::new(400, sentence))?;
        let Some(path) = &self.settings.database else {
            return Err(Refusal::new(404, live::NO_HISTORY));
        };
        let _turn = self.charts.take()?;
        match series::answer(path, &asked, &self.sources, self.clock) {
            Ok(document) => Ok(answer::json(&document)),
            Err(trouble) => Err(Refusal::new(503, live::unread(&trouble))),
        }
    }
}

/// So many at once, the others wait.
#[derive(Default)]
struct Turns {
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// Given back when dropped.
struct Turn<'t>(&'t Turns);

impl Turns {
    fn take(&self) -> Result<Turn<'_>, Refusal> {
        let patience = std::time::Duration::from_micros(TURN.as_micros());
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, late) = self
            .given_back
            .wait_timeout_while(taken, patience, |taken| *taken >= CHARTS)
            .unwrap_or_else(PoisonError::into_inner);
        if late.timed_out() {
            return Err(Refusal::new(503, "too many charts are asked for at once"));
        }
        *taken += 1;
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.given_back.notify_one();
    }
}
