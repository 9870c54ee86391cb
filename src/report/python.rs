//! JSON as v1.7's Python spells it: log lines, `wanctl history`, `/metrics/history`.

use core::fmt::Write as _;

/// A number, as `repr` has it.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) && value.is_finite() {
        let text = format!("{value:e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, power) = power
            .strip_prefix('-')
            .map_or(('+', power), |power| ('-', power));
        return format!("{digits}e{sign}{power:0>2}");
    }
    format!("{value:?}")
}

/// A text in its quotes, everything beyond ASCII escaped.
pub fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // A String takes everything.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_all_it_knows() {
        for (value, repr) in [
            (50.0, "50.0"),
            (-3.0, "-3.0"),
            (12.345_678, "12.345678"),
            (0.000_1, "0.0001"),
            (0.000_05, "5e-05"),
            (1.25e-7, "1.25e-07"),
            (1_795_218_869.0, "1795218869.0"),
            (1e16, "1e+16"),
        ] {
            assert_eq!(number(value), repr);
        }
    }

    #[test]
    fn a_text_is_ascii() {
        assert_eq!(quoted("Büro \"x\""), "\"B\\u00fcro \\\"x\\\"\"");
    }
}
