//! Waiting for a condition, never for a time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Far more than anything takes on a machine that does nothing else: reaching it means that it will not come.
pub const LONG: Duration = Duration::from_mins(2);

const POLL: Duration = Duration::from_millis(5);

/// What `probe` gives as soon as it gives something.
///
/// # Panics
///
/// If it gives nothing for [`LONG`].
pub async fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LONG;
    loop {
        if let Some(value) = probe() {
            return value;
        }
        assert!(Instant::now() < deadline, "not within {LONG:?}: {what}");
        sleep(POLL).await;
    }
}
