//! Files that run in one process: what they say about each other.

use crate::config::WanConfig;
use crate::direction::Direction;

/// Two files that describe one line. v1.7 took them, each in a process of its own, and so do we: the
/// rates then go back and forth.
pub(super) fn warnings<'c>(configs: impl IntoIterator<Item = &'c WanConfig>) -> Vec<String> {
    let configs: Vec<_> = configs.into_iter().collect();
    let mut warnings = idle_histories(&configs);
    each_pair(configs, |earlier, later| {
        let (file, other) = (later.file.display(), earlier.file.display());
        if later.wan_name.eq_ignore_ascii_case(&earlier.wan_name) {
            warnings.push(format!(
                "{file}: wan_name: '{}' is also the name in {other}, so that metrics and reports cannot tell \
                 them apart; give each WAN a name of its own",
                later.wan_name
            ));
        }
        for queue in shared_queues(earlier, later) {
            warnings.push(format!(
                "{file}: queues: {queue} is also set by {other}, and each will undo what the other one \
                 writes; give each WAN queues of its own"
            ));
        }
    });
    warnings
}

/// One process keeps one history, the first file's, as in v1.7.
fn idle_histories(configs: &[&WanConfig]) -> Vec<String> {
    let Some((first, others)) = configs.split_first() else {
        return Vec::new();
    };
    let differ = |config: &&&WanConfig| config.storage != first.storage;
    let idle = others.iter().filter(differ).map(|config| {
        format!(
            "{}: storage: has no effect, because a process keeps one history and {} comes first; say it there",
            config.file.display(),
            first.file.display()
        )
    });
    idle.collect()
}

/// Why the files cannot run together at all.
pub(super) fn refusal<'c>(configs: impl IntoIterator<Item = &'c WanConfig>) -> Option<String> {
    let mut refusal = None;
    each_pair(configs, |earlier, later| {
        if later.lock.file == earlier.lock.file {
            refusal.get_or_insert_with(|| {
                format!(
                    "{}: lock_file: {} is also the lock of {}; give each WAN a lock file of its own",
                    later.file.display(),
                    later.lock.file.display(),
                    earlier.file.display()
                )
            });
        }
    });
    refusal
}

fn each_pair<'c>(
    configs: impl IntoIterator<Item = &'c WanConfig>,
    mut each: impl FnMut(&'c WanConfig, &'c WanConfig),
) {
    let configs: Vec<_> = configs.into_iter().collect();
    for (n, later) in configs.iter().enumerate() {
        for earlier in &configs[..n] {
            each(earlier, later);
        }
    }
}

fn shared_queues<'c>(a: &WanConfig, b: &'c WanConfig) -> Vec<&'c String> {
    if a.router.host != b.router.host {
        return Vec::new();
    }
    let theirs = |queue: &String| {
        Direction::BOTH
            .map(|d| &a.router.queues[d])
            .contains(&queue)
    };
    let ours = Direction::BOTH.map(|direction| &b.router.queues[direction]);
    ours.into_iter().filter(|queue| theirs(queue)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn config(file: &str, change: impl Fn(&mut WanConfig)) -> WanConfig {
        let text = include_str!("../../tests/config/valid.yaml");
        let parsed = crate::config::parse(Path::new(file), text.as_bytes());
        let mut config = parsed.unwrap().config;
        change(&mut config);
        config
    }

    #[test]
    fn two_files_for_one_line_are_told() {
        let first = config("a.yaml", |_| {});
        let copy = config("b.yaml", |config| {
            config.wan_name = config.wan_name.to_uppercase();
        });
        let said = warnings([&first, &copy]);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("b.yaml: wan_name: '"), "{said:?}");
        assert!(said[0].contains("also the name in a.yaml"), "{said:?}");
        assert!(said[1].starts_with("b.yaml: queues: "), "{said:?}");
        assert!(said[2].contains("also set by a.yaml"), "{said:?}");
        let refused = refusal([&first, &copy]).unwrap();
        assert!(refused.starts_with("b.yaml: lock_file: "), "{refused}");
    }

    #[test]
    fn two_lines_are_two_lines() {
        let first = config("a.yaml", |_| {});
        let other = config("b.yaml", |config| {
            config.wan_name = "other".to_owned();
            config.router.queues = config
                .router
                .queues
                .as_ref()
                .map(|name| format!("{name}-2"));
            config.lock.file = "/run/wanctl/other.lock".into();
        });
        assert_eq!(warnings([&first, &other]), [""; 0]);
        assert_eq!(refusal([&first, &other]), None);
        let untold = config("c.yaml", |config| {
            config.wan_name = "third".to_owned();
            config.router.host = crate::config::Host::Name("elsewhere".to_owned());
            config.lock.file = "/run/wanctl/third.lock".into();
            config.storage.db_path = Some("/elsewhere.db".into());
        });
        assert_eq!(
            warnings([&first, &untold]),
            [
                "c.yaml: storage: has no effect, because a process keeps one history and a.yaml comes first; \
                 say it there"
            ]
        );
        // Another router may have queues of the same names.
        let elsewhere = config("c.yaml", |config| {
            config.wan_name = "third".to_owned();
            config.router.host = crate::config::Host::Name("elsewhere".to_owned());
        });
        assert_eq!(warnings([&first, &elsewhere]), [""; 0]);
    }
}
