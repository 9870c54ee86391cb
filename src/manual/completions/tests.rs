//! The scripts are well-formed and offer what the pages say.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{bash, fish, zsh};
use crate::manual::commands;

/// What a script says to what was typed: the last word is the one that is completed.
fn bash_offers(typed: &[&str]) -> Vec<String> {
    let words = typed.iter().map(|word| format!("'{word}'"));
    let words = words.collect::<Vec<_>>().join(" ");
    // `compopt` only works while a person types.
    let script = format!(
        "{}compopt() {{ :; }}\nCOMP_WORDS=({words}) COMP_CWORD={}\n_wanctl\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        bash::script(),
        typed.len() - 1
    );
    let out = Command::new("bash")
        .arg("-c")
        .arg(script)
        .output()
        .expect("bash");
    assert!(
        out.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn bash_offers_commands_options_and_values() {
    for (typed, offered) in [
        (&["wanctl", "che"][..], &["check"][..]),
        (&["wanctl", "check", "--j"], &["--json"]),
        (&["/usr/bin/wanctl-steering", "--res"], &["--reset"]),
        (&["wanctl", "demo", "--law", "ad"], &["adaptive"]),
        (&["wanctl", "steering", "--va"], &["--validate-config"]),
        (
            &["wanctl", "simulate", "--law", "static,ada"],
            &["static,adaptive"],
        ),
        (
            &["wanctl", "simulate", "--scenario", "docsis"],
            &["docsis-evening"],
        ),
        (&["wanctl", "--config", "Cargo.tom"], &["Cargo.toml"]),
        (
            &["wanctl", "check", "--config", "x.yaml", "Cargo.tom"],
            &["Cargo.toml"],
        ),
        (&["wanctl", "manual", "rou"], &["routeros"]),
        (&["wanctl", "help", "his"], &["history"]),
        (&["wanctl", "simulate", "--seed", ""], &[]),
    ] {
        assert_eq!(bash_offers(typed), offered, "{typed:?}");
    }
}

/// Whether a shell that is here reads the script without a complaint.
fn is_read_by(shell: &str, script: &str) {
    let started = Command::new(shell)
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut shell_process) = started else {
        println!("skipped: there is no {shell} here");
        return;
    };
    let mut stdin = shell_process.stdin.take().expect("piped");
    stdin.write_all(script.as_bytes()).expect("it reads");
    drop(stdin);
    let out = shell_process.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && said.is_empty(), "{shell}: {said}");
}

#[test]
fn every_shell_can_read_its_script() {
    is_read_by("bash", &bash::script());
    is_read_by("zsh", &zsh::script());
    is_read_by("fish", &fish::script());
}

#[test]
fn fish_offers_commands_options_and_values() {
    let started = Command::new("fish").arg("--version").output();
    if started.is_err() {
        println!("skipped: there is no fish here");
        return;
    }
    for (typed, offered) in [
        ("wanctl che", "check"),
        ("wanctl check --js", "--json"),
        ("wanctl-steering --res", "--reset"),
        ("wanctl demo --law ad", "adaptive"),
        ("wanctl simulate --law static,ad", "static,adaptive"),
        ("wanctl manual rou", "routeros"),
    ] {
        let script = format!("{}\ncomplete -C '{typed}'\n", fish::script());
        let out = Command::new("fish")
            .args(["--no-config", "-c", &script])
            .output();
        let text = String::from_utf8(out.expect("fish").stdout).expect("UTF-8");
        // The word, a tab, and what it does.
        let words: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(words, [offered], "{typed}");
    }
}

#[test]
fn every_option_of_a_listed_command_is_in_every_script() {
    for page in commands::ALL.iter().filter(|page| !page.aside) {
        for option in page.options {
            let name = option.name;
            assert!(bash::script().contains(&format!("--{name}")), "{name}");
            assert!(zsh::script().contains(&format!("--{name}")), "{name}");
            assert!(fish::script().contains(&format!(" -l {name} ")), "{name}");
        }
    }
}
