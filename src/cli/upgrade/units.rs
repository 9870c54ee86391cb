//! v1.7's services, whatever they are called, and ours in their place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::manager::Manager;
use super::ours;
use super::plan::{Group, Plan};
use super::root::Root;

/// Where v1.7's guide says that its units go (contract 11.3), and where they would go before ours.
pub(super) const ETC: &str = "/etc/systemd/system";
/// The instance of autorate, without the WAN.
pub(super) const AUTORATE: &str = "wanctl@";
/// Our steering.
pub(super) const STEERING: &str = "wanctl-steering.service";

/// Whose a unit is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    V17,
    Ours,
    Another,
}

/// Whose a unit's text is: v1.7 is Python, and so is nothing of ours.
pub(super) fn owner(text: &str) -> Owner {
    let mut started = text.lines().map(str::trim).filter_map(|line| {
        let (key, command) = line.split_once('=')?;
        (key.trim() == "ExecStart").then_some(command)
    });
    if started.clone().any(is_v17) {
        Owner::V17
    } else if started.any(|command| program(command).starts_with("wanctl")) {
        Owner::Ours
    } else {
        Owner::Another
    }
}

fn is_v17(command: &str) -> bool {
    let python = program(command).starts_with("python") || command.contains("/opt/wanctl");
    python && (command.contains("wanctl") || command.contains("autorate_continuous"))
}

/// The name of what is started.
fn program(command: &str) -> &str {
    let word = command.split_whitespace().next().unwrap_or_default();
    let path = word.trim_start_matches(['-', '@', '+', '!', ':']);
    path.rsplit('/').next().unwrap_or_default()
}

/// Looks for all of it.
pub(super) fn look(root: &Root, plan: &mut Plan) {
    let mut old = Vec::new();
    for name in root.names(ETC) {
        let path = Path::new(ETC).join(&name);
        if let Some(directory) = name.strip_suffix(".d") {
            if is_ours_or_v17(directory) {
                drop_ins(root, plan, &path);
            }
        } else if is_timer(&name) {
            plan.move_away(Group::Services, &path, "a timer; services need none");
            old.push((name, String::new()));
        } else if name.ends_with(".service") {
            service(root, plan, &path, &mut old);
        }
    }
    let enabled = enabled(root, &old);
    plan.services.running = running(root, &old, &enabled);
    plan.services.enable = counterparts(plan, &old, &enabled);
    let running = plan.services.running.clone();
    plan.services.start = counterparts(plan, &old, &running);
    plan.services.enabled = enabled;
    if plan.has_work() {
        ours::look(root, plan);
    }
    told(plan);
}

fn service(root: &Root, plan: &mut Plan, path: &Path, old: &mut Vec<(String, String)>) {
    let is_link = root.at(path).is_symlink();
    let (Some(text), false) = (root.text(path), is_link) else {
        return;
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match owner(&text) {
        Owner::V17 => {
            plan.move_away(Group::Services, path, "v1.7's service");
            old.push((name.into_owned(), text));
        }
        Owner::Ours => {
            plan.row(Group::Services, path, "is ours; stays");
        }
        Owner::Another => {}
    }
}

/// Additions to units: what was meant for Python must not be added to ours.
fn drop_ins(root: &Root, plan: &mut Plan, directory: &Path) {
    for name in root.names(directory) {
        let path = directory.join(&name);
        let Some(text) = root.text(&path) else {
            continue;
        };
        let words = ["python", "PYTHON", "/opt/wanctl", "--debug", "ExecStart"];
        if words.iter().any(|word| text.contains(word)) && owner(&text) != Owner::Ours {
            plan.move_away(Group::Services, &path, "was meant for v1.7's program");
        } else {
            plan.row(Group::Services, &path, "stays, and is added to our service");
        }
    }
}

fn is_ours_or_v17(unit: &str) -> bool {
    (unit.starts_with(AUTORATE) && unit.ends_with(".service"))
        || ["steering.service", STEERING].contains(&unit)
}

fn is_timer(name: &str) -> bool {
    name.strip_suffix(".timer")
        .is_some_and(|stem| stem.starts_with(AUTORATE) || stem == "steering")
}

/// Those of `old`, or instances of them, that something pulls in at boot.
fn enabled(root: &Root, old: &[(String, String)]) -> Vec<String> {
    let mut enabled = BTreeSet::new();
    for directory in root.names(ETC) {
        if [Some("wants"), Some("requires")].contains(&ending(&directory)) {
            let links = root.names(Path::new(ETC).join(directory));
            enabled.extend(links.into_iter().filter(|link| is_one_of(link, old)));
        }
    }
    enabled.into_iter().collect()
}

fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

fn is_one_of(name: &str, old: &[(String, String)]) -> bool {
    old.iter()
        .any(|(unit, _)| name == unit || instance(name, unit).is_some_and(|i| !i.is_empty()))
}

/// `wan1`, if the name is `wanctl@wan1.service` and the unit `wanctl@.service`.
fn instance<'n>(name: &'n str, unit: &str) -> Option<&'n str> {
    let (before, after) = unit.split_once('@')?;
    name.strip_prefix(before)?
        .strip_prefix('@')?
        .strip_suffix(after)
}

fn running(root: &Root, old: &[(String, String)], enabled: &[String]) -> Vec<String> {
    let mut names: BTreeSet<String> = enabled.iter().cloned().collect();
    for (unit, _) in old {
        if unit.contains("@.") {
            let stems = root.names("/etc/wanctl");
            let stems = stems.iter().filter_map(|name| name.strip_suffix(".yaml"));
            names.extend(stems.map(|stem| unit.replace("@.", &format!("@{stem}."))));
        } else {
            names.insert(unit.clone());
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    Manager::running(root, &names)
}

/// Our services for these of v1.7's.
fn counterparts(plan: &mut Plan, old: &[(String, String)], names: &[String]) -> Vec<String> {
    let mut ours = BTreeSet::new();
    for name in names.iter().filter(|name| name.ends_with(".service")) {
        let unit = old
            .iter()
            .find(|(unit, _)| name == unit || instance(name, unit).is_some());
        let Some((unit, text)) = unit else { continue };
        for config in configs_of(name, unit, text) {
            match ours_for(&config, text) {
                Some(service) => {
                    ours.insert(service);
                }
                None => obstacle(plan, name, &config),
            }
        }
    }
    ours.into_iter().collect()
}

fn obstacle(plan: &mut Plan, name: &str, config: &Path) {
    let sentence = format!(
        "{name} runs {}, but our services run /etc/wanctl/NAME.yaml: copy it there, and change ExecStart of \
         {ETC}/{name} to that",
        config.display()
    );
    if !plan.obstacles.contains(&sentence) {
        plan.obstacles.push(sentence);
    }
}

/// The files that a unit gives to its program.
fn configs_of(name: &str, unit: &str, text: &str) -> Vec<PathBuf> {
    let instance = instance(name, unit).unwrap_or_default();
    let mut configs = Vec::new();
    for line in text.lines().filter(|line| line.contains("ExecStart")) {
        let mut follows = false;
        for word in line.split_whitespace() {
            let word = word.trim_matches(['"', '\'']);
            if let Some(first) = word.strip_prefix("--config") {
                follows = true;
                let first = first.trim_start_matches('=');
                if !first.is_empty() {
                    configs.push(PathBuf::from(first.replace("%i", instance)));
                }
            } else if word.starts_with('-') {
                follows = false;
            } else if follows {
                configs.push(PathBuf::from(word.replace("%i", instance)));
            }
        }
    }
    configs
}

fn ours_for(config: &Path, text: &str) -> Option<String> {
    if text.contains("steering") {
        let usual = config == Path::new("/etc/wanctl/steering.yaml");
        return usual.then(|| STEERING.to_owned());
    }
    let stem = config.file_stem()?.to_str()?;
    let usual = config.parent()? == Path::new("/etc/wanctl")
        && config.extension().is_some_and(|ending| ending == "yaml");
    usual.then(|| format!("{AUTORATE}{stem}.service"))
}

/// What becomes of the services themselves.
fn told(plan: &mut Plan) {
    let services = plan.services.clone();
    for name in services.ours() {
        let starts = services.start.contains(&name);
        let boots = services.enable.contains(&name);
        let fate = match (starts, boots) {
            (true, true) => "is started, and starts with the machine, as v1.7's did",
            (true, false) => "is started, because v1.7's runs",
            (false, _) => "starts with the machine, as v1.7's did",
        };
        plan.row(Group::Services, Path::new(&name), fate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V17: &str = "[Service]\nExecStart=/usr/bin/python3 /opt/wanctl/autorate_continuous.py --config /etc/wanctl/%i.yaml --debug\n";

    #[test]
    fn whose_a_unit_is() {
        assert_eq!(owner(V17), Owner::V17);
        let steering = "ExecStart=/usr/bin/python3 -m wanctl.steering.daemon --config /etc/wanctl/steering.yaml";
        assert_eq!(owner(steering), Owner::V17);
        for ours in [ours::AUTORATE_UNIT, ours::STEERING_UNIT] {
            assert_eq!(owner(ours), Owner::Ours);
        }
        let another = "# /opt/wanctl python\nExecStart=/usr/bin/python3 /srv/backup.py /etc";
        assert_eq!(owner(another), Owner::Another);
    }

    #[test]
    fn every_file_of_a_unit_gets_a_service() {
        let files = |name, unit, text| {
            let found = configs_of(name, unit, text);
            let ours = found.iter().map(|config| ours_for(config, text));
            ours.collect::<Vec<_>>()
        };
        assert_eq!(
            files("wanctl@wan1.service", "wanctl@.service", V17),
            [Some("wanctl@wan1.service".to_owned())]
        );
        let both = "ExecStart=/usr/bin/python3 -m wanctl.autorate_continuous --config /etc/wanctl/a.yaml /etc/wanctl/b.yaml --debug\n";
        assert_eq!(
            files("home.service", "home.service", both),
            [
                Some("wanctl@a.service".to_owned()),
                Some("wanctl@b.service".to_owned())
            ]
        );
        let elsewhere = "ExecStart=/usr/bin/python3 -m wanctl.x --config=/srv/a.yaml\n";
        assert_eq!(files("home.service", "home.service", elsewhere), [None]);
    }
}
