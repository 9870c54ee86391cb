//! A systemd unit file and its drop-ins, as far as the laws about ours need it (`systemd.syntax(7)`).

use std::fs;
use std::path::Path;

use crate::ROOT;

/// The settings of a unit, in the order of its lines.
#[derive(Debug)]
pub(crate) struct Unit {
    settings: Vec<(String, String, String)>,
}

impl Unit {
    /// The unit of this name below `systemd/`.
    pub(crate) fn shipped(name: &str) -> Self {
        let mut unit = Self {
            settings: Vec::new(),
        };
        unit.read(name);
        unit
    }

    /// The same under a drop-in.
    pub(crate) fn with(mut self, drop_in: &str) -> Self {
        self.read(&format!("drop-in/{drop_in}"));
        self
    }

    fn read(&mut self, name: &str) {
        let path = Path::new(ROOT).join("systemd").join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(title) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                title.clone_into(&mut section);
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .unwrap_or_else(|| panic!("{name}: {line} is no setting"));
            self.settings
                .push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }

    /// Every value of a setting, in order.
    pub(crate) fn all(&self, section: &str, key: &str) -> Vec<&str> {
        let of_key = |(s, k, _): &&(String, String, String)| s == section && k == key;
        let found = self.settings.iter().filter(of_key);
        found.map(|(_, _, value)| value.as_str()).collect()
    }

    /// The value that counts: the last one.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.all(section, key).pop()
    }

    /// The same in `[Service]`.
    pub(crate) fn service(&self, key: &str) -> Option<&str> {
        self.get("Service", key)
    }
}
