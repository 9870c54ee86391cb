//! Steering as one machine, without a router and without a network: evidence in, orders out, and a rule
//! that stands in for the router.

mod alternate;
mod evidence;
mod line;
mod properties;
mod rule;
mod score;
mod stories;
