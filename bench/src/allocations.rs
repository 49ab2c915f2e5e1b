//! The allocator, which counts when it is asked to.
//!
//! Ready-made ones count always, and at a price that allocations of those that are timed would bear; or they do without
//! `realloc`, which changes what is measured. This one costs a load while it does not count.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// What was allocated while something ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allocations {
    /// How many there were; one that was made larger or smaller counts again.
    pub(crate) count: u64,
    /// How many bytes more are held than before, as they were asked for.
    pub(crate) held: i64,
    /// How many bytes more there were at most.
    pub(crate) peak: i64,
}

/// Counts what is allocated from now on, on all threads.
pub(crate) fn start() {
    ALLOCATIONS.store(0, Relaxed);
    HELD.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
}

/// What was allocated since the start.
pub(crate) fn stop() -> Allocations {
    COUNTS.store(false, Relaxed);
    Allocations { count: ALLOCATIONS.load(Relaxed), held: HELD.load(Relaxed), peak: PEAK.load(Relaxed) }
}

/// Counts what `run` allocates, on all threads.
pub(crate) fn count(run: impl FnOnce()) -> Allocations {
    start();
    run();
    stop()
}

struct Counting;

impl Counting {
    fn note(allocations: u64, more: usize, less: usize) {
        if COUNTS.load(Relaxed) {
            ALLOCATIONS.fetch_add(allocations, Relaxed);
            let change = more.cast_signed() as i64 - less.cast_signed() as i64;
            PEAK.fetch_max(HELD.fetch_add(change, Relaxed) + change, Relaxed);
        }
    }
}

// SAFETY: everything is handed on to the system's allocator, and counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(1, layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(1, layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(1, size, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        Self::note(0, 0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(old, layout) }
    }
}
