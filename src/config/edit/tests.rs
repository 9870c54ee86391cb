use super::*;
use crate::config::{parse, parse_steering};
use std::path::{Path, PathBuf};

/// The lines that differ, `-` before and `+` after; an insertion shows only what is new.
fn changes(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = before
        .iter()
        .zip(&after)
        .take_while(|(a, b)| a == b)
        .count();
    let tail = before[head..].iter().rev().zip(after[head..].iter().rev());
    let tail = tail.take_while(|(a, b)| a == b).count();
    let gone = before[head..before.len() - tail]
        .iter()
        .map(|line| format!("-{line}"));
    let new = after[head..after.len() - tail]
        .iter()
        .map(|line| format!("+{line}"));
    gone.chain(new).collect()
}

fn configs() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let files = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect()
}

#[test]
fn in_every_shipped_file_one_line_changes_and_the_file_stays_good() {
    for path in configs() {
        let text = std::fs::read_to_string(&path).unwrap();
        let steering = path.ends_with("steering.yaml");
        let fingerprint = quoted(&"ab".repeat(32));
        for (keys, value, lines) in [
            (&["router", "host"][..], "\"192.0.2.7\"", 2),
            (&["router", "tls_fingerprint"], fingerprint.as_str(), 1),
            (&["router", "scheme"], "https", 1),
            (&["wan_name"], "other", 2),
            (&["measurement", "ping_host"], "\"192.0.2.8\"", 2),
        ] {
            if keys[0] == "measurement" && !steering {
                continue;
            }
            let edited = set(&text, keys, value).unwrap();
            let changes = changes(&text, &edited);
            assert_eq!(changes.len(), lines, "{}: {changes:?}", path.display());
            assert!(changes.last().unwrap().ends_with(value), "{changes:?}");
            if steering {
                parse_steering(&path, edited.as_bytes()).unwrap();
            } else {
                parse(&path, edited.as_bytes()).unwrap();
            }
        }
    }
}

#[test]
fn every_scalar_of_every_shipped_file_can_be_set_and_set_back() {
    for path in configs() {
        let text = std::fs::read_to_string(&path).unwrap();
        let root = tree::parse(&text).unwrap().unwrap();
        let mut seen = 0;
        let mut left = vec![(Vec::new(), &root)];
        while let Some((keys, node)) = left.pop() {
            match &node.kind {
                Kind::Section(entries) => left.extend(entries.iter().map(|entry| {
                    let keys: Vec<&str> =
                        keys.iter().copied().chain([entry.key.as_str()]).collect();
                    (keys, &entry.value)
                })),
                Kind::Scalar { text: old, plain } => {
                    let edited = set(&text, &keys, "4711").unwrap();
                    assert_eq!(changes(&text, &edited).len(), 2, "{keys:?}");
                    let old = if *plain { old.clone() } else { quoted(old) };
                    assert_eq!(set(&edited, &keys, &old).unwrap(), text, "{keys:?}");
                    seen += 1;
                }
                Kind::List(_) => {}
            }
        }
        assert!(seen > 30, "{}: {seen}", path.display());
    }
}

#[test]
fn a_missing_key_goes_to_its_section_and_before_its_commented_line() {
    let text =
        "a:\n  x: 1\n\n  # What y is.\n  # y: 7\n\n# About b.\nb:\n  - 1\n  - 2\nc:\n  d: {e: 1}\n";
    assert_eq!(
        changes(text, &set(text, &["a", "y"], "8").unwrap()),
        ["+  y: 8"]
    );
    assert!(
        set(text, &["a", "y"], "8")
            .unwrap()
            .contains("# What y is.\n  y: 8\n  # y: 7\n")
    );
    assert!(
        set(text, &["a", "z"], "8")
            .unwrap()
            .contains("  x: 1\n  z: 8\n\n")
    );
    assert!(
        set(text, &["c", "f", "g"], "8")
            .unwrap()
            .ends_with("{e: 1}\n  f:\n    g: 8\n")
    );
    assert!(set(text, &["h"], "8").unwrap().ends_with("{e: 1}\nh: 8\n"));
    assert_eq!(set("a: 1", &["b"], "2").unwrap(), "a: 1\nb: 2\n");
    assert_eq!(
        set("a:\nb: 1\n", &["a", "x"], "2").unwrap(),
        "a:\n  x: 2\nb: 1\n"
    );
    let items = "a:\n- 1\n- 2\n";
    assert_eq!(set(items, &["b"], "2").unwrap(), "a:\n- 1\n- 2\nb: 2\n");
}

#[test]
fn comments_quotes_and_line_ends_stay() {
    for (before, value, after) in [
        ("a: 1 # why\n", "2", "a: 2 # why\n"),
        ("a: 'it''s # not'   # why\n", "2", "a: 2   # why\n"),
        ("a: \"x \\\" # y\"\n", "'z'", "a: 'z'\n"),
        ("a:\n", "2", "a: 2\n"),
        ("a:   # nothing\n", "2", "a: 2   # nothing\n"),
        ("\"a\": 1\r\nb: 2\r\n", "3", "\"a\": 3\r\nb: 2\r\n"),
        ("\u{feff}a: 1\n", "2", "\u{feff}a: 2\n"),
        ("a: b#c\n", "d", "a: d\n"),
        ("x: &n 1\na: 2\ny: *n\n", "3", "x: &n 1\na: 3\ny: *n\n"),
    ] {
        assert_eq!(
            set(before, &["a"], value).as_deref(),
            Ok(after),
            "{before:?}"
        );
    }
    assert_eq!(set("b: 1\r\n", &["a"], "2").unwrap(), "b: 1\r\na: 2\r\n");
}

#[test]
fn what_cannot_be_edited_safely_is_refused_in_one_sentence() {
    for (text, path, sentence) in [
        (
            "x: &n 1\na: *n\n",
            &["a"][..],
            "line 2: a: is not a plain or quoted value",
        ),
        (
            "a: &n 1\nx: *n\n",
            &["a"],
            "line 1: a: is not a plain or quoted value",
        ),
        (
            "s: {a: 1}\n",
            &["s", "a"],
            "line 1: s.a: does not begin a line of its own",
        ),
        (
            "s: {a: 1}\n",
            &["s", "b"],
            "line 1: s.b: does not begin a line of its own",
        ),
        (
            "a: |\n  text\n",
            &["a"],
            "line 1: a: is not a plain or quoted value",
        ),
        (
            "a: one\n  two\n",
            &["a"],
            "line 1: a: cannot be changed without changing something else",
        ),
        (
            "a: 'one\n  two'\n",
            &["a"],
            "line 1: a: is not a plain or quoted value",
        ),
        (
            "a: [1]\n",
            &["a"],
            "line 1: a: is not a plain or quoted value",
        ),
        (
            "a: 1\na: 2\n",
            &["a"],
            "line 2: a: is there twice; delete one",
        ),
        (
            "a: 1\n",
            &["a", "b"],
            "line 1: a.b: is inside of what is no section",
        ),
        (
            "b: &s\n  x: 1\nc: *s\n",
            &["b", "y"],
            "b.y: cannot be changed without changing",
        ),
        (
            "b: &s\n  x: 1\nc: *s\n",
            &["b", "x"],
            "line 2: b.x: cannot be changed without changing",
        ),
        ("a: [\n", &["a"], "line 2: a: not valid YAML"),
        ("# nothing\n", &["a"], "a: the file is empty"),
    ] {
        let refused = set(text, path, "2").unwrap_err().to_string();
        assert!(refused.starts_with(sentence), "{text:?}: {refused}");
    }
    for value in ["", "[1]", "{a: 1}", "1\nb: 2", "\"open", "*x"] {
        let refused = set("a: 1\n", &["a"], value).unwrap_err().to_string();
        assert_eq!(
            refused, "a: the new value is not one YAML scalar on one line",
            "{value}"
        );
    }
    // A comment or a second key smuggled in with a value is not that value.
    assert!(set("a: 1\n", &["a"], "b: c").is_err());
}

#[test]
fn a_key_of_a_merged_section_is_set_where_it_is_missing() {
    let text = "base: &base\n  x: 1\na:\n  <<: *base\n  y: 2\n";
    let edited = set(text, &["a", "x"], "3").unwrap();
    assert_eq!(edited, format!("{text}  x: 3\n"));
}

#[test]
fn any_text_survives_quoting() {
    for text in [
        "",
        "it's",
        "a \"b\" \\ # c",
        "tab\t\u{1}\u{2028}",
        "äö: {",
        "yes",
    ] {
        let edited = set("a: 1\n", &["a"], &quoted(text)).unwrap();
        let root = tree::parse(&edited).unwrap().unwrap();
        let Kind::Section(entries) = &root.kind else {
            panic!("a section")
        };
        let Kind::Scalar { text: read, .. } = &entries[0].value.kind else {
            panic!("a scalar")
        };
        assert_eq!(read, text);
    }
}

#[test]
fn a_line_can_be_commented_out() {
    let text = "a:\n  x: 1 # why\n  y: 2\n";
    assert_eq!(
        comment_out(text, &["a", "x"]).unwrap(),
        "a:\n  # x: 1 # why\n  y: 2\n"
    );
    assert_eq!(comment_out(text, &["a", "z"]).unwrap(), text);
    assert!(comment_out("a: {x: 1}\n", &["a", "x"]).is_err());
    let cable = std::fs::read_to_string(
        configs()
            .iter()
            .find(|path| path.ends_with("cable.yaml"))
            .unwrap(),
    );
    let edited = comment_out(&cable.unwrap(), &["router", "password"]).unwrap();
    let edited = set(&edited, &["router", "password_file"], "\"/p\"").unwrap();
    assert!(parse(Path::new("cable.yaml"), edited.as_bytes()).is_ok());
}
