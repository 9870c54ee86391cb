//! Steering's links against the router's double in virtual time: the real state machines and the real
//! codecs, over REST, SSH and both. What is checked is what the router holds and what the program is told.

mod counting;
mod faults;
mod story;
mod switching;
