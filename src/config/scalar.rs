//! One written value, read as `PyYAML` (YAML 1.1) reads it.

/// What a written value means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'t> {
    /// Nothing, `~` or `null`: the key counts as missing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Flag(bool),
    /// `5`, `1_000`, `0755` (octal), `0x1f`, `0b101`, `1:30` (= 90); saturating.
    Whole(i128),
    /// `0.5`, `.5`, `1.5e+3`, `1:30.5`, `.inf`.
    Number(f64),
    /// `1e3` or `-.5`: a text to `PyYAML`, a number to everybody else. Taken as what is wanted.
    Either(f64, &'t str),
    /// Anything else, and everything in quotes.
    Text(&'t str),
}

/// Reads `text`; without quotes (`plain`) its form decides what it is.
pub(super) fn resolve(text: &str, plain: bool) -> Scalar<'_> {
    if !plain {
        return Scalar::Text(text);
    }
    if let ".nan" | ".NaN" | ".NAN" = text {
        return Scalar::Number(f64::NAN);
    }
    if let Some(word) = word(text) {
        return word;
    }
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(n) = whole(digits) {
        return Scalar::Whole(if negative { -n } else { n });
    }
    match number(digits).map(|n| if negative { -n } else { n }) {
        Some(n) if is_yaml_float(text) => Scalar::Number(n),
        Some(n) => Scalar::Either(n, text),
        None => Scalar::Text(text),
    }
}

fn word(text: &str) -> Option<Scalar<'static>> {
    // lower, Capital or UPPER case, but not mIxEd.
    let capital = text.starts_with(|c: char| c.is_ascii_uppercase());
    let tail = text.get(1..).unwrap_or_default();
    let uniform = tail.bytes().all(|b| !b.is_ascii_uppercase())
        || capital && tail.bytes().all(|b| !b.is_ascii_lowercase());
    if !uniform {
        return None;
    }
    Some(match text.to_ascii_lowercase().as_str() {
        "" | "~" | "null" => Scalar::Null,
        "true" | "yes" | "on" => Scalar::Flag(true),
        "false" | "no" | "off" => Scalar::Flag(false),
        _ => return None,
    })
}

/// An integer without its sign.
fn whole(digits: &str) -> Option<i128> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', _, ..] if !digits.contains(':') => (8, &digits[1..]),
        [b'0'..=b'9', ..] if digits.contains(':') => return sexagesimal(digits),
        [b'0'..=b'9', ..] => (10, digits),
        _ => return None,
    };
    // The zero in front of an octal number counts, should nothing but underscores follow.
    let mut value = (radix == 8).then_some(0);
    for c in digits.chars().filter(|&c| c != '_') {
        let digit = i128::from(c.to_digit(radix)?);
        let so_far: i128 = value.unwrap_or(0);
        value = Some(so_far.saturating_mul(radix.into()).saturating_add(digit));
    }
    value
}

/// `1:30` is 90, `1:00:00` is 3600.
fn sexagesimal(digits: &str) -> Option<i128> {
    let (first, rest) = digits.split_once(':')?;
    if first.starts_with('0') {
        return None;
    }
    let mut value = whole(first)?;
    for part in rest.split(':') {
        value = value
            .saturating_mul(60)
            .saturating_add(sixtieth(part)?.into());
    }
    Some(value)
}

/// One or two digits below 60.
fn sixtieth(part: &str) -> Option<u8> {
    let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    part.parse().ok().filter(|&n| digits && n < 60)
}

/// Whether YAML 1.1 has this form of a number: with a point, an exponent only with its sign, and no
/// sign right before the point.
fn is_yaml_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "+0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or("?");
    let pointed = match mantissa.split_once('.') {
        Some(("", fraction)) => fraction.starts_with(|c: char| c.is_ascii_digit()),
        Some(("+" | "-", fraction)) => fraction.eq_ignore_ascii_case("inf"),
        Some(_) => true,
        None => false,
    };
    text.eq_ignore_ascii_case(".inf") || pointed && exponent.bytes().all(|b| b.is_ascii_digit())
}

/// A decimal number without its sign. Wider than YAML 1.1, which calls `1e3` a text.
fn number(digits: &str) -> Option<f64> {
    if let ".inf" | ".Inf" | ".INF" = digits {
        return Some(f64::INFINITY);
    }
    if let Some((sixties, fraction)) = digits.split_once('.')
        && sixties.contains(':')
        && fraction.bytes().all(|b| b.is_ascii_digit())
    {
        let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
        return Some(sexagesimal(sixties)? as f64 + fraction);
    }
    let decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(['.', 'e', 'E'])
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || b"._eE+-".contains(&b));
    decimal
        .then(|| digits.replace('_', "").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `PyYAML` 6.0 reads these, to which `Either` is a text.
    #[test]
    fn plain_values_mean_what_pyyaml_says() {
        use Scalar::{Either, Flag, Null, Number, Text, Whole};
        for (text, expected) in [
            ("", Null),
            ("~", Null),
            ("NULL", Null),
            ("nULL", Text("nULL")),
            ("yes", Flag(true)),
            ("Off", Flag(false)),
            ("ON", Flag(true)),
            ("oN", Text("oN")),
            ("y", Text("y")),
            ("0", Whole(0)),
            ("-5", Whole(-5)),
            ("+5", Whole(5)),
            ("0755", Whole(493)),
            ("0o755", Text("0o755")),
            ("08", Text("08")),
            ("1_000", Whole(1000)),
            ("0x1F", Whole(31)),
            ("0b101", Whole(5)),
            ("1:30", Whole(90)),
            ("1:00:00", Whole(3600)),
            ("0:30", Text("0:30")),
            ("1:60", Text("1:60")),
            ("1:30.5", Number(90.5)),
            ("0.5", Number(0.5)),
            ("5.", Number(5.0)),
            (".5", Number(0.5)),
            ("1.5e+3", Number(1500.0)),
            ("1e3", Either(1000.0, "1e3")),
            ("-.5", Either(-0.5, "-.5")),
            ("0_", Whole(0)),
            ("-.inf", Number(f64::NEG_INFINITY)),
            ("1.1.1.1", Text("1.1.1.1")),
            ("-", Text("-")),
            ("1-2", Text("1-2")),
            ("e3", Text("e3")),
            (".", Text(".")),
            ("infinity", Text("infinity")),
        ] {
            assert_eq!(resolve(text, true), expected, "{text}");
        }
        assert_eq!(resolve("yes", false), Text("yes"));
    }
}
