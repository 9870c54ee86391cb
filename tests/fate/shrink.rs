//! The shortest fate that breaks the same promise: fewer troubles, shorter and earlier, in plain numbers.

use wanctl::time::{Duration, Instant};

use crate::plan::{Home, Law, Plan, Route};
use crate::promises::Broken;

/// What breaks, or does not.
pub(crate) trait Judge: FnMut(&Plan) -> Option<Broken> {}

impl<F: FnMut(&Plan) -> Option<Broken>> Judge for F {}

/// A fate that breaks a promise, and how.
#[derive(Clone, Debug)]
pub(crate) struct Shrunk {
    pub(crate) plan: Plan,
    pub(crate) broken: Broken,
}

/// How much of the past may matter: most of what breaks does so by what has just happened, and a day takes long
/// to play.
const PASTS: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(3 * 3_600),
];
/// Daemons start, baselines settle.
const CALM: Duration = Duration::from_secs(20);
/// It may break so much later than before.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes it shorter in at most so many tries.
pub(crate) fn shrink(plan: &Plan, broken: &Broken, tries: u32, judge: impl Judge) -> Shrunk {
    let mut press = Press {
        best: Shrunk {
            plan: plan.clone(),
            broken: broken.clone(),
        },
        tries,
        judge,
    };
    press.forget_past();
    loop {
        let before = press.best.plan.clone();
        press.drop_troubles();
        press.shorten();
        press.hasten();
        press.simplify();
        if press.tries == 0 || press.best.plan == before {
            return press.best;
        }
    }
}

struct Press<J> {
    best: Shrunk,
    tries: u32,
    judge: J,
}

impl<J: Judge> Press<J> {
    /// Whether this one breaks the same promise; if so, it is the best so far.
    fn try_(&mut self, mut plan: Plan) -> bool {
        if self.tries == 0 || plan == self.best.plan {
            return false;
        }
        self.tries -= 1;
        plan.troubles.sort_by_key(|trouble| trouble.at);
        let broken = (self.judge)(&plan);
        let Some(broken) = broken.filter(|it| it.promise == self.best.broken.promise) else {
            return false;
        };
        // Nobody looks at what comes later.
        plan.lasts = plan.lasts.min(broken.at - Instant::ZERO);
        self.best = Shrunk { plan, broken };
        true
    }

    /// Only what was shortly before, as if the house had just been built.
    fn forget_past(&mut self) {
        let at = self.best.broken.at;
        // Where little was before, there is little to be saved.
        for past in PASTS
            .into_iter()
            .filter(|past| *past + *past < at - Instant::ZERO)
        {
            let mut plan = self.best.plan.clone();
            plan.troubles
                .retain(|trouble| trouble.begins() <= at && at - trouble.ends() < past);
            let first = plan.troubles.iter().map(|trouble| trouble.at).min();
            let first = first.unwrap_or(at - Instant::ZERO).as_micros();
            let skipped = first.saturating_sub(CALM.as_micros());
            let earlier = |at: Duration| Duration::from_micros(at.as_micros() - skipped);
            for trouble in &mut plan.troubles {
                trouble.at = earlier(trouble.at);
            }
            plan.lasts = plan.lasts.min(earlier(at - Instant::ZERO) + PATIENCE);
            if self.try_(plan) {
                return;
            }
        }
    }

    /// Half of them, a quarter, and so on.
    fn drop_troubles(&mut self) {
        let mut chunk = self.best.plan.troubles.len().div_ceil(2);
        while chunk > 0 {
            let mut from = 0;
            while from < self.best.plan.troubles.len() {
                let mut plan = self.best.plan.clone();
                let to = plan.troubles.len().min(from + chunk);
                plan.troubles.drain(from..to);
                if !self.try_(plan) {
                    from += chunk;
                }
            }
            chunk /= 2;
        }
    }

    /// Each to a moment, a half, or three quarters.
    fn shorten(&mut self) {
        for n in 0..self.best.plan.troubles.len() {
            while self.shortened(n, |_| 1)
                || self.shortened(n, |it| it / 2)
                || self.shortened(n, |it| it / 4 * 3)
            {}
        }
    }

    fn shortened(&mut self, n: usize, to: fn(u64) -> u64) -> bool {
        let mut plan = self.best.plan.clone();
        let lasts = &mut plan.troubles[n].lasts;
        let millis = to(lasts.as_micros() / 1_000);
        if millis == 0 || Duration::from_millis(millis) >= *lasts {
            return false;
        }
        *lasts = Duration::from_millis(millis);
        self.try_(plan)
    }

    /// Each, with all that follow, as much earlier as it goes.
    fn hasten(&mut self) {
        for n in 0..self.best.plan.troubles.len() {
            let mut by = self.gap_before(n);
            while by > 50 {
                by = if self.hastened(n, Duration::from_millis(by)) {
                    by.min(self.gap_before(n))
                } else {
                    by / 2
                };
            }
        }
    }

    /// Milliseconds from the trouble before, or from the start.
    fn gap_before(&self, n: usize) -> u64 {
        let troubles = &self.best.plan.troubles;
        let before = n.checked_sub(1).map_or(0, |n| troubles[n].at.as_micros());
        (troubles[n].at.as_micros() - before) / 1_000
    }

    fn hastened(&mut self, n: usize, by: Duration) -> bool {
        let mut plan = self.best.plan.clone();
        let earlier =
            |at: Duration| Duration::from_micros(at.as_micros().saturating_sub(by.as_micros()));
        for trouble in &mut plan.troubles[n..] {
            trouble.at = earlier(trouble.at);
        }
        self.try_(plan)
    }

    /// The plainest daemons, and whole seconds.
    fn simplify(&mut self) {
        self.try_(Plan {
            home: Home::QUIET,
            ..self.best.plan.clone()
        });
        for (law, route) in [
            (Law::Classic, Route::Rest),
            (Law::Classic, self.best.plan.route),
            (self.best.plan.law, Route::Rest),
        ] {
            let plan = Plan {
                law,
                route,
                ..self.best.plan.clone()
            };
            self.try_(plan);
        }
        for unit in [1_000_000, 100_000] {
            let mut plan = self.best.plan.clone();
            for trouble in &mut plan.troubles {
                trouble.at = rounded(trouble.at, unit);
                trouble.lasts = rounded(trouble.lasts, unit);
            }
            if self.try_(plan) {
                return;
            }
        }
    }
}

/// Up, so that nothing vanishes.
const fn rounded(span: Duration, unit: u64) -> Duration {
    Duration::from_micros(span.as_micros().div_ceil(unit) * unit)
}
