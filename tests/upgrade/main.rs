//! v1.7's place taken, and given back.

mod alive;
mod going_on;
mod looking;
mod taking;
mod tree;
#[path = "../harness/v17_database.rs"]
mod v17_database;
