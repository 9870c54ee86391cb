//! `--write-test`: the only part of a check that changes the router, by 1 kbit/s, and back again.

use super::client::{Client, Failure};
use super::facts::{Ended, Writes};
use super::object::Object;
use crate::cli::interrupt::Interrupt;
use crate::config::WanConfig;
use crate::shell::clock::pause;
use crate::shell::lock::Lock;
use crate::time::Duration;
use crate::units::Rate;
use crate::wire::routeros;

/// There and back, so many times.
const TOGGLES: u32 = 10;
/// More, never less: a limit below `limit-at` would be refused, and whatever goes wrong, the line is
/// left a thousandth of a megabit too fast.
const STEP: Rate = Rate::bps(1_000);
/// RouterOS may keep changes in memory for some 40 s (routeros.md 5).
const FLUSHED_WITHIN: u32 = 45;
/// Looks without a change after which nothing more is expected.
const STANDS_STILL: u32 = 5;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often to try to put the limit back.
const RESTORES: u32 = 10;

/// Writes and restores. The lock keeps a daemon away meanwhile.
pub(super) fn run(config: &WanConfig, client: &Client, queue: &Object) -> Writes {
    let limit = queue.rate("max-limit").unwrap_or(Rate::ZERO);
    let mut writes = Writes {
        queue: queue.shown("name").to_owned(),
        limit,
        took: Vec::new(),
        sectors: None,
        ended: Ended::Complete,
        restored: Ok(()),
    };
    if limit == Rate::ZERO {
        let sentence = "the queue has no max-limit, and the test would have to give it one";
        writes.ended = Ended::Refused(sentence.to_owned());
        return writes;
    }
    let stop = match Interrupt::catch() {
        Ok(stop) => stop,
        Err(sentence) => {
            writes.ended = Ended::Refused(sentence);
            return writes;
        }
    };
    let _lock = match Lock::acquire(&config.lock.file) {
        Ok(lock) => lock,
        Err(error) => {
            writes.ended = Ended::Refused(error.to_string());
            return writes;
        }
    };
    let before = sectors(client);
    toggle(client, queue, &stop, &mut writes);
    writes.restored = restore(client, queue, limit);
    if let (Some(before), Ended::Complete) = (before, &writes.ended) {
        writes.sectors = flushed(client, before, &stop).map(|after| (before, after));
    }
    writes
}

fn toggle(client: &Client, queue: &Object, stop: &Interrupt, writes: &mut Writes) {
    for _ in 0..TOGGLES {
        for limit in [writes.limit + STEP, writes.limit] {
            if stop.has_come() {
                writes.ended = Ended::Interrupted;
                return;
            }
            match set(client, queue.shown(".id"), limit) {
                Ok((took, held)) if held == Some(limit) => writes.took.push(took),
                Ok((_, held)) => {
                    let held = held.map_or("nothing".to_owned(), |rate| rate.as_bps().to_string());
                    let words = format!(
                        "the router held {held} bit/s after it was told {}",
                        limit.as_bps()
                    );
                    writes.ended = Ended::Failed(Failure::Garbled(words));
                    return;
                }
                Err(failure) => {
                    writes.ended = Ended::Failed(failure);
                    return;
                }
            }
        }
    }
}

/// The time it took, and the limit in the answer.
fn set(client: &Client, key: &str, limit: Rate) -> Result<(Duration, Option<Rate>), Failure> {
    let body = routeros::set_body(limit, None);
    let answer = client.patch(&format!("/rest/queue/tree/{key}"), &body)?;
    let held = answer
        .objects
        .first()
        .and_then(|queue| queue.rate("max-limit"));
    Ok((answer.took, held))
}

/// Makes sure of it: reads, writes where it differs, reads again.
fn restore(client: &Client, queue: &Object, limit: Rate) -> Result<(), String> {
    let name = queue.shown("name");
    let mut seen = "it did not answer".to_owned();
    for attempt in 0..RESTORES {
        if attempt > 0 {
            pause(LOOK_EVERY);
        }
        // By name: ids may have changed.
        match client.get(&format!("/rest/queue/tree/{name}")) {
            Ok(answer) => {
                let held = answer
                    .objects
                    .first()
                    .and_then(|queue| queue.rate("max-limit"));
                if held == Some(limit) {
                    return Ok(());
                }
                seen = format!("it held {} bit/s", held.unwrap_or(Rate::ZERO).as_bps());
                // Whether it worked, the next look tells.
                let _ = set(client, name, limit);
                if let Ok(answer) = client.get(&format!("/rest/queue/tree/{name}"))
                    && answer
                        .objects
                        .first()
                        .and_then(|queue| queue.rate("max-limit"))
                        == Some(limit)
                {
                    return Ok(());
                }
            }
            Err(Failure::Status(status, words)) => seen = format!("it answered {status}: {words}"),
            Err(_) => {}
        }
    }
    Err(seen)
}

fn sectors(client: &Client) -> Option<u64> {
    let resource = client.get("/rest/system/resource").ok()?;
    resource.objects.first()?.number("write-sect-since-reboot")
}

/// Waits until the counter has moved and then stood still, or for long enough to say that it does not.
fn flushed(client: &Client, before: u64, stop: &Interrupt) -> Option<u64> {
    settled(before, || {
        pause(LOOK_EVERY);
        // Who interrupts it has no number that means anything.
        (!stop.has_come()).then(|| sectors(client)).flatten()
    })
}

/// The last of the looks that are needed; `None` if one failed.
fn settled(before: u64, mut look: impl FnMut() -> Option<u64>) -> Option<u64> {
    let (mut now, mut still) = (before, 0);
    for _ in 0..FLUSHED_WITHIN {
        let seen = look()?;
        still = if seen == now { still + 1 } else { 0 };
        now = seen;
        if now != before && still >= STANDS_STILL {
            break;
        }
    }
    Some(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it settles, and after how many looks.
    fn after(before: u64, counter: &[u64]) -> (Option<u64>, usize) {
        let mut looks = 0;
        let settled = settled(before, || {
            looks += 1;
            let last = counter.last().copied();
            counter.get(looks - 1).copied().or(last)
        });
        (settled, looks)
    }

    #[test]
    fn the_counter_is_read_until_it_has_moved_and_stood_still() {
        assert_eq!(after(7, &[27]), (Some(27), 6), "all at once");
        assert_eq!(after(7, &[8, 8, 8, 8, 27]), (Some(27), 10), "in two pieces");
        assert_eq!(after(7, &[7]), (Some(7), 45), "it may take so long");
        let mut late = [7; 40];
        late[39] = 27;
        assert_eq!(after(7, &late), (Some(27), 45));
        let always: Vec<u64> = (8..100).collect();
        assert_eq!(after(7, &always), (Some(52), 45), "somebody else writes");
        assert_eq!(settled(7, || None), None, "a failure is no count");
    }
}
