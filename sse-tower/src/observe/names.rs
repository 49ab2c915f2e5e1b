//! How what happens is called in labels and fields. Each set is closed, so that a label has few values.

use sse_core::history::ResetReason;

use crate::gate::Refusal;
use crate::hooks::DisconnectReason;
use crate::opening::Resume;

/// What becomes of the client's id: [`resume`].
#[cfg(feature = "metrics")]
pub(super) const RESUMES: [&str; 4] = ["fresh", "recovered", "reset", "unsupported"];

/// Why a connection has gone: [`end`].
#[cfg(feature = "metrics")]
pub(super) const ENDS: [&str; 10] =
    ["client-gone", "ended", "max-age", "expired", "burst", "shutdown", "closed", "kicked", "lagged", "error"];

/// Why a request gets no stream: [`refusal`].
#[cfg(feature = "metrics")]
pub(super) const REFUSALS: [&str; 9] = [
    "ended",
    "key-too-long",
    "method-not-allowed",
    "not-acceptable",
    "unresumable",
    "too-many-of-key",
    "too-many-connections",
    "shutting-down",
    "unavailable",
];

/// Why a client must start over.
pub(super) const RESETS: [ResetReason; 5] =
    [ResetReason::Evicted, ResetReason::UnknownEpoch, ResetReason::Future, ResetReason::Malformed, ResetReason::Lagged];

pub(super) const fn resume(resume: Resume) -> &'static str {
    match resume {
        Resume::Fresh => "fresh",
        Resume::Recovered => "recovered",
        Resume::Reset(_) => "reset",
        Resume::Unsupported => "unsupported",
    }
}

pub(super) const fn end(reason: &DisconnectReason) -> &'static str {
    match reason {
        DisconnectReason::ClientGone => "client-gone",
        DisconnectReason::Ended => "ended",
        DisconnectReason::MaxAge => "max-age",
        DisconnectReason::Expired => "expired",
        DisconnectReason::Burst => "burst",
        DisconnectReason::Shutdown => "shutdown",
        // What the application says of it may be anything.
        DisconnectReason::Closed(_) => "closed",
        DisconnectReason::Kicked => "kicked",
        DisconnectReason::Lagged => "lagged",
        DisconnectReason::Error => "error",
    }
}

pub(super) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Ended => "ended",
        Refusal::KeyTooLong => "key-too-long",
        Refusal::MethodNotAllowed => "method-not-allowed",
        Refusal::NotAcceptable => "not-acceptable",
        Refusal::Unresumable(_) => "unresumable",
        Refusal::TooManyOfKey => "too-many-of-key",
        Refusal::TooManyConnections => "too-many-connections",
        Refusal::ShuttingDown => "shutting-down",
        Refusal::Unavailable => "unavailable",
    }
}

/// Why a client must start over that is sent this `stream-reset`. The chunks of a body do not carry it: it would make
/// every one of them slower, and this is rare.
pub(super) fn reset(bytes: &[u8]) -> Option<ResetReason> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, behind) = text.split_once(r#"{"reason":""#)?;
    let (name, _) = behind.split_once('"')?;
    RESETS.into_iter().find(|reason| reason.as_str() == name)
}

#[cfg(all(test, feature = "metrics"))]
mod tests {
    use super::*;
    use crate::control::{self, ONE_TOPIC};

    #[test]
    fn the_reason_of_a_reset_is_the_one_that_it_was_written_with() {
        for reason in RESETS {
            assert_eq!(reset(&control::reset(reason, ONE_TOPIC, &"k3x9f0q2m1-200")), Some(reason));
            let topics = [("{\"reason\":\"future\"}", ResetReason::Future), ("disk", reason)];
            assert_eq!(reset(&control::reset(reason, &topics, &"=reset")), Some(reason));
        }
        assert_eq!(reset(&control::position("k3x9f0q2m1-305")), None);
    }

    #[test]
    fn the_sets_are_what_there_is() {
        let reset = ResetReason::Evicted;
        let resumes = [Resume::Fresh, Resume::Recovered, Resume::Reset(reset), Resume::Unsupported];
        assert_eq!(resumes.map(resume), RESUMES);
        let ends = [
            DisconnectReason::ClientGone,
            DisconnectReason::Ended,
            DisconnectReason::MaxAge,
            DisconnectReason::Expired,
            DisconnectReason::Burst,
            DisconnectReason::Shutdown,
            DisconnectReason::Closed("anything".into()),
            DisconnectReason::Kicked,
            DisconnectReason::Lagged,
            DisconnectReason::Error,
        ];
        assert_eq!(ends.each_ref().map(end), ENDS);
        let refusals = [
            Refusal::Ended,
            Refusal::KeyTooLong,
            Refusal::MethodNotAllowed,
            Refusal::NotAcceptable,
            Refusal::Unresumable(reset),
            Refusal::TooManyOfKey,
            Refusal::TooManyConnections,
            Refusal::ShuttingDown,
            Refusal::Unavailable,
        ];
        assert_eq!(refusals.map(refusal), REFUSALS);
    }
}
