//! A buffer that a thread uses again and again.

use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::cell::Cell;
use core::ops::{Deref, DerefMut};

/// What a thread keeps of its buffer between two events.
#[cfg(feature = "std")]
const MAX_SCRATCH: usize = 64 * 1024;

#[cfg(feature = "std")]
std::thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The thread's buffer, empty; where there is no thread to keep one, a new buffer. It is given back at the end.
pub(crate) struct Scratch {
    bytes: Vec<u8>,
}

impl Scratch {
    #[inline]
    pub(crate) fn borrow() -> Self {
        // Taken, not borrowed: encoding an event may encode another.
        #[cfg(feature = "std")]
        let bytes = SCRATCH.try_with(Cell::take).unwrap_or_default();
        #[cfg(not(feature = "std"))]
        let bytes = Vec::with_capacity(256);
        Self { bytes }
    }
}

#[cfg(feature = "std")]
impl Drop for Scratch {
    #[inline]
    fn drop(&mut self) {
        let mut bytes = core::mem::take(&mut self.bytes);
        if bytes.capacity() <= MAX_SCRATCH {
            bytes.clear();
            // A thread that ends has none.
            let _kept = SCRATCH.try_with(|scratch| scratch.set(bytes)).is_ok();
        }
    }
}

impl Deref for Scratch {
    type Target = Vec<u8>;

    #[inline]
    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Scratch {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}
