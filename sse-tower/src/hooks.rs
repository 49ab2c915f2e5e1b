//! What an application is told of its connections: [`SseLayer::on_connect`](crate::SseLayer::on_connect) and
//! [`SseLayer::on_disconnect`](crate::SseLayer::on_disconnect).
//!
//! ```
//! use sse_tower::SseLayer;
//! use sse_tower::hooks::DisconnectReason;
//!
//! let layer = SseLayer::new()
//!     .on_connect(|connect| println!("{} is {:?}", connect.id, connect.key))
//!     .on_disconnect(|disconnect| {
//!         let seconds = disconnect.duration.as_secs();
//!         println!("{} has gone after {seconds} s and {} bytes", disconnect.id, disconnect.bytes);
//!         if let DisconnectReason::Closed(reason) = &disconnect.reason {
//!             println!("because: {reason}");
//!         }
//!     });
//! ```
//!
//! Each connection is announced once, when its head goes out, and is gone once, when its body has ended or was dropped.
//! HEAD is no connection, nor is a request that gets no stream.
//!
//! Hooks run under no lock. They must be quick and must not panic: they run where a body is polled, and where it is
//! dropped.

use std::sync::Arc;
use std::time::Duration;

use crate::connections::ConnectionId;

/// A connection that has come.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connect {
    /// Its number.
    pub id: ConnectionId,
    /// Who it belongs to, as [`Sse::key`](crate::Sse::key) said.
    pub key: Option<Arc<str>>,
}

/// A connection that has gone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disconnect {
    /// Its number.
    pub id: ConnectionId,
    /// Who it belonged to, as [`Sse::key`](crate::Sse::key) said.
    pub key: Option<Arc<str>>,
    /// Why it has gone.
    pub reason: DisconnectReason,
    /// For how long it was open.
    pub duration: Duration,
    /// How many of the application's events were handed to the server for it.
    pub events: u64,
    /// How many bytes there were for it, keep-alives and all, before they were compressed.
    pub bytes: u64,
}

/// Why a connection has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The body was dropped before it ended: the client has gone, or the server lets go of it.
    ClientGone,
    /// The stream is complete.
    Ended,
    /// It was as old as [`SseLayer::max_age`](crate::SseLayer::max_age) lets it be.
    MaxAge,
    /// The time of [`Sse::expires_at`](crate::Sse::expires_at) has come.
    Expired,
    /// There was nothing more to say to a client that [reads only what has ended](crate::SseLayer::polyfills).
    Burst,
    /// The server [shuts down](crate::shutdown).
    Shutdown,
    /// [`Connections::close`](crate::Connections::close) was called, with this reason.
    Closed(Arc<str>),
    /// The topic told its readers to leave, or has no place for this one.
    Kicked,
    /// The client read too slowly, and the topic closes those that lag.
    Lagged,
    /// The stream, or its snapshot, failed or panicked.
    Error,
}

/// Counts blocks by the blank lines behind them. A frame has none within, and is not read beyond that.
pub(crate) fn count_events(frames: &[u8]) -> u64 {
    let next = frames.iter().skip(1);
    frames.iter().zip(next).filter(|pair| *pair == (&b'\n', &b'\n')).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_blank_line_is_an_event() {
        for (frames, events) in [("", 0), ("\n", 0), ("data: 1\n\n", 1), ("id: 7\ndata: a\ndata:\n\ndata:\n\n", 2)] {
            assert_eq!(count_events(frames.as_bytes()), events, "{frames:?}");
        }
    }
}
