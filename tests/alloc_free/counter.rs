//! An allocator that counts, per thread, and remembers where it was asked.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};

/// Places kept of one watched stretch.
const PLACES: usize = 400;

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static FOUND: RefCell<Vec<Backtrace>> = const { RefCell::new(Vec::new()) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(unsafe_code, reason = "this is what an allocator is")]
// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise is the system allocator's condition.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: as above.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(old, layout) }
    }
}

fn note() {
    // A thread that is ending has no cells any more, and is not watched either.
    if !WATCHED.try_with(Cell::get).unwrap_or(false) {
        return;
    }
    // What a panic prints is allocated under the lock that a backtrace would wait for.
    if std::thread::panicking() {
        return;
    }
    COUNT.set(COUNT.get() + 1);
    if COUNT.get() <= PLACES as u64 {
        // Looking where we are allocates as well.
        unwatched(|| {
            let place = Backtrace::force_capture();
            FOUND.with_borrow_mut(|found| found.push(place));
        });
    }
}

#[test]
fn a_panic_while_watched_fails_and_does_not_hang() {
    let caught = std::panic::catch_unwind(|| {
        watch();
        panic!("on purpose");
    });
    rest();
    assert!(caught.is_err());
    assert_eq!(found().0, 0, "what a panic takes is not the loop's");
}

/// From now on this thread's allocations count.
pub(crate) fn watch() {
    WATCHED.set(true);
}

/// Not any more.
pub(crate) fn rest() {
    WATCHED.set(false);
}

/// Runs something whose allocations do not count.
pub(crate) fn unwatched<T>(work: impl FnOnce() -> T) -> T {
    let before = WATCHED.replace(false);
    let result = work();
    WATCHED.set(before);
    result
}

/// Allocations of this thread while it was watched, and where the first [`PLACES`] of them were.
pub(crate) fn found() -> (u64, Vec<Backtrace>) {
    rest();
    (COUNT.take(), FOUND.take())
}

/// # Panics
/// If anything was allocated; says where.
pub(crate) fn expect_none(during: &str) {
    let (count, places) = found();
    if let Some(place) = places.first() {
        panic!("{count} allocations during {during}; the first one:\n{place}");
    }
}

#[test]
fn the_counter_counts_and_says_where() {
    watch();
    let kept = std::hint::black_box(Box::new(7_u64));
    let quiet = unwatched(|| vec![*kept; 3]);
    rest();
    drop(quiet);
    let (count, places) = found();
    assert_eq!(count, 1);
    assert!(
        places[0]
            .to_string()
            .contains("the_counter_counts_and_says_where")
    );
}
