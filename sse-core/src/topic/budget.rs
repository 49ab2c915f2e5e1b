//! The bytes that many topics hold together.

use core::sync::atomic::{AtomicUsize, Ordering};

/// A limit, and how much of it is used.
#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit }
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// Sets bytes aside while they are being appended. `None` if there is no room for them.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<Reserved<'_>> {
        let with = |used: usize| used.checked_add(bytes).filter(|&used| used <= self.limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).ok()?;
        Some(Reserved { budget: self, bytes })
    }

    pub(crate) fn change(&self, before: usize, after: usize) {
        if after >= before {
            self.used.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.used.fetch_sub(before - after, Ordering::Relaxed);
        }
    }
}

/// Bytes that are set aside; what was appended is counted by itself.
#[derive(Debug)]
pub(crate) struct Reserved<'a> {
    budget: &'a Budget,
    bytes: usize,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.budget.change(self.bytes, 0);
    }
}
