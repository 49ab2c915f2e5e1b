//! The one place that locks and reference counts come from.
//!
//! With `--cfg loom` the tests of this crate get loom's lock, which is taken in every order that threads can take it in.
//! The reference count stays the standard library's, because the receiver of a method cannot be loom's. Only a hub decides
//! anything by it, which no model of loom's has.

#[cfg(all(test, loom))]
use loom::sync as from;
#[cfg(not(all(test, loom)))]
use std::sync as from;

pub(crate) use std::sync::Arc;
use std::sync::PoisonError;

pub(crate) use self::from::MutexGuard;

/// A mutex that a panic does not poison: nothing of ours panics under it, and wakers are called outside it.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(from::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(from::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
