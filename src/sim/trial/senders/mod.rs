//! The far ends of a direction.

mod stream;
mod windows;

use self::stream::Stream;
use self::windows::Windows;
use crate::direction::Direction;
use crate::time::Duration;
use crate::units::Rate;

/// What is seen of one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub(super) direction: Direction,
    pub(super) demand: Rate,
    pub(super) shaped: Rate,
    pub(super) capacity: Rate,
    /// Of the empty line.
    pub(super) propagation: Duration,
    /// With what waits in front of the bottlenecks.
    pub(super) rtt: Duration,
    /// The provider's or the modem's buffer is full.
    pub(super) losing: bool,
    /// Bytes in CAKE; in the upload the senders keep that themselves.
    pub(super) in_cake: u64,
}

/// The senders of one direction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Senders {
    Stream(Stream),
    Windows(Windows),
}

impl Senders {
    /// So many flows; 0 is an endless number of them.
    pub(super) fn new(flows: u32) -> Self {
        match flows {
            0 => Self::Stream(Stream::default()),
            flows => Self::Windows(Windows::new(flows)),
        }
    }

    /// What was sent last.
    pub(super) fn rate(self) -> Rate {
        match self {
            Self::Stream(stream) => stream.rate(),
            Self::Windows(windows) => windows.rate(),
        }
    }

    /// What is sent for the next `span`.
    pub(super) fn step(&mut self, span: Duration, path: Path) -> Rate {
        match self {
            Self::Stream(stream) => stream.step(span, path),
            Self::Windows(windows) => windows.step(span, path),
        }
    }
}
