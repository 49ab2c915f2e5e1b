//! Whether a route writes control events, and what becomes of a reset that none announces.

/// Whether the streams of a route carry control events.
///
/// See [`SseLayer::control_events`](crate::SseLayer::control_events).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlEvents {
    /// They begin with `stream-open` and end with `stream-end`.
    #[default]
    On,
    /// They carry the application's events and nothing else, for clients that take every event for one of theirs.
    ///
    /// The first bytes are a comment and the reconnection time, a keep-alive is a comment, and a stream that is complete
    /// just ends. A blank line stands only behind an event, because some clients make an event of each:
    ///
    /// ```text
    /// :
    /// retry: 3127
    /// data: {"delta":"Hello"}
    ///
    /// :
    /// data: [DONE]
    ///
    /// ```
    Off,
}

/// What a route without control events answers to a client that cannot have what it missed.
///
/// See [`SseLayer::unresumable`](crate::SseLayer::unresumable).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unresumable {
    /// 412 and the reason, which the clients of foreign protocols take for final; 409 they would send again.
    ///
    /// ```text
    /// HTTP/1.1 412 Precondition Failed
    /// cache-control: no-store
    /// content-type: application/json
    /// sse-resume: reset; reason=evicted
    ///
    /// {"error":"this event stream cannot be resumed behind that id: ask for it without one","reason":"evicted"}
    /// ```
    #[default]
    Refuse,
    /// The stream, from where a client goes on that must start over. Only the header says so.
    ///
    /// ```text
    /// HTTP/1.1 200 OK
    /// content-type: text/event-stream
    /// sse-resume: reset; reason=evicted
    /// ```
    Restart,
}
