//! Which line is calibrated, and which file will say so.

use std::fs;
use std::path::{Path, PathBuf};

use super::journals::Journals;
use crate::cli::args::{CalibrateArgs, Named, Of};
use crate::config::{self, WanConfig, edit};
use crate::control::law::adaptive::Preset;
use crate::direction::Both;
use crate::units::Millis;

/// Where v1.7 wrote its files.
const OUTPUT_DIR: &str = "/etc/wanctl";
/// v1.7's user.
const USER: &str = "admin";
/// Round trips below which a line is likely of that kind, in milliseconds (contract 10).
const FIBER_BELOW: u32 = 15;
const CABLE_BELOW: u32 = 35;

/// A line to be calibrated.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What its file says, or will begin with.
    pub(super) config: WanConfig,
    /// Where it is or will be.
    pub(super) file: PathBuf,
    /// Where the results go besides.
    pub(super) output_dir: PathBuf,
    /// Where the limits as found are kept meanwhile.
    pub(super) journals: Journals,
    /// What a new file is made of; `None` if there is one to be edited.
    named: Option<Named>,
    /// Where a new file's state and lock will be, instead of their usual places.
    state_dir: Option<PathBuf>,
}

impl Plan {
    /// From the command line.
    ///
    /// # Errors
    /// Everything that is wrong with the file, or with what was named.
    pub(super) fn of(args: &CalibrateArgs) -> Result<Self, String> {
        let mut plan = match &args.of {
            Of::File(file) => {
                Self::present(file, args.output_dir.as_deref(), args.state_dir.as_deref())?
            }
            Of::Named(named) => {
                let output_dir = args.output_dir.clone().unwrap_or_else(|| OUTPUT_DIR.into());
                Self::new(named.clone(), output_dir, args.state_dir.as_deref())?
            }
        };
        if let Some(host) = &args.ping_host {
            plan.config.measurement.reflectors = vec![host.clone()];
        }
        Ok(plan)
    }

    fn present(
        file: &Path,
        output_dir: Option<&Path>,
        state_dir: Option<&Path>,
    ) -> Result<Self, String> {
        let config = config::load(file)
            .map_err(|report| format!("{}: {report}", file.display()))?
            .config;
        let beside = file.parent().unwrap_or(Path::new(""));
        Ok(Self {
            journals: Journals::of(&config, state_dir),
            config,
            file: file.to_owned(),
            output_dir: output_dir.unwrap_or(beside).to_owned(),
            named: None,
            state_dir: None,
        })
    }

    fn new(named: Named, output_dir: PathBuf, state_dir: Option<&Path>) -> Result<Self, String> {
        // Which kind it is, only the measurement tells; the router's part is the same in all.
        let text = draft(&named, state_dir, named.line.unwrap_or_default())?;
        let file = output_dir.join(format!("{}.yaml", named.wan_name));
        let config = config::parse(&file, text.as_bytes());
        let config = config
            .map_err(|report| format!("with these options: {report}"))?
            .config;
        Ok(Self {
            journals: Journals::of(&config, state_dir),
            config,
            file,
            output_dir,
            named: Some(named),
            state_dir: state_dir.map(Path::to_owned),
        })
    }

    /// Whether there is no file yet that is to be edited.
    pub(super) const fn is_new(&self) -> bool {
        self.named.is_some()
    }

    /// The text that the results go into, as it is now: somebody may have edited it while the line was measured. A
    /// new file's is that of its kind of line.
    ///
    /// # Errors
    /// As [`Plan::of`].
    pub(super) fn base(&self, baseline: Millis) -> Result<String, String> {
        match &self.named {
            None => fs::read_to_string(&self.file)
                .map_err(|e| format!("{}: cannot be read any more: {e}", self.file.display())),
            Some(named) => {
                let kind = named.line.unwrap_or_else(|| kind(baseline));
                draft(named, self.state_dir.as_deref(), kind)
            }
        }
    }

    /// The unit of its daemon.
    pub(super) fn unit(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        format!("wanctl@{}", stem.display())
    }
}

/// The line's likely kind.
pub(super) fn kind(baseline: Millis) -> Preset {
    if baseline < Millis::of(FIBER_BELOW) {
        Preset::Fiber
    } else if baseline < Millis::of(CABLE_BELOW) {
        Preset::Cable
    } else {
        Preset::Dsl
    }
}

const fn example(kind: Preset) -> &'static str {
    match kind {
        Preset::Cable => include_str!("../../../configs/cable.yaml"),
        Preset::Dsl => include_str!("../../../configs/dsl.yaml"),
        Preset::Fiber => include_str!("../../../configs/fiber.yaml"),
        Preset::Lte => include_str!("../../../configs/lte.yaml"),
        Preset::Starlink => include_str!("../../../configs/starlink.yaml"),
    }
}

/// The shipped example, with what was named in it.
fn draft(named: &Named, state_dir: Option<&Path>, kind: Preset) -> Result<String, String> {
    let name = &named.wan_name;
    let queues = queues(named);
    let (host, port) = place(&named.router);
    let (state, run) = match state_dir {
        Some(dir) => (dir, dir),
        None => (Path::new("/var/lib/wanctl"), Path::new("/run/wanctl")),
    };
    let text = |value: &str| edit::quoted(value);
    let file =
        |dir: &Path, end: &str| text(&dir.join(format!("{name}{end}")).display().to_string());
    let log = Path::new("/var/log/wanctl");
    let (transport, port_key) = match named.ssh_key {
        Some(_) => ("ssh", "ssh_port"),
        None => ("rest", "port"),
    };
    let mut settings: Vec<(&[&str], String)> = vec![
        (&["wan_name"], text(name)),
        (&["router", "transport"], transport.to_owned()),
        (&["router", "host"], text(&host)),
        (
            &["router", "user"],
            text(named.user.as_deref().unwrap_or(USER)),
        ),
        (&["queues", "download"], text(&queues.down)),
        (&["queues", "upload"], text(&queues.up)),
        (
            &["continuous_monitoring", "fallback_checks", "gateway_ip"],
            text(&host),
        ),
        (&["logging", "main_log"], file(log, ".log")),
        (&["logging", "debug_log"], file(log, "_debug.log")),
        (&["lock_file"], file(run, ".lock")),
        (&["state_file"], file(state, "_state.json")),
    ];
    if let Some(key) = &named.ssh_key {
        settings.push((&["router", "ssh_key"], text(key)));
    }
    let port_path = ["router", port_key];
    if let Some(port) = port {
        settings.push((&port_path, port));
    }
    let mut draft = example(kind).to_owned();
    for (path, value) in settings {
        draft = edit::set(&draft, path, &value).map_err(|e| e.to_string())?;
    }
    Ok(draft)
}

/// v1.7's names: the first letter a capital, the others not.
fn queues(named: &Named) -> Both<String> {
    let mut letters = named.wan_name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    let name: String = first
        .into_iter()
        .chain(letters.map(|c| c.to_ascii_lowercase()))
        .collect();
    let queue = |given: &Option<String>, word| match given {
        Some(queue) => queue.clone(),
        None => format!("WAN-{word}-{name}"),
    };
    Both {
        down: queue(&named.queues.down, "Download"),
        up: queue(&named.queues.up, "Upload"),
    }
}

/// Host and port; an address of IPv6 without brackets has none.
fn place(router: &str) -> (String, Option<String>) {
    match router.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host.to_owned(), Some(port.to_owned()))
        }
        _ => (router.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Scheme, Transport};

    fn named(router: &str) -> Named {
        Named {
            wan_name: "wAN1".to_owned(),
            router: router.to_owned(),
            ..Named::default()
        }
    }

    fn plan(named: Named) -> Result<Plan, String> {
        Plan::new(named, "/etc/wanctl".into(), None)
    }

    #[test]
    fn every_kinds_example_takes_what_was_named() {
        for kind in [
            Preset::Cable,
            Preset::Dsl,
            Preset::Fiber,
            Preset::Lte,
            Preset::Starlink,
        ] {
            let named = Named {
                line: Some(kind),
                ..named("192.0.2.1")
            };
            let config = plan(named).unwrap().config;
            assert_eq!(config.adaptive.line, kind);
            assert_eq!(config.wan_name, "wAN1");
            assert_eq!(config.router.queues.down, "WAN-Download-Wan1");
            assert_eq!(config.router.host.to_string(), "192.0.2.1");
            assert_eq!(config.router.scheme, Scheme::Https);
            assert_eq!(config.lock.file, Path::new("/run/wanctl/wAN1.lock"));
            assert_eq!(
                config.state.main,
                Path::new("/var/lib/wanctl/wAN1_state.json")
            );
        }
    }

    #[test]
    fn the_way_to_the_router_is_what_was_named() {
        let config = plan(named("192.0.2.1:8080")).unwrap().config;
        assert_eq!(
            (config.router.port, config.router.scheme),
            (8_080, Scheme::Http)
        );
        let by_key = Named {
            ssh_key: Some("/tmp/a \"key\"".to_owned()),
            ..named("[2001:db8::1]:2222")
        };
        let router = plan(by_key).unwrap().config.router;
        assert_eq!((router.transport, router.ssh_port), (Transport::Ssh, 2_222));
        assert_eq!(router.ssh_key, "/tmp/a \"key\"");
        assert_eq!(plan(named("2001:db8::1")).unwrap().config.router.port, 443);
    }

    #[test]
    fn what_cannot_be_a_line_is_refused_in_the_files_words() {
        let said = plan(named("not a host")).unwrap_err();
        assert!(said.contains("router.host"), "{said}");
        let said = plan(Named {
            wan_name: "a/b".to_owned(),
            ..named("192.0.2.1")
        })
        .unwrap_err();
        assert!(said.contains("wan_name"), "{said}");
        let said = plan(named("192.0.2.1:x")).unwrap_err();
        assert!(said.contains("router.port"), "{said}");
    }

    #[test]
    fn a_lines_kind_is_guessed_as_v1_7_did() {
        use Preset::{Cable, Dsl, Fiber};

        let kinds = [3, 14, 15, 34, 35, 200].map(|ms| kind(Millis::of(ms)));
        assert_eq!(kinds, [Fiber, Fiber, Cable, Cable, Dsl, Dsl]);
    }
}
