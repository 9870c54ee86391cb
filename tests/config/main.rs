//! Config files as people write them: what is refused and in which words, and what is meant.

mod adaptive;
mod broken;
mod odd;
mod steering;
mod steering_broken;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wanctl::config::{FileKind, Loaded, Report, WanConfig, kind, load, parse, validate_report};
use wanctl::notices::spelling::Format;

/// The file that all others are variations of; it has no problems and no warnings.
const VALID: &str = include_str!("valid.yaml");

fn read(text: &str) -> Result<Loaded<WanConfig>, Report> {
    parse(Path::new("wan1.yaml"), text.as_bytes())
}

fn patched(patches: &[(&str, &str)]) -> String {
    patches.iter().fold(VALID.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from:?} is there once");
        text.replace(from, to)
    })
}

#[test]
fn every_problem_is_said_in_these_words() {
    for (law, patches, lines) in broken::BROKEN {
        let report = read(&patched(patches)).expect_err(law).to_string();
        let (head, body) = report.split_once('\n').unwrap();
        let errors = lines.iter().filter(|l| l.starts_with("  - ")).count();
        let expected = format!("Config validation failed with {errors} error(s):");
        assert_eq!(head, expected, "{law}");
        assert_eq!(body, lines.join("\n"), "{law}");
    }
}

#[test]
fn odd_files_mean_what_v17_read() {
    for (law, patches, right, warnings) in odd::WRITTEN.iter().chain(odd::MEANT) {
        let loaded = read(&patched(patches)).unwrap_or_else(|report| panic!("{law}: {report}"));
        assert!(right(&loaded.config), "{law}: {:#?}", loaded.config);
        let said: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, *warnings, "{law}");
    }
}

#[test]
fn a_file_that_is_no_config_gets_one_sentence() {
    for (bytes, sentence) in [
        (
            &b""[..],
            "wan1.yaml: empty; a config file has keys such as wan_name",
        ),
        (
            b"# nothing\n",
            "wan1.yaml: empty; a config file has keys such as wan_name",
        ),
        (
            b"null",
            "wan1.yaml: empty; a config file has keys such as wan_name",
        ),
        (
            b"\n- wan_name: x\n",
            "wan1.yaml:2: not a section of keys; a config file begins with keys such as wan_name",
        ),
        (
            b"hello",
            "wan1.yaml:1: not a section of keys; a config file begins with keys such as wan_name",
        ),
        (
            b"a: 1\nb: \xff\n",
            "wan1.yaml:2: not UTF-8 text; save the file as UTF-8",
        ),
        (
            b"a: 1\n---\nb: 2\n",
            "wan1.yaml: not valid YAML: deserializing from YAML containing more than one document \
             is not supported",
        ),
        (b"? [a]\n: 1\n", "wan1.yaml:1: a key must be a single word"),
        (
            b"a: &a [*a]\n",
            "wan1.yaml:1: not valid YAML: recursion limit exceeded at line 1 column 4",
        ),
    ] {
        let report = parse(Path::new("wan1.yaml"), bytes).unwrap_err();
        let expected = format!("Config validation failed with 1 error(s):\n  - {sentence}");
        assert_eq!(report.to_string(), expected);
    }
}

#[test]
fn nested_aliases_are_no_bomb() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ["ab", "bc", "cd", "de", "ef"].map(|p| p.split_at(1)) {
        let aliases = vec![format!("*{from}"); 10].join(", ");
        text.push_str(&[to, ": &", to, " [", &aliases, "]\n"].concat());
    }
    let report = read(&text).unwrap_err().to_string();
    assert!(
        report.contains("too many") || report.contains("limit"),
        "{report}"
    );
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wan1.yaml");
    let say = |sentence: &str| {
        let report = load(&path).unwrap_err().to_string();
        let expected = format!("{}: {sentence}", path.display());
        assert!(report.ends_with(&expected), "{report}");
    };
    say("there is no such file");
    fs::write(&path, vec![b'#'; 256 * 1024 + 1]).unwrap();
    say("larger than 256 KiB: no config file");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    say("is a directory");
}

#[test]
fn a_password_comes_from_the_environment_if_it_says_so() {
    let config = |password: &str| {
        let text = patched(&[("\"${ROUTER_PASSWORD}\"", password)]);
        read(&text).unwrap().config
    };
    let env = |name: &str| (name == "SET").then(|| "secret".to_owned());
    for (written, sent, unset) in [
        ("plain", "plain", None),
        ("${SET}", "secret", None),
        ("${OTHER}", "", Some("OTHER")),
        ("x${SET}", "x${SET}", None),
        ("${SET", "${SET", None),
        ("0123", "0123", None),
        ("yes", "yes", None),
        ("1_0.50", "1_0.50", None),
        ("", "", None),
    ] {
        let config = config(written);
        let password = config.router.password(env);
        assert_eq!((password.secret.reveal(), password.unset), (sent, unset));
    }
    let all = format!("{:?}", config("hunter2"));
    assert!(!all.contains("hunter2"));
}

#[test]
fn the_report_on_a_valid_file_is_that_of_v17() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wan1.yaml");
    let text = patched(&[
        ("target_bloat_ms: 15", "target_bloat_ms: 12.50"),
        (
            "    floor_soft_red_mbps: 50\n",
            "    floor_soft_red_mbps: 50\n    celing_mbps: 5\n",
        ),
    ]);
    fs::write(&path, text).unwrap();
    let name = path.display();
    let expected = format!(
        "Configuration valid: {name}
  WAN: wan1
  Transport: rest
  Router: 192.168.1.1:admin
  Download: 25M - 500M
    Floors: GREEN=100M, YELLOW=75M, SOFT_RED=50M, RED=25M
  Upload: 10M - 50M
    Floors: GREEN=10M, YELLOW=10M, RED=10M
  Thresholds: GREEN<=12.5ms, SOFT_RED<=45ms, RED>80ms
  Ping hosts: ['1.1.1.1', '8.8.8.8', '9.9.9.9']
  Queue names: WAN-Download-1, WAN-Upload-1
  Warning: {name}:20: continuous_monitoring.download.celing_mbps: unknown key, ignored; did you mean 'ceiling_mbps'?
"
    );
    assert_eq!(validate_report(&path), (expected, true));
}

#[test]
fn the_report_on_an_invalid_file_is_that_of_v17() {
    let (report, valid) = validate_report(Path::new("/nonexistent/wan1.yaml"));
    let expected = "Configuration INVALID: /nonexistent/wan1.yaml
  Error: Config validation failed with 1 error(s):
  - /nonexistent/wan1.yaml: there is no such file
";
    assert_eq!((report.as_str(), valid), (expected, false));
}

fn yaml_files(directory: &str) -> Vec<std::path::PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
    files.retain(|path| kind(path) == FileKind::Wan);
    files.sort();
    files
}

#[test]
fn every_example_loads_without_a_warning() {
    let files = yaml_files("configs");
    assert_eq!(files.len(), 8);
    for file in files {
        let loaded = load(&file).unwrap_or_else(|report| panic!("{report}"));
        let warnings = loaded.warnings;
        assert!(warnings.is_empty(), "{warnings:?}");
        let stem = file.file_stem().unwrap().to_str().unwrap();
        assert_eq!(loaded.config.wan_name, stem);
        let env = |name: &str| (name == "ROUTER_PASSWORD").then(|| "x".to_owned());
        assert_eq!(loaded.config.router.password(env).unset, None);
    }
}

/// What the examples show behind `#` must be right as well.
#[test]
fn every_commented_key_of_the_examples_is_known() {
    for file in yaml_files("configs") {
        let text = fs::read_to_string(&file).unwrap();
        let mut shown = 0;
        let mut uncomment = |line: &str| match line.trim_start().strip_prefix("# ") {
            Some(rest) if is_key(rest) => {
                shown += 1;
                line.replacen("# ", "", 1)
            }
            _ => line.to_owned(),
        };
        let text: Vec<String> = text.lines().map(&mut uncomment).collect();
        let text = text.join("\n").replace(
            "SHA-256 of the certificate, 64 hex digits, colons allowed",
            &"ab".repeat(32),
        );
        // Two keys that exclude each other.
        let text = text.replace("  password: \"${ROUTER_PASSWORD}\"\n", "");
        let loaded = parse(&file, text.as_bytes()).unwrap_or_else(|report| panic!("{report}"));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        let of_a_law = if loaded.config.wan_name == "classic" {
            22
        } else {
            20
        };
        assert_eq!(shown, of_a_law, "{}", file.display());
        let notices = loaded.config.notices.expect("they are behind hashes");
        assert_eq!(notices.format, Format::Ntfy);
        assert_eq!(loaded.config.measurement.interface.as_deref(), Some("eth0"));
    }
}

fn is_key(text: &str) -> bool {
    let key = text.trim_start().split(':').next().unwrap_or_default();
    let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    word && text.contains(':')
}

#[test]
fn every_golden_config_loads_without_a_warning() {
    let files = yaml_files("tests/golden");
    assert_eq!(files.len(), 6);
    for file in files {
        let loaded = load(&file).unwrap_or_else(|report| panic!("{report}"));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(Path::new("x"), &bytes);
    }

    #[test]
    fn no_text_of_yaml_marks_is_a_panic(text in "[-a-b0-2:{}\\[\\],&*!|>'\"#%@~<. \n\t\u{85}é]{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn no_damage_to_a_valid_file_is_a_panic(
        at in 0..VALID.len(),
        cut in 0..40_usize,
        with in "[-a0:{}\\[\\],&*!|>'\"<. \n]{0,12}",
    ) {
        let end = (at + cut).min(VALID.len());
        let text = [&VALID[..at], &with, &VALID[end..]].concat();
        if let Err(report) = read(&text) {
            prop_assert!(report.to_string().lines().count() > 1);
        }
    }

    /// Every problem and warning stands on a line that the file has.
    #[test]
    fn every_line_that_is_named_is_there(
        at in 0..VALID.len(),
        with in "[a0:{}\\[\\],'\". \n]{0,6}",
    ) {
        let text = [&VALID[..at], &with, &VALID[at..]].concat();
        let lines = text.lines().count() + 1;
        let notes = match read(&text) {
            Ok(loaded) => loaded.warnings,
            Err(report) => [report.problems(), report.warnings()].concat(),
        };
        for note in notes {
            prop_assert!(note.line.is_none_or(|line| (1..=lines).contains(&line)), "{note}");
        }
    }
}
