//! What came of it.

use core::fmt;

use crate::moment::{Kind, Moment};

/// What one kill left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// It had said that it was ready.
    pub(crate) ready: bool,
    /// Half a state document lay beside the whole one.
    pub(crate) half: bool,
    /// Rows of the history by then, of all lives.
    pub(crate) rows: i64,
    /// For how many seconds the router had held something else than the state document says.
    pub(crate) behind: f64,
    /// How long before the kill the newest row of a life that had to leave some was made, in seconds.
    pub(crate) lost: Option<i64>,
}

/// The numbers of all kills.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: u64,
    pub(crate) rows: i64,
    of: [u64; Moment::KINDS.len()],
    unready: u64,
    halves: u64,
    histories: u64,
    longest_loss: i64,
    behind: f64,
}

impl Tally {
    /// Counts one more; `rows` are those that no kill before had found.
    pub(crate) fn count(&mut self, found: Found, rows: i64) {
        self.kills += 1;
        self.rows += rows;
        self.of[place(found.kind)] += 1;
        self.unready += u64::from(!found.ready);
        self.halves += u64::from(found.half);
        self.histories += u64::from(found.lost.is_some());
        self.behind = self.behind.max(found.behind);
        self.longest_loss = self.longest_loss.max(found.lost.unwrap_or(0));
    }

    /// Kills in moments of this kind.
    pub(crate) fn of(&self, kind: Kind) -> u64 {
        self.of[place(kind)]
    }
}

fn place(kind: Kind) -> usize {
    let place = Moment::KINDS.iter().position(|&other| other == kind);
    place.expect("all kinds are listed")
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} kills", self.kills)?;
        for kind in Moment::KINDS {
            writeln!(f, "  {} {kind}", self.of(kind))?;
        }
        writeln!(f, "{} before it was ready", self.unready)?;
        writeln!(
            f,
            "{} with half a state document beside the whole one",
            self.halves
        )?;
        writeln!(
            f,
            "at most {:.1} s until what the router held was in the state document",
            self.behind
        )?;
        write!(
            f,
            "{} with a history to lose: {} rows survived all kills, at most the last {} s of a life were lost",
            self.histories, self.rows, self.longest_loss
        )
    }
}
