//! Command lines and what they mean.

use super::*;
use crate::manual::commands;
use crate::manual::page::Kind;

fn of(line: &str) -> Result<Command, String> {
    let words = std::iter::once("wanctl").chain(line.split_whitespace());
    parse(words.map(OsString::from)).map_err(|usage| usage.complaint)
}

fn run_args(line: &str) -> RunArgs {
    match of(line) {
        Ok(Command::Run(args)) => args,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn v1_7s_forms_are_understood() {
    for line in [
        "--config a.yaml b.yaml --debug",
        "--config a.yaml b.yaml --deb",
        "--debug --conf a.yaml b.yaml",
        "--config=a.yaml --config b.yaml --debug",
    ] {
        let args = run_args(line);
        assert_eq!(
            args.configs,
            [Path::new("a.yaml"), Path::new("b.yaml")],
            "{line}"
        );
        assert!(args.debug);
    }
    assert_eq!(run_args("--config a --oneshot").mode, Mode::Once);
    assert_eq!(run_args("--config a --once --dry-run").mode, Mode::Once);
    assert_eq!(run_args("--config a --validate").mode, Mode::Validate);
}

/// Contract 2: options may be abbreviated, and scripts do.
#[test]
fn what_abbreviated_an_option_of_v1_7_still_does() {
    for (short, debug, mode) in [
        ("--d", true, Mode::Daemon),
        ("--o", false, Mode::Once),
        ("--on", false, Mode::Once),
        ("--v", false, Mode::Validate),
    ] {
        let args = run_args(&format!("--c a {short}"));
        assert_eq!((args.debug, args.mode), (debug, mode), "{short}");
        assert!(!args.dry_run, "{short}");
    }
    assert!(matches!(of("--h"), Ok(Command::Page(_))));
    // Ours may be abbreviated where v1.7 knew nothing.
    assert!(run_args("--c a --dr").dry_run);
    assert_eq!(run_args("--c a --onc").mode, Mode::Once);
    assert_eq!(of("--ver"), Ok(Command::Version));
}

#[test]
fn nonsense_is_explained() {
    for (line, complaint) in [
        ("", "the following arguments are required: --config"),
        ("--config", "argument --config: expected at least one file"),
        ("--config a --frob", "unrecognized arguments: --frob"),
        ("--config a -x", "unrecognized arguments: -x"),
        ("a.yaml", "unrecognized arguments: a.yaml"),
        ("demo --config", "unrecognized arguments: --config"),
        (
            "double --s 1",
            "ambiguous option: --s could match --ssh-socket, --seconds",
        ),
        (
            "--config 1 2 3 4 5 6 7 8 9",
            "argument --config: at most 8 WANs in one process",
        ),
        (
            "demo --seconds soon",
            "argument --seconds: soon is not a number from 1 to 86400",
        ),
        (
            "replay --config a",
            "replay needs --config F, and --trace T.csv or --history",
        ),
        ("check", "the following arguments are required: --config"),
        ("notice", "the following arguments are required: --config"),
        ("notice --config a --json", "unrecognized arguments: --json"),
        ("fingerprint", "fingerprint needs HOST or HOST:PORT"),
        ("fingerprint a b", "unrecognized arguments: b"),
    ] {
        assert_eq!(of(line), Err(complaint.into()), "{line}");
    }
}

#[test]
fn a_command_shows_how_it_is_called() {
    for (command, name) in [
        ("demo", "wanctl demo"),
        ("check", "wanctl check"),
        ("notice", "wanctl notice"),
        ("health", "wanctl health"),
        ("fingerprint", "wanctl fingerprint"),
        ("replay", "wanctl replay"),
        ("simulate", "wanctl simulate"),
        ("calibrate", "wanctl-calibrate"),
        ("steering", "wanctl-steering"),
        ("history", "wanctl-history"),
        ("manual", "wanctl manual"),
        ("help", "wanctl help"),
    ] {
        let words = ["wanctl", command, "--frob"].map(OsString::from);
        let usage = parse(words).expect_err("there is no such option");
        let begins = format!("usage: {name} ");
        assert!(usage.to_string().starts_with(&begins), "{usage}");
    }
}

#[test]
fn a_notice_is_for_files_of_either_kind() {
    let files = ["wan1.yaml", "steering.yaml"].map(Into::into);
    assert_eq!(
        of("notice --config wan1.yaml steering.yaml"),
        Ok(Command::Notice(files.to_vec()))
    );
}

#[test]
fn help_and_version_need_nothing_else() {
    assert!(matches!(of("--help"), Ok(Command::Page(_))));
    assert!(matches!(of("-h"), Ok(Command::Page(_))));
    assert!(matches!(of("demo --help"), Ok(Command::Page(_))));
    assert!(matches!(of("notice --help"), Ok(Command::Page(_))));
    assert_eq!(of("--version"), Ok(Command::Version));
}

#[test]
fn history_is_the_same_under_either_name() {
    let called = |line: &str| parse(line.split_whitespace().map(Into::into));
    let args = called("wanctl history --last 1h").unwrap();
    assert!(matches!(&args, Command::History(args) if args.last == Some(3_600)));
    assert_eq!(called("/usr/bin/wanctl-history --last 1h"), Ok(args));
    let usage = called("wanctl-history --last 1y").unwrap_err().to_string();
    assert!(usage.starts_with("usage: wanctl-history "), "{usage}");
}

/// A parser only knows the options of its page; here, that it does something with each of them.
#[test]
fn every_option_of_every_page_means_something() {
    let mut tried = 0;
    for page in commands::ALL {
        for option in page.options {
            let value = match option.value {
                None => "",
                Some((_, Kind::Word(words) | Kind::Words(words))) => words[0],
                Some(_) => "1",
            };
            let line = format!("{} --{} {value}", page.command, option.name);
            let said = parse(line.split_whitespace().map(OsString::from));
            match (option.name, said) {
                ("help", said) => assert_eq!(said, Ok(Command::Page(page)), "{line}"),
                ("version", said) => assert_eq!(said, Ok(Command::Version), "{line}"),
                (_, Ok(Command::Page(_) | Command::Version)) => panic!("{line}: read as --help"),
                (_, Ok(_)) => {}
                (name, Err(usage)) => {
                    let complaint = usage.complaint;
                    let known = complaint.starts_with(&format!("argument --{name}: "))
                        || complaint.contains(" required: ")
                        || complaint.contains(" needs ");
                    assert!(known, "{line}: {complaint}");
                }
            }
            tried += 1;
        }
        let line = format!("{} --no-such-option", page.command);
        let said = parse(line.split_whitespace().map(OsString::from));
        let complaint = said.expect_err("there is none").complaint;
        assert_eq!(complaint, "unrecognized arguments: --no-such-option");
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn every_word_that_a_page_offers_is_taken() {
    for page in commands::ALL {
        for option in page.options {
            let Some((_, Kind::Word(words) | Kind::Words(words))) = option.value else {
                continue;
            };
            for word in words {
                let line = format!("{} --{} {word}", page.command, option.name);
                if let Err(usage) = parse(line.split_whitespace().map(OsString::from)) {
                    let own = format!("argument --{}", option.name);
                    assert!(!usage.complaint.starts_with(&own), "{}", usage.complaint);
                }
            }
        }
    }
}

#[test]
fn help_explains_a_command_by_either_of_its_names() {
    for (line, page) in [
        ("help", &RUN),
        ("help check", &CHECK),
        ("help wanctl-check", &CHECK),
        ("help history", &HISTORY),
        ("help wanctl-history", &HISTORY),
        ("help --help", &HELP_COMMAND),
    ] {
        assert_eq!(of(line), Ok(Command::Page(page)), "{line}");
    }
    let none = "there is no command 'frob'; `wanctl --help` says which there are";
    assert_eq!(of("help frob"), Err(none.into()));
    assert_eq!(
        of("help check more"),
        Err("unrecognized arguments: more".into())
    );
}
