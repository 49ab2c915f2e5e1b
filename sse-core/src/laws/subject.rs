//! What a law is tried on.

use crate::relay::{MemoryRelay, Relay, RelayError};

/// What the laws need of an implementation.
///
/// # Examples
///
/// ```
/// use sse_core::laws::RelayUnderTest;
/// use sse_core::relay::{MemoryRelay, RelayError};
///
/// struct Mine(MemoryRelay);
///
/// impl RelayUnderTest for Mine {
///     type Relay = MemoryRelay;
///
///     async fn connect(&self) -> Result<MemoryRelay, RelayError> {
///         Ok(self.0.clone())
///     }
///
///     async fn trim(&self, log: &str, through: u64) -> Result<(), RelayError> {
///         self.0.trim(log, through)
///     }
///
///     fn max_frame_bytes(&self) -> usize {
///         4 << 20
///     }
/// }
/// ```
pub trait RelayUnderTest {
    /// The implementation.
    type Relay: Relay;

    /// Makes another handle on the same remote, which shares with the others nothing but the remote.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError`] if the remote cannot be reached.
    fn connect(&self) -> impl Future<Output = Result<Self::Relay, RelayError>>;

    /// Lets the remote drop the oldest events of a log in its current epoch, up to and including this offset.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError`] if the remote does not.
    fn trim(&self, log: &str, through: u64) -> impl Future<Output = Result<(), RelayError>>;

    /// The length in bytes of the longest frame that the implementation takes, at least 1 024. One that long is
    /// appended.
    fn max_frame_bytes(&self) -> usize;
}

/// With limits that leave room for the events of a law.
impl RelayUnderTest for MemoryRelay {
    type Relay = Self;

    async fn connect(&self) -> Result<Self, RelayError> {
        Ok(self.clone())
    }

    async fn trim(&self, log: &str, through: u64) -> Result<(), RelayError> {
        Self::trim(self, log, through)
    }

    fn max_frame_bytes(&self) -> usize {
        Self::max_frame_bytes(self)
    }
}
