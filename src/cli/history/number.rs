//! Numbers as v1.7 prints them.

/// In tables: whole numbers without decimals, others with up to three.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// In JSON: as Python's `repr`.
pub(super) fn python(value: f64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_in_a_table_and_whole_in_json() {
        for (value, shown, repr) in [
            (50.0, "50", "50.0"),
            (-3.0, "-3", "-3.0"),
            (12.345_678, "12.346", "12.345678"),
            (12.5, "12.5", "12.5"),
            (0.000_1, "0", "0.0001"),
            (0.000_05, "0", "5e-05"),
            (1.25e-7, "0", "1.25e-07"),
            (1_795_218_869.0, "1795218869", "1795218869.0"),
            (1e16, "10000000000000000", "1e+16"),
        ] {
            assert_eq!((&*short(value), &*python(value)), (shown, repr));
        }
    }
}
