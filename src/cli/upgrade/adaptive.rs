//! What to write into a file of v1.7's for the adaptive law.

use crate::config::{ControlLaw, WanConfig};
use crate::units::Millis;

/// As v1.7's calibrator told lines apart by their baseline (contract 10).
const FIBER_BELOW: Millis = Millis::of(15);
const CABLE_BELOW: Millis = Millis::of(35);

/// The lines to add below `continuous_monitoring:`.
pub(super) fn lines(wan: &WanConfig) -> Option<String> {
    if wan.control_law != ControlLaw::Classic {
        return None;
    }
    let line = if wan.baseline_initial < FIBER_BELOW {
        "fiber"
    } else if wan.baseline_initial < CABLE_BELOW {
        "cable"
    } else {
        "dsl"
    };
    Some(format!(
        "  control_law: adaptive\n  line: {line}    # a guess by its delay: cable, dsl, fiber, lte or starlink\n"
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_lines_make_a_file_of_v1_7s_one_for_the_adaptive_law() {
        let ours = include_str!("../../../configs/classic.yaml");
        let text = &ours.replace("  control_law: classic\n", "");
        let read = |text: &str| {
            crate::config::parse(Path::new("wan1.yaml"), text.as_bytes())
                .unwrap()
                .config
        };
        let lines = lines(&read(text)).unwrap();
        let heading = "continuous_monitoring:\n";
        let adaptive = text.replace(heading, &format!("{heading}{lines}"));
        let config = read(&adaptive);
        assert_eq!(config.control_law, ControlLaw::Adaptive);
        assert_eq!(super::lines(&config), None);
    }
}
