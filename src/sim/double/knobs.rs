//! What `wanctl check` finds wrong with a router, and what puts it right again.

use super::{Router, queue_type};

impl Router {
    /// Another RouterOS: `7.8 (stable)`.
    pub fn set_version(&mut self, version: &str) {
        version.clone_into(&mut self.system.version);
    }

    /// Somebody changed a queue type by hand.
    pub fn set_queue_type_property(&mut self, queue_type: &str, name: &str, value: &str) {
        if let Some(index) = self.types.find(queue_type) {
            self.types.rows[index].set(name, value);
        }
    }

    /// Adds a CAKE type with RouterOS's defaults.
    pub fn add_cake_type(&mut self, name: &str) {
        let id = format!("*{:X}", 0x10 + self.types.rows.len());
        self.types.rows.push(queue_type::cake(&id, name));
    }
}
