//! Numbers as v1.7 prints them.

/// In tables: whole numbers without decimals, others with up to three.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short() {
        for (value, shown) in [
            (50.0, "50"),
            (-3.0, "-3"),
            (12.345_678, "12.346"),
            (12.5, "12.5"),
            (0.000_1, "0"),
            (1.25e-7, "0"),
            (1_795_218_869.0, "1795218869"),
            (1e16, "10000000000000000"),
        ] {
            assert_eq!(short(value), shown);
        }
    }
}
