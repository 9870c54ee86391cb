//! Does what a report proposes: the RouterOS commands at the double's terminal, the YAML in the file, the
//! rest in a shell. Only advice in words is not followed.

use serde_json::Value;
use wanctl::direction::Direction;
use wanctl::sim::double::cli::CliOptions;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::setup::Setup;

/// Commands that tell something; all others say nothing when they worked.
const TELLING: [&str; 3] = ["print", "sign", "install"];
/// Looks at the load of a CPU, and the double has none.
const NOT_THE_DOUBLES: [&str; 1] = ["/tool profile "];
/// What a person would type instead: a report never shows it.
const PASSWORD: &str = "<what the file says>";

impl Setup {
    /// The finding with this id is there; all its steps are done; then it is gone. The exit code says
    /// what is left.
    pub(crate) fn fix(&mut self, id: &str) -> Option<i32> {
        for step in self.steps(id) {
            self.apply(&step);
        }
        self.is_gone(id)
    }

    /// The steps that the finding proposes.
    pub(crate) fn steps(&self, id: &str) -> Vec<Value> {
        let (findings, _) = self.findings(&[]);
        let found = findings.iter().find(|finding| finding["id"] == id);
        let found = found.unwrap_or_else(|| panic!("no {id} among {findings:#?}"));
        assert_ne!(found["why"], "", "{id} says why");
        let steps = found["fix"].as_array().expect("a list").clone();
        assert!(!steps.is_empty(), "{id} says how");
        steps
    }

    /// All that the findings propose for the router is understood there.
    pub(crate) fn all_is_understood(&self, more: &[&str], id: &str) {
        let (findings, _) = self.findings(more);
        let has = findings.iter().any(|finding| finding["id"] == id);
        assert!(has, "no {id} among {findings:#?}");
        let steps = findings
            .iter()
            .filter_map(|finding| finding["fix"].as_array());
        for step in steps.flatten().filter(|step| step["place"] == "router") {
            self.on_router(step["text"].as_str().expect("a text"));
        }
    }

    pub(crate) fn is_gone(&self, id: &str) -> Option<i32> {
        let (findings, code) = self.findings(&[]);
        let left = findings.iter().find(|finding| finding["id"] == id);
        assert!(left.is_none(), "still: {left:#?}");
        code
    }

    pub(crate) fn apply(&mut self, step: &Value) {
        let text = step["text"].as_str().expect("a text");
        match step["place"].as_str() {
            Some("router") => self.on_router(text),
            Some("config") => self.merge(text),
            Some("shell") => {
                let done = std::process::Command::new("sh").args(["-c", text]).status();
                assert!(done.expect("a shell").success(), "{text}");
            }
            Some("advice") => {}
            other => panic!("no place {other:?}: {text}"),
        }
    }

    /// A RouterOS command line, at the double's own terminal, as somebody who may do everything. One that
    /// changes something prints nothing if it worked.
    fn on_router(&self, command: &str) {
        if NOT_THE_DOUBLES
            .iter()
            .any(|start| command.starts_with(start))
        {
            return;
        }
        let line = command.replace(PASSWORD, "secret");
        let before = self.world.scene().router.cli;
        // RouterOS says 0 to everything; so that a complaint is none of what a command tells.
        self.world.scene().router.cli = CliOptions {
            error_status: 1,
            empty_find_complains: true,
        };
        let outcome = self.world.terminal(&line);
        self.world.scene().router.cli = before;
        assert_eq!(outcome.status, 0, "{line}: {}", outcome.output);
        let words: Vec<&str> = line.split(' ').collect();
        let tells = TELLING.iter().any(|word| words.contains(word));
        assert_eq!(
            outcome.output.is_empty(),
            !tells,
            "{line}: {}",
            outcome.output
        );
    }

    pub(crate) fn limits(&self) -> [Option<Rate>; 2] {
        Direction::BOTH.map(|direction| self.world.max_limit(direction))
    }
}

/// Looks, and remedies for what the double has no cure for: a program in the router's place, a comment
/// that two rules have.
#[test]
fn what_does_not_clear_a_finding_is_understood_all_the_same() {
    for (fault, id) in [
        (Fault::Garbage, "router-no-rest"),
        (Fault::Confused, "router-no-rest"),
        (Fault::Silence, "router-silent"),
        (Fault::Status(503), "router-refuses"),
        (Fault::Forbids("mangle"), "steering-unknown"),
    ] {
        let mut setup = Setup::new();
        setup.merge("timeouts: { ssh_command: 1 }");
        setup.world.fault(fault);
        setup.all_is_understood(&[], id);
    }
    let mut setup = Setup::new();
    setup.merge("router: { scheme: https }");
    setup.all_is_understood(&[], "router-no-rest");
    let setup = Setup::new();
    for _ in 0..2 {
        let rule = [("chain", "prerouting"), ("comment", "Steer \"all\" for $5")];
        setup.world.scene().router.add_mangle(&rule);
    }
    setup.all_is_understood(&[], "steering-ambiguous");
}

#[test]
fn a_user_who_may_not_write_is_given_the_right() {
    let mut setup = Setup::new();
    setup.world.fault(Fault::ReadOnlyUser);
    setup
        .check()
        .exits(1)
        .has("The router's user wanctl may read, but not write.")
        .has("policy=read,write,rest-api");
    assert_eq!(setup.fix("rights-write"), Some(0), "without a write test");
    let journal = setup.world.journal();
    assert!(journal.iter().all(|entry| !entry.is_write()));

    let setup = Setup::new();
    setup.world.scene().router.access.grant("write", false);
    let (findings, code) = setup.findings(&["--write-test"]);
    let told = findings.iter().filter(|f| f["id"] == "rights-write");
    assert_eq!((told.count(), code), (1, Some(1)), "{findings:#?}");
    setup.all_is_understood(&["--write-test"], "rights-write");
    let (findings, code) = setup.findings(&["--write-test"]);
    assert_eq!(code, Some(0), "{findings:#?}");
}

#[test]
fn a_group_that_the_router_does_not_show_is_a_note() {
    let setup = Setup::new();
    setup.world.fault(Fault::Forbids("user"));
    setup
        .check()
        .exits(0)
        .has("User wanctl may read; whether it may write is not known.")
        .has("Whether it may write, --write-test can tell.");
}
