//! Text in lines that fit a terminal.

/// Columns that every terminal has.
pub(super) const WIDTH: usize = 80;

/// Appends `text`, which goes on at `column` of its first line; further lines begin at `indent`. Ends with a
/// line break.
pub(crate) fn fill(out: &mut String, text: &str, column: usize, indent: usize) {
    lines(out, text.split_whitespace(), column, indent, WIDTH);
}

/// Appends `first` and, behind it, `text`, in lines of at most `width` columns; further lines begin as far in as
/// `first` is long. Ends with a line break.
pub(crate) fn hang(out: &mut String, first: &str, text: &str, width: usize) {
    let column = first.chars().count();
    out.push_str(first);
    lines(out, text.split_whitespace(), column, column, width);
}

/// As [`fill`], but never breaks a line inside brackets: `[--last D | --from T]` stays together.
pub(super) fn fill_form(out: &mut String, form: &str, column: usize, indent: usize) {
    let mut depth = 0_usize;
    let pieces = form.split(|c: char| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ' ' && depth == 0
    });
    lines(out, pieces, column, indent, WIDTH);
}

fn lines<'t>(
    out: &mut String,
    pieces: impl Iterator<Item = &'t str>,
    mut column: usize,
    indent: usize,
    width: usize,
) {
    let mut at_start = true;
    for piece in pieces {
        let length = piece.chars().count();
        if !at_start && column + 1 + length > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !at_start {
            out.push(' ');
            column += 1;
        }
        out.push_str(piece);
        column += length;
        at_start = false;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_last_column_and_brackets_stay_whole() {
        let mut out = String::from("usage: ");
        let form =
            "wanctl history [--last D | --from T [--to T]] [--json | --csv | --plot | --summary]";
        fill_form(&mut out, form, 7, 22);
        assert_eq!(
            out,
            "usage: wanctl history [--last D | --from T [--to T]]\n                      \
             [--json | --csv | --plot | --summary]\n"
        );
        let mut out = String::new();
        fill(&mut out, &"word ".repeat(40), 0, 2);
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(out.split_whitespace().count(), 40);
        assert!(out.lines().skip(1).all(|line| line.starts_with("  word")));
    }

    #[test]
    fn text_hangs_behind_its_first_word() {
        let mut out = String::new();
        hang(&mut out, "  - ", "one two three", 11);
        assert_eq!(out, "  - one two\n    three\n");
    }
}
