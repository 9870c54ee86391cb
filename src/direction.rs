//! The two directions of a WAN, and a pair of anything that exists once per direction.

use core::fmt;

/// Seen from the home: `Down` is what arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Internet to home.
    Down,
    /// Home to internet.
    Up,
}

impl Direction {
    /// The one that is not this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }

    /// Both, download first.
    pub const BOTH: [Self; 2] = [Self::Down, Self::Up];
}

/// `download` / `upload`, the words of the config file and of every report.
impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "download",
            Self::Up => "upload",
        })
    }
}

/// One `T` per direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Both<T> {
    /// The download's.
    pub down: T,
    /// The upload's.
    pub up: T,
}

impl<T> Both<T> {
    /// Builds each from its direction.
    pub fn from_fn(mut f: impl FnMut(Direction) -> T) -> Self {
        Self {
            down: f(Direction::Down),
            up: f(Direction::Up),
        }
    }

    /// Applies `f` to each.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Both<U> {
        Both {
            down: f(self.down),
            up: f(self.up),
        }
    }

    /// The pair by reference.
    pub const fn as_ref(&self) -> Both<&T> {
        Both {
            down: &self.down,
            up: &self.up,
        }
    }
}

impl<T> core::ops::Index<Direction> for Both<T> {
    type Output = T;

    fn index(&self, direction: Direction) -> &T {
        match direction {
            Direction::Down => &self.down,
            Direction::Up => &self.up,
        }
    }
}

impl<T> core::ops::IndexMut<Direction> for Both<T> {
    fn index_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Down => &mut self.down,
            Direction::Up => &mut self.up,
        }
    }
}
