//! One page, fetched.

use std::io::ErrorKind;

use serde_json::Value;
use ureq::Agent;

use crate::time::Duration;

/// The daemon answers within a tick or two; a machine under load gets some more.
const PATIENCE: Duration = Duration::from_secs(3);
/// Eight WANs are 20 kB.
const MOST: u64 = 1 << 20;

/// What the page says.
///
/// # Errors
/// Why there is no answer of use.
pub(super) fn ask(page: &str) -> Result<Value, String> {
    let settings = Agent::config_builder()
        // 503 comes with a document that says why.
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .timeout_global(Some(std::time::Duration::from_micros(PATIENCE.as_micros())))
        .build();
    let agent: Agent = settings.into();
    let mut response = agent.get(page).call().map_err(|e| words(&e))?;
    let body = response.body_mut().with_config().limit(MOST);
    let text = body.read_to_string().map_err(|e| words(&e))?;
    let document: Option<Value> = serde_json::from_str(&text).ok();
    document
        .filter(|document| document["status"].is_string())
        .ok_or_else(|| {
            format!(
                "what it says (HTTP {}) is no /health of wanctl's",
                response.status().as_u16()
            )
        })
}

fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(e) if e.kind() == ErrorKind::ConnectionRefused => {
            "nobody listens there, so the daemon may be down".into()
        }
        ureq::Error::Timeout(_) => format!("none within {} s", PATIENCE.as_secs_f64()),
        ureq::Error::HostNotFound => "the name has no address".into(),
        other => other.to_string(),
    }
}
