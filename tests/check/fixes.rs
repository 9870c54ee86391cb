//! Does what a report proposes: the RouterOS commands on the double, the YAML in the file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::setup::Setup;

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
            _ => {}
        }
    }

    /// A RouterOS command line, as far as this program proposes any.
    fn on_router(&self, command: &str) {
        if let Some(rest) = command.strip_prefix("/queue tree set ") {
            self.patch("tree", rest);
        } else if let Some(rest) = command.strip_prefix("/queue type set ") {
            self.patch("type", rest);
        } else if let Some(rest) = command.strip_prefix("/queue tree add ") {
            let given = properties(rest);
            let limit = Rate::bps(given["max-limit"].parse().expect("digits"));
            let router = &mut self.world.scene().router;
            router.add_queue(&given["name"], &given["parent"], &given["queue"], limit);
            router.set_queue_property(&given["name"], "bucket-size", &given["bucket-size"]);
        } else if let Some(rest) = command.strip_prefix("/queue type add ") {
            let given = properties(rest);
            assert_eq!(given["kind"], "cake");
            self.world.scene().router.add_queue_type(&given["name"]);
        } else if command.starts_with("/user set [find name=\"wanctl\"] password=") {
            "secret".clone_into(&mut self.world.scene().router.access.password);
        } else if command.starts_with("/user group set ") {
            assert!(command.ends_with("policy=read,write,rest-api"), "{command}");
            let router = &mut self.world.scene().router;
            (router.access.may_read, router.access.may_write) = (true, true);
        } else if command == "/system package update install" {
            self.world.scene().router.set_version("7.23.7 (long-term)");
        } else if command.starts_with("/ip firewall filter set [find action=fasttrack-connection]")
        {
            self.world.scene().router.bypassed = false;
        } else {
            let known = [
                "/system package update set",
                "/user print",
                "/ip settings set",
            ];
            assert!(
                known.iter().any(|known| command.starts_with(known)),
                "{command}"
            );
        }
    }

    /// `[find name="…"] key=value …`, by REST, so that the double checks every word.
    fn patch(&self, menu: &str, rest: &str) {
        let (name, change) = rest
            .strip_prefix("[find name=\"")
            .and_then(|r| r.split_once("\"] "))
            .expect("a find");
        let body: Map<String, Value> = properties(change)
            .into_iter()
            .map(|(k, v)| (k, json!(v)))
            .collect();
        let url = format!(
            "http://127.0.0.1:{}/rest/queue/{menu}/{name}",
            self.world.router_port()
        );
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let request = config.build().new_agent().patch(url);
        let basic = "Basic d2FuY3RsOnNlY3JldA==";
        let mut response = request
            .header("Authorization", basic)
            .send(Value::from(body).to_string())
            .expect("the double answers");
        let answer = response.body_mut().read_to_string().expect("a body");
        assert_eq!(response.status(), 200, "{rest}: {answer}");
    }

    pub(crate) fn limits(&self) -> [Option<Rate>; 2] {
        Direction::BOTH.map(|direction| self.world.max_limit(direction))
    }
}

/// `name="a" parent=b`
fn properties(text: &str) -> BTreeMap<String, String> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (key, value) = word.split_once('=').expect("key=value");
            (key.to_owned(), value.trim_matches('"').to_owned())
        })
        .collect()
}
