//! What comes back while a program's wishes are carried out.

use super::connect::SLOTS;
use crate::program::Input;
use crate::status::MAX_WANS;

/// What a router link can say about one order: the exchange that was under way, a look-up of both queues
/// and both orders, refused and read again, or the end of the connection. Sixteen is more than that.
const SAID_PER_ORDER: usize = 16;
/// Inputs that can come up while one tick's outputs are carried out: each WAN may try its TCP targets and
/// write both queues.
const INPUTS: usize = MAX_WANS * (SLOTS + 2 * SAID_PER_ORDER);

/// Inputs that came up while outputs were carried out.
#[derive(Debug)]
pub(super) struct Inputs(heapless::Deque<Input, INPUTS>);

impl Inputs {
    pub(super) const fn new() -> Self {
        Self(heapless::Deque::new())
    }

    pub(super) fn keep(&mut self, input: Input) {
        // There is room for all that one tick can bring. A lost word about a write would keep its queue
        // waiting until the connection ends, so the room must not be cut.
        let kept = self.0.push_back(input);
        debug_assert!(kept.is_ok(), "more inputs than one tick can bring");
    }

    pub(super) fn take(&mut self) -> Option<Input> {
        self.0.pop_front()
    }
}
