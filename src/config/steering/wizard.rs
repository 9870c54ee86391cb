//! The steering file that v1.7's install wizard wrote, which v1.7 itself never accepted (W-45).

use super::super::rule::Text;
use super::super::section::Section;

/// Keys of `steering` that only the wizard wrote.
const WIZARD_KEYS: [&str; 3] = ["check_interval", "enable_threshold", "disable_threshold"];

/// Whether the wizard wrote this file; if so, that is said with what it should be.
pub(super) fn reported(root: &Section<'_>) -> bool {
    let primary = root.raw("primary_wan");
    let steering = root
        .raw("steering")
        .is_some()
        .then(|| root.section("steering"));
    let wizards = steering
        .as_ref()
        .is_some_and(|steering| WIZARD_KEYS.iter().any(|&key| steering.value(key).is_some()));
    if root.raw("topology").is_some() || !(primary.is_some() || wizards) {
        return false;
    }
    let text = |section: &Section<'_>, key| section.value(key)?.read_silently(&Text);
    let scalar = |key| {
        let value = steering.as_ref()?.value(key)?;
        value.shown()
    };
    let name = |key, stand_in: &str| text(root, key).unwrap_or_else(|| stand_in.to_owned());
    let primary = name("primary_wan", "wan1");
    let proposal = format!(
        "was written by v1.7's install wizard, and no version has ever accepted such a file; copy \
         configs/steering.yaml and set topology.primary_wan: {primary}, topology.primary_wan_config: \
         /etc/wanctl/{primary}.yaml, topology.alternate_wan: {}, measurement.interval_seconds: {}, \
         thresholds.yellow_rtt_ms and red_rtt_ms: {}, thresholds.green_rtt_ms: {}, and your router's address, user and \
         mangle_rule.comment",
        name("alternate_wan", "wan2"),
        scalar("check_interval").unwrap_or_else(|| "2".to_owned()),
        scalar("enable_threshold").unwrap_or_else(|| "15".to_owned()),
        scalar("disable_threshold").unwrap_or_else(|| "5".to_owned()),
    );
    let key = if root.raw("primary_wan").is_some() {
        "primary_wan"
    } else {
        "steering"
    };
    root.conflict(key, &proposal);
    true
}
