//! What wanctl says of itself is so: the reference of all keys is current, and every command line of README and guides
//! works as it is written.

mod reference;
