//! `wanctl health`: how running daemons are, as a line each and an exit code.

mod ask;
mod words;

use std::path::Path;
use std::process::ExitCode;

use super::args::HealthArgs;
use super::pages::{reached_at, url};
use super::print;
use crate::config::{self, DEFAULT_HEALTH_PORT, FileKind, Listen};
use crate::shell::clock::{Clock, pause};
use crate::time::{Duration, Instant};

/// How soon an unhealthy daemon is asked again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(super) fn run(args: &HealthArgs) -> Result<ExitCode, String> {
    let pages = pages(args)?;
    let clock = Clock::start();
    let until = Instant::ZERO + Duration::from_secs(args.wait.unwrap_or(0));
    let verdicts = loop {
        let verdicts: Vec<Verdict> = pages.iter().map(|page| look(page)).collect();
        if verdicts.iter().all(|verdict| verdict.is_healthy) || clock.now() + AGAIN_AFTER > until {
            break verdicts;
        }
        pause(AGAIN_AFTER);
    };
    if !args.quiet {
        for Verdict { line, .. } in &verdicts {
            print(&format!("{line}\n"))?;
        }
    }
    Ok(if verdicts.iter().all(|verdict| verdict.is_healthy) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What a page came to.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Verdict {
    is_healthy: bool,
    line: String,
}

fn look(page: &str) -> Verdict {
    let (is_healthy, what) = match ask::ask(page) {
        Ok(document) => words::judge(&document),
        Err(why) => (false, format!("no answer: {why}")),
    };
    Verdict {
        is_healthy,
        line: format!("{page}: {what}"),
    }
}

/// Whom to ask, each of them once.
fn pages(args: &HealthArgs) -> Result<Vec<String>, String> {
    let mut pages = Vec::new();
    for file in &args.configs {
        let page = page_of(file)?;
        // Several WANs in one process share one.
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    for given in &args.urls {
        pages.push(url(given).map_err(|wrong| format!("--url {wrong}"))?);
    }
    if pages.is_empty() {
        pages.push(format!("http://127.0.0.1:{DEFAULT_HEALTH_PORT}/health"));
    }
    Ok(pages)
}

fn page_of(file: &Path) -> Result<String, String> {
    let Listen {
        enabled,
        host,
        port,
        ..
    } = listener(file).map_err(|report| format!("{}: {report}", file.display()))?;
    if !enabled {
        return Err(format!(
            "{}: health_check.enabled is false, so there is nobody to ask; make it true, or ask elsewhere with --url",
            file.display()
        ));
    }
    if port == 0 {
        return Err(format!(
            "{}: health_check.port is 0, so only the daemon's log knows which it is; name it with --url",
            file.display()
        ));
    }
    Ok(format!("http://{}:{port}/health", reached_at(&host)))
}

fn listener(file: &Path) -> Result<Listen, config::Report> {
    Ok(match config::kind(file) {
        FileKind::Steering => config::load_steering(file)?.config.health,
        FileKind::Wan => config::load(file)?.config.health,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_autorate_is_asked_where_it_is_by_default() {
        assert_eq!(
            pages(&HealthArgs::default()),
            Ok(vec!["http://127.0.0.1:9101/health".to_owned()])
        );
    }

    #[test]
    fn files_say_where_to_ask_and_a_shared_page_is_asked_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, more: &str| {
            let text = include_str!("../../../tests/config/valid.yaml");
            let path = folder.path().join(name);
            std::fs::write(&path, format!("{text}\n{more}\n")).unwrap();
            path
        };
        let shared = "health_check: {host: 0.0.0.0, port: 9111}";
        let args = HealthArgs {
            configs: vec![file("a", shared), file("b", shared)],
            urls: vec!["pi:9102".to_owned()],
            ..HealthArgs::default()
        };
        assert_eq!(
            pages(&args),
            Ok(vec![
                "http://127.0.0.1:9111/health".to_owned(),
                "http://pi:9102/health".to_owned()
            ])
        );

        for (more, why) in [
            (
                "health_check: {enabled: false}",
                "health_check.enabled is false",
            ),
            ("health_check: {port: 0}", "health_check.port is 0"),
        ] {
            let args = HealthArgs {
                configs: vec![file("c", more)],
                ..HealthArgs::default()
            };
            let sentence = pages(&args).unwrap_err();
            assert!(sentence.contains(why), "{sentence}");
        }
    }

    #[test]
    fn nobody_there_is_not_healthy() {
        // Port 9 of this machine: `discard` has not been run by default for decades.
        let verdict = look("http://127.0.0.1:9/health");
        assert!(!verdict.is_healthy, "{}", verdict.line);
        assert!(
            verdict.line.contains("nobody listens there"),
            "{}",
            verdict.line
        );
    }
}
