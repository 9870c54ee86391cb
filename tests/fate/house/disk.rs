//! A disk with three documents: full, slow or rotten, as the house has it.

use wanctl::sim::random::Random;
use wanctl::time::{Duration, Instant};

use super::conditions::DiskConditions;
use crate::plan::Who;

/// Documents: one per WAN of autorate, and steering's.
const PAPERS: usize = 3;

/// As long as the recorder waits for the database.
const HISTORY_WAITS: Duration = Duration::from_secs(5);

/// The disk.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    papers: [Option<Paper>; PAPERS],
    pub(crate) conditions: DiskConditions,
    /// Documents that could not be written when they were last due, of autorate and of steering.
    pub(crate) unsaved: [u32; 2],
    /// Log records that no file took, of each.
    pub(crate) records_lost: [u64; 2],
    /// A document that cannot be read, though nothing happened to it but that its writer was killed.
    pub(crate) torn: Option<usize>,
}

/// One document.
#[derive(Debug)]
pub(crate) struct Paper {
    pub(crate) text: String,
    pub(crate) written_at: Instant,
}

impl Disk {
    /// Replaces a document, all of it or nothing. Whether it did.
    pub(crate) fn write(&mut self, now: Instant, n: usize, text: String) -> bool {
        if self.conditions.full {
            return false;
        }
        self.papers[n] = Some(Paper {
            text,
            written_at: now,
        });
        true
    }

    /// A line of the log: a disk that takes none loses it.
    pub(crate) fn log(&mut self, who: Who) {
        self.records_lost[who as usize] += u64::from(self.conditions.full);
    }

    /// Whether the history can be written: one attempt that waits this long for the disk is given up.
    pub(crate) fn keeps_history(&self) -> bool {
        !self.conditions.full && self.conditions.slow < HISTORY_WAITS
    }

    /// What is read of a document makes no sense.
    pub(crate) fn makes_no_sense(&mut self, n: usize) {
        if !self.conditions.rots {
            self.torn = Some(n);
        }
    }

    /// What can be read of a document.
    pub(crate) fn read(&self, n: usize, random: &mut Random) -> Option<Vec<u8>> {
        let paper = self.papers[n].as_ref()?;
        let mut bytes = paper.text.clone().into_bytes();
        if self.conditions.rots {
            rot(&mut bytes, random);
        }
        Some(bytes)
    }

    /// As it was written.
    pub(crate) const fn paper(&self, n: usize) -> Option<&Paper> {
        self.papers[n].as_ref()
    }
}

/// The end is missing, some digits are others, or nothing makes sense.
fn rot(bytes: &mut Vec<u8>, random: &mut Random) {
    let mut anywhere = |len: usize| usize::try_from(random.below(len.max(1) as u64)).unwrap_or(0);
    match anywhere(3) {
        0 => bytes.truncate(anywhere(bytes.len())),
        1 => {
            for _ in 0..8 {
                let place = anywhere(bytes.len());
                if let Some(byte) = bytes.get_mut(place).filter(|byte| byte.is_ascii_digit()) {
                    *byte = b"0123456789-e"[anywhere(12)];
                }
            }
        }
        _ => {
            for _ in 0..4 {
                let place = anywhere(bytes.len());
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = byte.wrapping_add(1);
                }
            }
        }
    }
}
