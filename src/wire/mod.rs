//! What goes over the wire, as bytes: built and parsed here, sent and received elsewhere.

pub mod icmp;
