//! The same thing said again and again: the first times at once, then once a minute with a number.
//!
//! What a loop may say many times a second has a quota there (`autorate/quota`), which never comes to what is
//! allowed here. This is the net below everything else.

use crate::time::{Duration, Instant};

/// Lines that are written at once in a minute in which nothing was left out before. A quota of the loop allows
/// sixteen.
const AT_ONCE: u32 = 20;
/// So often it is said how many were left out.
const WINDOW: Duration = Duration::from_secs(60);
/// Messages that are told apart at the same time; the one that was not heard for longest makes room.
const MOST: usize = 64;

/// What was said lately.
#[derive(Debug)]
pub(super) struct Repeats<T> {
    messages: Vec<Message<T>>,
}

/// One thing that is said, whatever the numbers in it.
#[derive(Debug)]
struct Message<T> {
    pattern: String,
    since: Instant,
    heard_at: Instant,
    /// That may still be written in this window.
    left: u32,
    left_out: u32,
    /// The newest of those that were left out.
    newest: Option<T>,
}

/// So many were left out, of which this is the newest, in so much time.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct LeftOut<T> {
    pub(super) newest: T,
    pub(super) count: u32,
    pub(super) time: Duration,
}

impl<T> Message<T> {
    fn new(now: Instant, pattern: String) -> Self {
        Self {
            pattern,
            since: now,
            heard_at: now,
            left: AT_ONCE,
            left_out: 0,
            newest: None,
        }
    }

    /// Says what was left out, and begins anew.
    fn close(&mut self, now: Instant) -> Option<LeftOut<T>> {
        let time = now - self.since;
        self.since = now;
        let count = core::mem::take(&mut self.left_out);
        // Who did not stop to be heard has said at once what there was to say.
        self.left = if count == 0 { AT_ONCE } else { 0 };
        let newest = self.newest.take()?;
        Some(LeftOut {
            newest,
            count,
            time,
        })
    }
}

impl<T> Repeats<T> {
    /// Nothing was said yet.
    pub(super) const fn new() -> Self {
        Self {
            messages: Vec::new(),
        }
    }

    /// Somebody says `text`; `line` is all that is needed to write it. It comes back if it is to be written
    /// now, and before it what has to make room, if anything.
    pub(super) fn hear(
        &mut self,
        now: Instant,
        text: &str,
        line: T,
    ) -> (Option<LeftOut<T>>, Option<T>) {
        let pattern = pattern(text);
        let mut displaced = None;
        let known = self.messages.iter().position(|m| m.pattern == pattern);
        let place = known.unwrap_or_else(|| {
            displaced = self.make_room(now);
            self.messages.push(Message::new(now, pattern));
            self.messages.len() - 1
        });
        let message = &mut self.messages[place];
        message.heard_at = now;
        if message.left > 0 {
            message.left -= 1;
            return (displaced, Some(line));
        }
        message.left_out = message.left_out.saturating_add(1);
        message.newest = Some(line);
        (displaced, None)
    }

    /// What was left out for a minute, and is to be said now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<LeftOut<T>> {
        let due = |m: &Message<T>| now - m.since >= WINDOW;
        let closed = self.messages.iter_mut().filter(|m| due(m));
        let told: Vec<_> = closed.filter_map(|message| message.close(now)).collect();
        // Of which nothing was left out for a minute.
        self.messages.retain(|m| m.left < AT_ONCE);
        told
    }

    /// Whatever was left out: the process ends.
    pub(super) fn all(&mut self, now: Instant) -> Vec<LeftOut<T>> {
        let mut messages = core::mem::take(&mut self.messages);
        messages.iter_mut().filter_map(|m| m.close(now)).collect()
    }

    fn make_room(&mut self, now: Instant) -> Option<LeftOut<T>> {
        if self.messages.len() < MOST {
            return None;
        }
        let messages = self.messages.iter().enumerate();
        let (oldest, _) = messages.min_by_key(|(_, message)| message.heard_at)?;
        self.messages.swap_remove(oldest).close(now)
    }
}

/// The text with `#` for each of its numbers.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii_digit() {
            pattern.push(c);
            continue;
        }
        pattern.push('#');
        while chars.next_if(|&c| c.is_ascii_digit() || c == '.').is_some() {}
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    /// How many of `count` are written at once.
    fn written(repeats: &mut Repeats<u32>, now: Instant, count: u32) -> usize {
        let hear = |n: u32| repeats.hear(now, &format!("queue {n}.5: refused"), n).1;
        (0..count).filter_map(hear).count()
    }

    fn left_out(newest: u32, count: u32, secs: u64) -> LeftOut<u32> {
        LeftOut {
            newest,
            count,
            time: Duration::from_secs(secs),
        }
    }

    #[test]
    fn twenty_at_once_then_a_number_every_minute_until_it_has_stopped_for_one() {
        let mut repeats = Repeats::new();
        assert_eq!(written(&mut repeats, at(100), 138), 20);
        assert_eq!(repeats.due(at(159)), []);
        assert_eq!(repeats.due(at(160)), [left_out(137, 118, 60)]);
        // It goes on: the next minute is one line.
        assert_eq!(written(&mut repeats, at(170), 5), 0);
        assert_eq!(repeats.due(at(220)), [left_out(4, 5, 60)]);
        assert_eq!(repeats.due(at(280)), []);
        assert_eq!(written(&mut repeats, at(281), 21), 20);
    }

    #[test]
    fn what_has_nothing_left_out_is_forgotten_after_a_minute() {
        let mut repeats = Repeats::new();
        assert_eq!(written(&mut repeats, at(0), 20), 20);
        assert_eq!(repeats.due(at(60)), []);
        assert!(repeats.messages.is_empty());
        assert_eq!(written(&mut repeats, at(61), 20), 20);
    }

    #[test]
    fn the_end_tells_what_is_left() {
        let mut repeats = Repeats::new();
        written(&mut repeats, at(0), 32);
        assert_eq!(repeats.all(at(23)), [left_out(31, 12, 23)]);
        assert_eq!(repeats.all(at(24)), []);
    }

    #[test]
    fn other_words_are_another_message_and_there_is_room_for_so_many() {
        let mut repeats = Repeats::new();
        written(&mut repeats, at(0), 30);
        for n in 0..1_000_u32 {
            let name = char::from_u32(0x4e00 + n).expect("a character");
            let (displaced, now) = repeats.hear(at(1), &format!("{name}: away"), n);
            assert_eq!(now, Some(n), "each is new");
            let first = n as usize == MOST - 1;
            assert_eq!(displaced, first.then(|| left_out(29, 10, 1)), "{n}");
            assert!(repeats.messages.len() <= MOST);
        }
    }

    #[test]
    fn numbers_do_not_tell_messages_apart() {
        for (text, is) in [
            ("after 1.5s and 1234 tries", "after #s and # tries"),
            ("10.0.0.1:443", "#:#"),
            ("no number", "no number"),
        ] {
            assert_eq!(pattern(text), is);
        }
    }
}
