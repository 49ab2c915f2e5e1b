//! What becomes of a reader that trails too far.

/// What becomes of a reader that lags: that falls out of the [live window](crate::history::LiveWindow), or whose next
/// event is no longer held.
///
/// It is a property of the topic, takes effect when the reader is polled next, and never costs another reader anything.
/// What lags reads slowly or not at all; what was handed over to it before is not taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LagPolicy {
    /// The subscription ends with [`Delivery::Lost`](super::Delivery::Lost). The client comes back with the last id
    /// that it has, and gets what it missed if that is still kept.
    #[default]
    Close,
    /// The client is told in-band that it must start over (`stream-reset`, reason `lagged`); then it gets the snapshot,
    /// if there is one, and what is published from now on.
    Reset,
    /// The client is told in-band that it must start over, and gets what is published from now on, never a snapshot.
    Skip,
}
