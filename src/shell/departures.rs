//! Whether echo requests leave at all.
//!
//! An echo that does not leave is as good as unanswered, so the decisions need not know. People do: "no
//! route" is mended elsewhere than "no answer". And sockets tied to an interface stay tied to one that
//! has gone, even if one of the same name comes back, as PPP links do: they must be opened again.

use crate::status::Unsent;
use crate::time::{Duration, Instant};

/// A full queue or a route that changes may swallow a round or two; that is no news.
const NEWS_AFTER: Duration = Duration::from_secs(1);
/// Shortest time between two attempts to open sockets again.
const REOPEN_EVERY: Duration = Duration::from_secs(3);

/// What became of one WAN's echo requests.
#[derive(Debug, Default)]
pub(super) struct Departures {
    /// Some request of this round left.
    left: bool,
    /// Why the round's last failure failed.
    failed: Option<Unsent>,
    /// Since when no round has left.
    stuck_since: Option<Instant>,
    /// What was last said about it.
    said: Option<Unsent>,
    reopen_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum News {
    /// Nothing leaves any more.
    Stuck(Unsent),
    /// It does again.
    Leaving,
}

/// What a round of requests, taken together, showed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Verdict {
    /// What to tell, if it is new.
    pub(super) news: Option<News>,
    /// Sockets that are tied to an interface may be tied to one that has gone: time to try anew.
    pub(super) reopen: bool,
}

impl Departures {
    /// One request left, or did not.
    pub(super) const fn note(&mut self, sent: Result<(), Unsent>) {
        match sent {
            Ok(()) => self.left = true,
            Err(why) => self.failed = Some(why),
        }
    }

    /// The round is over.
    pub(super) fn close_round(&mut self, now: Instant) -> Verdict {
        let left = core::mem::take(&mut self.left);
        match self.failed.take() {
            _ if left => {
                self.stuck_since = None;
                self.reopen_at = None;
                Verdict {
                    news: self.said.take().map(|_| News::Leaving),
                    reopen: false,
                }
            }
            Some(why) => self.stuck(now, why),
            None => Verdict::default(),
        }
    }

    fn stuck(&mut self, now: Instant, why: Unsent) -> Verdict {
        let since = *self.stuck_since.get_or_insert(now);
        if now - since < NEWS_AFTER {
            return Verdict::default();
        }
        let reopen = why.may_be_a_lost_interface() && self.reopen_at.is_none_or(|at| now >= at);
        if reopen {
            self.reopen_at = Some(now + REOPEN_EVERY);
        }
        let new = self.said.replace(why) != Some(why);
        Verdict {
            news: new.then_some(News::Stuck(why)),
            reopen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND: Duration = Duration::from_millis(50);

    /// So many rounds of two requests each; with what was said and how often sockets were reopened.
    fn rounds(
        departures: &mut Departures,
        now: &mut Instant,
        count: u32,
        sent: [Result<(), Unsent>; 2],
    ) -> (Vec<News>, u32) {
        let (mut news, mut reopened) = (Vec::new(), 0);
        for _ in 0..count {
            for sent in sent {
                departures.note(sent);
            }
            *now = *now + ROUND;
            let verdict = departures.close_round(*now);
            news.extend(verdict.news);
            reopened += u32::from(verdict.reopen);
        }
        (news, reopened)
    }

    #[test]
    fn a_lost_interface_is_told_once_and_tried_anew_every_few_seconds() {
        let (mut departures, mut now) = (Departures::default(), Instant::ZERO);
        let mut run = |count, sent| rounds(&mut departures, &mut now, count, sent);
        assert_eq!(run(100, [Ok(()); 2]), (vec![], 0));
        assert_eq!(run(20, [Err(Unsent::NoRoute); 2]), (vec![], 0));
        assert_eq!(
            run(1, [Err(Unsent::NoRoute); 2]),
            (vec![News::Stuck(Unsent::NoRoute)], 1)
        );
        // Ten seconds more.
        assert_eq!(run(200, [Err(Unsent::NoRoute); 2]), (vec![], 3));
        assert_eq!(
            run(1, [Err(Unsent::NoInterface); 2]),
            (vec![News::Stuck(Unsent::NoInterface)], 0)
        );
        assert_eq!(run(1, [Ok(()); 2]), (vec![News::Leaving], 0));
    }

    #[test]
    fn one_request_that_leaves_is_enough_and_a_firewall_is_no_lost_interface() {
        let (mut departures, mut now) = (Departures::default(), Instant::ZERO);
        let mut run = |count, sent| rounds(&mut departures, &mut now, count, sent);
        let one = [Ok(()), Err(Unsent::NoRoute)];
        assert_eq!(run(100, one), (vec![], 0));
        let all = [Err(Unsent::Forbidden); 2];
        assert_eq!(run(100, all), (vec![News::Stuck(Unsent::Forbidden)], 0));
    }
}
