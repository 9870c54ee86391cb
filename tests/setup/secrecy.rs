//! The password: where it is, and where it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::bench::{Bench, PASSWORD, files};

const DSL: [&str; 6] = ["--line", "dsl", "--download", "95", "--upload", "18"];

/// The files that hold it.
fn holders(bench: &Bench, password: &str) -> Vec<String> {
    let mut holders = Vec::new();
    for path in files(&bench.path("etc"))
        .into_iter()
        .chain(files(&bench.path("data")))
    {
        let bytes = fs::read(&path).unwrap();
        if bytes
            .windows(password.len())
            .any(|window| window == password.as_bytes())
        {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            holders.push(format!(
                "{} {mode:o}",
                path.file_name().unwrap().to_string_lossy()
            ));
        }
    }
    holders
}

#[test]
fn the_password_is_in_secrets_and_nowhere_else() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path("etc")).unwrap();
    fs::write(
        bench.config("secrets"),
        "# mine\nNTFY_URL='https://x'\nROUTER_PASSWORD='old'\n",
    )
    .unwrap();
    bench.unattended(&DSL).exits(0);
    assert_eq!(holders(&bench, PASSWORD), ["secrets 600"]);
    let secrets = bench.read("secrets");
    assert!(
        secrets.starts_with("# mine\nNTFY_URL='https://x'\nROUTER_PASSWORD='Tr0"),
        "{secrets}"
    );
    assert!(
        bench
            .read("wan1.yaml")
            .contains("password: \"${ROUTER_PASSWORD}\"")
    );
    assert!(
        holders(&bench, "'old'").is_empty(),
        "an old password is not kept"
    );
}

#[test]
fn a_password_that_quotes_cannot_hold_gets_a_file_of_its_own() {
    for password in ["it's \"so\" $much", "back\\slash"] {
        let bench = Bench::with_password(password);
        bench.unattended(&DSL).exits(0);
        assert_eq!(holders(&bench, password), ["router-password 600"]);
        let text = bench.read("wan1.yaml");
        assert!(
            text.contains("\n  # password: \"${ROUTER_PASSWORD}\"\n"),
            "commented out"
        );
        bench.check(&["wan1.yaml"]).has("0 errors");
    }
}

#[test]
fn a_password_in_an_older_file_is_moved_out_of_it() {
    let bench = Bench::new();
    bench.unattended(&DSL).exits(0);
    let config = bench.read("wan1.yaml");
    let mut spelled = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
    spelled = format!("password: \"{spelled}\"");
    fs::write(
        bench.config("wan1.yaml"),
        config.replace("password: \"${ROUTER_PASSWORD}\"", &spelled),
    )
    .unwrap();
    fs::remove_file(bench.config("secrets")).unwrap();
    let output = bench.setup().arg("--yes").output().unwrap();
    let said = bench.said(output);
    said.exits(0)
        .has("- password: ***")
        .has("it still holds a password: delete it");
    assert_eq!(bench.read("wan1.yaml"), config);

    // The next old one holds none.
    let flags = ["--yes", "--upload", "19"];
    let said = bench.said(bench.setup().args(flags).output().unwrap());
    said.exits(0).has("The old one is ");
    let flat: Vec<&str> = said.text.split_whitespace().collect();
    assert!(!flat.join(" ").contains("still holds"), "{}", said.text);
}
