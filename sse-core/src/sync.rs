//! The one place that locks and reference counts come from.

pub(crate) use std::sync::Arc;
use std::sync::{MutexGuard, PoisonError};

/// A mutex that a panic does not poison: nothing of ours panics under it, and wakers are called outside it.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
