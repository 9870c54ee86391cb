//! Our own services: those that were installed, or those that this program carries with it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::plan::{Group, Plan};
use super::root::Root;
use super::units::{AUTORATE, ETC, STEERING};

pub(super) const AUTORATE_UNIT: &str = include_str!("../../../systemd/wanctl@.service");
pub(super) const STEERING_UNIT: &str = include_str!("../../../systemd/wanctl-steering.service");

/// Where an installation puts units: `/etc` is the administrator's.
const INSTALLED: [&str; 3] = [
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// Where an installation puts the program, and which of two is used.
const PROGRAMS: [&str; 2] = ["/usr/local/bin/wanctl", "/usr/bin/wanctl"];
/// How the units that are shipped call it.
const SHIPPED: [(&str, &str); 2] = [
    ("/usr/local/bin/wanctl-steering ", " steering "),
    ("/usr/local/bin/wanctl ", " "),
];

/// What is there to be started, and what has to be written for it.
pub(super) fn look(root: &Root, plan: &mut Plan) {
    let Some(program) = PROGRAMS.into_iter().find(|path| is_program(root, path)) else {
        let place = PROGRAMS[0];
        plan.obstacles.push(if root.has(place) {
            format!(
                "{place} is not this program, but v1.7's: remove it (pip uninstall wanctl), and run \
                 scripts/install.sh, or install -m 755 wanctl {place}"
            )
        } else {
            format!(
                "this program is not installed: run scripts/install.sh, or install -m 755 wanctl {place}"
            )
        });
        return;
    };
    let ours = plan.services.ours();
    let autorate = ours.iter().any(|name| name.starts_with(AUTORATE));
    let steering = ours.iter().any(|name| name == STEERING);
    let template = format!("{AUTORATE}.service");
    for (wanted, name, text) in [
        (autorate, template.as_str(), AUTORATE_UNIT),
        (steering, STEERING, STEERING_UNIT),
    ] {
        if wanted {
            unit(root, plan, name, &adapted(text, program));
        }
    }
}

fn unit(root: &Root, plan: &mut Plan, name: &str, text: &str) {
    let installed = INSTALLED
        .into_iter()
        .map(|directory| Path::new(directory).join(name))
        .find(|path| root.has(path));
    if let Some(path) = installed {
        plan.row(Group::Services, path, "is ours, and is used from now on");
        return;
    }
    let path = Path::new(ETC).join(name);
    if plan.moves.contains(&path) || !root.has(&path) {
        plan.row(Group::Services, &path, "ours is written");
        plan.writes.push((path, text.to_owned()));
    }
}

/// The unit for a program that lies there.
fn adapted(text: &str, program: &str) -> String {
    SHIPPED
        .into_iter()
        .fold(text.to_owned(), |text, (shipped, rest)| {
            text.replace(shipped, &format!("{program}{rest}"))
        })
}

/// Whether that is a program, and not one of pip's scripts.
fn is_program(root: &Root, path: &str) -> bool {
    let mut magic = [0; 4];
    let read = File::open(root.at(path)).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_call_the_program_that_is_there() {
        for (text, call) in [
            (
                AUTORATE_UNIT,
                "ExecStart=/usr/bin/wanctl --config /etc/wanctl/%i.yaml\n",
            ),
            (
                STEERING_UNIT,
                "ExecStart=/usr/bin/wanctl steering --config /etc/wanctl/steering.yaml\n",
            ),
        ] {
            let adapted = adapted(text, "/usr/bin/wanctl");
            assert!(adapted.contains(call), "{adapted}");
            assert!(!adapted.contains("/usr/local/bin"), "{adapted}");
        }
    }
}
