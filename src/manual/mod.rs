//! What wanctl says of itself: a page per command, from which come `--help`, usage lines, man pages and completions;
//! guides to read; and what every key of the YAML files means.
//!
//! A page is data ([`page`], [`commands`]), read by the parsers of command lines as well, so that neither knows an option
//! that the other does not. `--help` is in every build; all else is behind the feature `manual`.

pub mod commands;
#[cfg(feature = "manual")]
pub mod completions;
#[cfg(feature = "manual")]
pub mod document;
#[cfg(feature = "manual")]
pub mod guides;
mod help;
#[cfg(feature = "manual")]
pub mod keys;
#[cfg(feature = "manual")]
pub mod library;
#[cfg(feature = "manual")]
mod markdown;
pub mod page;
#[cfg(feature = "manual")]
mod roff;
#[cfg(feature = "manual")]
mod terminal;
pub(crate) mod wrap;
