//! So many kills, of so many side by side.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use wanctl::sim::random::Random;

use crate::moment::Moment;
use crate::tally::Tally;
use crate::victim::{Role, Victim};

/// Whom to kill, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Toll {
    pub(crate) binary: PathBuf,
    pub(crate) kills: u64,
    /// Daemons side by side.
    pub(crate) beside: u64,
    /// Draws the moments.
    pub(crate) seed: u64,
}

/// Kills until it is enough, or something is not as it must be: then says what. `progress` sees the numbers after
/// every kill.
pub(crate) fn take(toll: &Toll, progress: impl Fn(&Tally) + Sync) -> Result<Tally, String> {
    let drawn = AtomicU64::new(0);
    let tally = Mutex::new(Ok(Tally::default()));
    let work = |n: u64| {
        let role = if n.is_multiple_of(2) {
            Role::Autorate
        } else {
            Role::Steering
        };
        let mut victim = Victim::new(role, &toll.binary);
        let mut random = Random::new(toll.seed + n);
        let mut rows = 0;
        while drawn.fetch_add(1, Ordering::Relaxed) < toll.kills {
            let ended = victim.live_and_die(Moment::draw(&mut random), &mut random);
            let mut tally = tally.lock().expect("nobody panics with it");
            match (&mut *tally, ended) {
                (Ok(tally), Ok(found)) => {
                    tally.count(found, found.rows - rows);
                    rows = found.rows;
                    progress(tally);
                }
                (Ok(_), Err(broken)) => {
                    *tally = Err(victim.lament(&broken));
                    return;
                }
                (Err(_), _) => return,
            }
        }
    };
    thread::scope(|scope| {
        for n in 0..toll.beside {
            let work = &work;
            scope.spawn(move || work(n));
        }
    });
    tally.into_inner().expect("nobody panicked with it")
}
