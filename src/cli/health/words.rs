//! What a `/health` document means, in a line.

use serde_json::Value;

/// Whether the daemon is well, and how it is.
pub(super) fn judge(document: &Value) -> (bool, String) {
    let status = document["status"].as_str().unwrap_or_default();
    let mut parts = vec![status.to_owned()];
    for wan in document["wans"].as_array().into_iter().flatten() {
        parts.push(of_wan(wan));
    }
    if let Some(state) = document["steering"]["state"].as_str() {
        parts.push(format!("steering {state}"));
    }
    if document["router_reachable"] == Value::Bool(false) {
        parts.push("the router cannot be reached".to_owned());
    }
    (status == "healthy", parts.join(", "))
}

fn of_wan(wan: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!(
        "{} download {} upload {}",
        text(&wan["name"]),
        text(&wan["download"]["state"]),
        text(&wan["upload"]["state"])
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_healthy_line_is_told_with_its_zones() {
        let page = json!({
            "status": "healthy",
            "wans": [{"name": "wan1", "download": {"state": "GREEN"}, "upload": {"state": "YELLOW"}}],
            "router_reachable": true,
        });
        assert_eq!(
            judge(&page),
            (
                true,
                "healthy, wan1 download GREEN upload YELLOW".to_owned()
            )
        );
    }

    #[test]
    fn a_daemon_without_its_router_is_not_well() {
        let page = json!({
            "status": "degraded",
            "wans": [{"name": "wan1", "download": {"state": "GREEN"}, "upload": {"state": "GREEN"}}],
            "router_reachable": false,
        });
        let (is_healthy, line) = judge(&page);
        assert!(!is_healthy);
        assert!(line.ends_with("the router cannot be reached"), "{line}");
    }

    #[test]
    fn steering_that_only_starts_is_not_well_yet() {
        let starting = json!({"status": "starting", "uptime_seconds": 0.1});
        assert_eq!(judge(&starting), (false, "starting".to_owned()));
        let page = json!({"status": "healthy", "steering": {"state": "WAN1_GOOD"}, "router_reachable": true});
        assert_eq!(
            judge(&page),
            (true, "healthy, steering WAN1_GOOD".to_owned())
        );
    }
}
