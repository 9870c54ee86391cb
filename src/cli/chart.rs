//! Charts of blocks for the terminal, a column per moment.

use std::fmt::{self, Write as _};

use super::number::short;

/// Moments side by side; with the scale, 80 characters.
pub(super) const COLUMNS: usize = 70;
/// Lines of one chart.
const HEIGHT: usize = 5;
/// An eighth of a line more each.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS: usize = BLOCKS.len() - 1;
/// What each moment had; `None`: nothing is known.
pub(super) type Moments = [Option<f64>; COLUMNS];

/// Bars from nothing up to the greatest value.
pub(super) fn chart(f: &mut fmt::Formatter<'_>, title: &str, moments: &Moments) -> fmt::Result {
    up_to(f, title, moments, greatest(moments))
}

/// The greatest value that is known, or less than any.
pub(super) fn greatest(moments: &Moments) -> f64 {
    let known = moments.iter().flatten().copied();
    known.fold(f64::NEG_INFINITY, f64::max)
}

/// Bars from nothing up to `greatest`.
pub(super) fn up_to(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    moments: &Moments,
    greatest: f64,
) -> fmt::Result {
    if !greatest.is_finite() {
        return Ok(());
    }
    writeln!(f, "{:9}{title}", "")?;
    let steps = HEIGHT * EIGHTHS;
    for line in (0..HEIGHT).rev() {
        let scale = if line == HEIGHT - 1 {
            short(greatest)
        } else {
            String::new()
        };
        let bars = moments.iter().map(|value| {
            let filled = value.map_or(0, |value| eighths(value, greatest, steps));
            BLOCKS[filled.saturating_sub(line * EIGHTHS).min(EIGHTHS)]
        });
        labelled(f, &scale, bars)?;
    }
    Ok(())
}

/// Something, however little, of what is known.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of steps"
)]
fn eighths(value: f64, greatest: f64, steps: usize) -> usize {
    let share = if greatest > 0.0 {
        (value / greatest).clamp(0.0, 1.0)
    } else {
        0.0
    };
    ((share * steps as f64).round() as usize).max(1)
}

/// One letter per moment.
pub(super) fn row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    moments: &Moments,
    letter: impl Fn(f64) -> char,
) -> fmt::Result {
    if moments.iter().all(Option::is_none) {
        return Ok(());
    }
    labelled(
        f,
        name,
        moments.iter().map(|value| value.map_or(' ', &letter)),
    )
}

fn labelled(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    letters: impl Iterator<Item = char>,
) -> fmt::Result {
    let mut line = format!("{label:>7} │");
    line.extend(letters);
    f.write_str(line.trim_end())?;
    f.write_char('\n')
}
