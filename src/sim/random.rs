//! A small seeded generator: the simulator's accidents happen the same way every time.

/// Marsaglia's xorshift64 with Vigna's multiplier (xorshift64*): four lines, good enough for jitter.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Zero is the one state xorshift cannot leave, so seeds are spread first.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits.
    pub const fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Evenly from `0..bound`; 0 when there is nothing to choose from.
    pub const fn below(&mut self, bound: u64) -> u64 {
        // The modulo's bias is one in 2^64 / bound: nothing a jitter would show.
        if bound == 0 { 0 } else { self.draw() % bound }
    }

    /// True in `ratio` of all cases: never at 0, always at 1.
    pub fn happens(&mut self, ratio: f64) -> bool {
        /// 2^53, the integers an `f64` holds exactly.
        const STEPS: f64 = 9_007_199_254_740_992.0;
        ((self.draw() >> 11) as f64) / STEPS < ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_has_the_same_accidents() {
        let draws = |seed| {
            let mut random = Random::new(seed);
            [(); 8].map(|()| random.draw())
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        assert_ne!(draws(0), [0; 8]);
    }

    #[test]
    fn a_fifth_happens_about_every_fifth_time() {
        let mut random = Random::new(1);
        let hits = (0..10_000).filter(|_| random.happens(0.2)).count();
        assert!((1_850..2_150).contains(&hits), "{hits}");
        assert!(!(0..1_000).any(|_| random.happens(0.0)));
        assert!((0..1_000).all(|_| random.happens(1.0)));
    }
}
