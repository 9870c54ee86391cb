//! The brake for a line that goes back and forth: more toggles than allowed in a window raise the score
//! that steering needs, for a while (W-24).
//!
//! That alone holds nobody whose line is dead every other moment: death scores 100. So while it is engaged
//! there is no return either, and it lets go only when the primary has been calm for all of the penalty.

use heapless::Deque;

use crate::time::{Duration, Instant};

/// Toggles remembered, as in v1.7; more than `max_toggles` ever need (the config check sees to it).
pub const MAX_TOGGLES: usize = 20;

/// `confidence.flap_*`, `max_toggles` and `penalty_*`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlapParams {
    /// `flap_detection_enabled`.
    pub enabled: bool,
    /// `flap_window_minutes`.
    pub window: Duration,
    /// `max_toggles`: this many are still fine; below [`MAX_TOGGLES`].
    pub max_toggles: usize,
    /// `penalty_duration_sec`.
    pub penalty: Duration,
    /// `penalty_threshold_add`, points of score.
    pub add: f64,
}

/// What the brake did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Brake {
    /// It was engaged, over so many toggles.
    Engaged(usize),
    /// It let go.
    Released,
}

/// The brake.
#[derive(Clone, Debug)]
pub struct Flap {
    params: FlapParams,
    toggles: Deque<Instant, MAX_TOGGLES>,
    engaged_until: Option<Instant>,
}

impl Flap {
    /// Not engaged.
    pub const fn new(params: FlapParams) -> Self {
        Self {
            params,
            toggles: Deque::new(),
            engaged_until: None,
        }
    }

    /// One cycle. What is too old leaves the window, whether or not anything toggles.
    pub fn observe(&mut self, now: Instant) -> Option<Brake> {
        while let Some(&at) = self.toggles.front()
            && now - at > self.params.window
        {
            self.toggles.pop_front();
        }
        match self.engaged_until {
            Some(until) if now >= until => {
                self.engaged_until = None;
                Some(Brake::Released)
            }
            _ => None,
        }
    }

    /// The rule was switched. Only a toggle engages the brake: what is already in the window when the
    /// penalty ends does not start the next one.
    pub fn toggled(&mut self, now: Instant) -> Option<Brake> {
        if !self.params.enabled {
            return None;
        }
        if self.toggles.is_full() {
            self.toggles.pop_front();
        }
        // There is room: it was made just now.
        let _ = self.toggles.push_back(now);
        if self.toggles.len() <= self.params.max_toggles {
            return None;
        }
        let until = now + self.params.penalty;
        let engaged = self.engaged_until.replace(until).is_some();
        (!engaged).then_some(Brake::Engaged(self.toggles.len()))
    }

    /// The connections are on the alternate, and the primary is no reason to return: an engaged brake begins
    /// its penalty anew.
    pub fn unsettled(&mut self, now: Instant) {
        if let Some(until) = &mut self.engaged_until {
            *until = now + self.params.penalty;
        }
    }

    /// The score that steering needs now, at most 100: above that nothing could ever steer.
    pub fn threshold(&self, steer: f64) -> f64 {
        match self.engaged_until {
            Some(_) => (steer + self.params.add).min(100.0).max(steer),
            None => steer,
        }
    }

    /// Until when the brake is engaged.
    pub const fn engaged_until(&self) -> Option<Instant> {
        self.engaged_until
    }

    /// For how long a penalty lasts.
    pub const fn penalty(&self) -> Duration {
        self.params.penalty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: FlapParams = FlapParams {
        enabled: true,
        window: Duration::from_secs(300),
        max_toggles: 4,
        penalty: Duration::from_secs(60),
        add: 15.0,
    };

    fn needs(flap: &Flap, steer: f64, score: f64) -> bool {
        flap.threshold(steer).total_cmp(&score).is_eq()
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn the_fifth_toggle_in_a_window_raises_the_threshold_and_says_so_once() {
        let mut flap = Flap::new(PARAMS);
        for second in [0, 40, 80, 120] {
            assert_eq!(flap.toggled(at(second)), None);
        }
        assert!(needs(&flap, 55.0, 55.0));
        assert_eq!(flap.toggled(at(160)), Some(Brake::Engaged(5)));
        assert!(needs(&flap, 55.0, 70.0));
        assert_eq!(flap.toggled(at(200)), None, "longer, but not told again");
        assert_eq!(flap.observe(at(259)), None);
        assert_eq!(flap.observe(at(260)), Some(Brake::Released));
        assert!(needs(&flap, 55.0, 55.0));
        for second in 261..600 {
            assert_eq!(flap.observe(at(second)), None, "quiet at {second} s");
        }
        assert!(flap.toggles.is_empty(), "the window empties by itself");
    }

    #[test]
    fn slow_toggles_are_no_flapping() {
        let mut flap = Flap::new(PARAMS);
        for n in 0..100 {
            flap.observe(at(n * 76));
            assert_eq!(flap.toggled(at(n * 76)), None, "toggle {n}");
        }
    }

    #[test]
    fn the_threshold_stays_reachable() {
        let mut flap = Flap::new(PARAMS);
        for second in 0..5 {
            flap.toggled(at(second));
        }
        assert!(needs(&flap, 95.0, 100.0));
    }

    #[test]
    fn switched_off_it_never_brakes() {
        let mut flap = Flap::new(FlapParams {
            enabled: false,
            ..PARAMS
        });
        for second in 0..100 {
            assert_eq!(flap.toggled(at(second)), None);
        }
    }

    #[test]
    fn a_toggle_as_old_as_the_window_is_in_it_still() {
        let mut flap = Flap::new(PARAMS);
        for second in 0..4 {
            flap.toggled(at(second));
        }
        flap.observe(at(300));
        assert_eq!(flap.toggled(at(300)), Some(Brake::Engaged(5)));
    }
}
