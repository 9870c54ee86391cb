//! Columns as v1.7's table printer sets them: text left, numbers by their decimal point.

use std::io::{self, Write};

use super::super::number::short;
use crate::history::row::Sample;
use crate::shell::scribe::text_local;
use crate::time::WallTime;

const HEADS: [&str; 6] = [
    "Timestamp",
    "Metric",
    "Value",
    "WAN",
    "Labels",
    "Granularity",
];
const VALUE: usize = 2;
/// Columns without `-v`.
const SHORT: usize = 3;

/// Widths, which must be known before the first row.
#[derive(Debug)]
pub(super) struct Table {
    columns: usize,
    widths: [usize; 6],
    /// Characters before the decimal point, of the number that has most of them.
    whole: usize,
    /// And from the point on.
    decimals: usize,
    rows: u64,
}

impl Table {
    pub(super) fn new(verbose: bool) -> Self {
        Self {
            columns: if verbose { HEADS.len() } else { SHORT },
            // A heading has at least two blanks beside it.
            widths: HEADS.map(|head| head.len() + 2),
            whole: 0,
            decimals: 0,
            rows: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Makes room for a row.
    pub(super) fn measure(&mut self, sample: &Sample<'_>) {
        self.rows += 1;
        let cells = cells(sample);
        let decimals = decimals(&cells[VALUE]);
        self.whole = self.whole.max(cells[VALUE].len() - decimals);
        self.decimals = self.decimals.max(decimals);
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = cell.chars().count().max(*width);
        }
        self.widths[VALUE] = self.widths[VALUE].max(self.whole + self.decimals);
    }

    pub(super) fn head(&self, out: &mut impl Write) -> io::Result<()> {
        let rules: Vec<_> = self.widths.iter().map(|&width| "-".repeat(width)).collect();
        self.line(out, &HEADS.map(str::to_owned))?;
        self.line(out, &rules)
    }

    pub(super) fn row(&self, out: &mut impl Write, sample: &Sample<'_>) -> io::Result<()> {
        let mut cells = cells(sample);
        let missing = self.decimals - decimals(&cells[VALUE]);
        cells[VALUE].push_str(&" ".repeat(missing));
        self.line(out, &cells)
    }

    fn line(&self, out: &mut impl Write, cells: &[String]) -> io::Result<()> {
        let mut line = String::new();
        for (n, (cell, &width)) in cells
            .iter()
            .zip(&self.widths)
            .take(self.columns)
            .enumerate()
        {
            if n > 0 {
                line.push_str("  ");
            }
            let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (before, after) = if n == VALUE {
                (&*blanks, "")
            } else {
                ("", &*blanks)
            };
            line.push_str(before);
            line.push_str(cell);
            line.push_str(after);
        }
        writeln!(out, "{}", line.trim_end())
    }
}

fn cells(sample: &Sample<'_>) -> [String; 6] {
    [
        local(sample.at),
        sample.metric.to_owned(),
        short(sample.value),
        sample.wan.to_owned(),
        sample.labels.unwrap_or("").to_owned(),
        sample.tier.word().to_owned(),
    ]
}

/// `2026-11-20 23:54:29`, local.
pub(super) fn local(at: i64) -> String {
    let mut text = text_local(WallTime {
        secs: u64::try_from(at).unwrap_or(0),
        nanos: 0,
    });
    text.truncate(text.len() - ",000".len());
    text
}

fn decimals(value: &str) -> usize {
    value.find('.').map_or(0, |point| value.len() - point)
}
