//! The simulated world on real loopback sockets.
