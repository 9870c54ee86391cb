//! The history on real files: v1.7's databases, every range, every kind of trouble, and the command.

mod command;
mod mount;
mod power;
mod ranges;
mod recorder;
mod replayed;
mod upkeep;
mod v17;
