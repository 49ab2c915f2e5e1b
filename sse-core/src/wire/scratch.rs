//! A buffer that a thread uses again and again.

use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::cell::Cell;

/// What a thread keeps of its buffer between two events.
#[cfg(feature = "std")]
const MAX_SCRATCH: usize = 64 * 1024;

#[cfg(feature = "std")]
std::thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Lends an empty buffer. Where there is no thread to keep it, it is a new one.
pub(crate) fn with_scratch<R>(use_it: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    #[cfg(feature = "std")]
    {
        // Taken, not borrowed: encoding an event may encode another.
        let mut bytes = SCRATCH.try_with(Cell::take).unwrap_or_default();
        bytes.clear();
        let result = use_it(&mut bytes);
        if bytes.capacity() <= MAX_SCRATCH {
            // A thread that ends has none.
            let _kept = SCRATCH.try_with(|scratch| scratch.set(bytes)).is_ok();
        }
        result
    }
    #[cfg(not(feature = "std"))]
    use_it(&mut Vec::with_capacity(256))
}
