//! Names, looked up on the thread that asks.

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::unversioned::transport::time::Duration;

/// ureq's own starts a thread for each name, to give up on it in time, and panics if the system has none to
/// give: that would end the process that controls a line. Here the system's patience is ours, for nobody waits
/// for this thread.
#[derive(Debug, Default)]
pub(super) struct Lookup(DefaultResolver);

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let patient = NextTimeout {
            after: Duration::NotHappening,
            ..timeout
        };
        self.0.resolve(uri, config, patient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ureq's own would give up before its thread has begun.
    #[test]
    fn a_name_is_looked_up_whatever_time_is_left() {
        let timeout = NextTimeout {
            after: Duration::from_secs(0),
            ..NextTimeout::default()
        };
        let uri: Uri = "http://localhost:80/".parse().unwrap();
        let found = Lookup::default().resolve(&uri, &Config::default(), timeout);
        assert!(found.unwrap().iter().all(|found| found.ip().is_loopback()));
    }
}
