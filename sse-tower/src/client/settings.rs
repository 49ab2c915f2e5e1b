//! What an event source is set to.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use sse_core::wire::Limits;

use super::connect::BoxError;
use super::request::Template;
use crate::ControlEvents;
use crate::timer::Timer;

/// The headers of one attempt, while they are made.
pub(super) type Preparing = Pin<Box<dyn Future<Output = Result<HeaderMap, BoxError>> + Send>>;

/// What does not change while an event source lives.
pub(super) struct Settings {
    pub(super) template: Template,
    pub(super) headers_with: Option<Box<dyn FnMut() -> Preparing + Send>>,
    pub(super) limits: Limits,
    pub(super) idle: Idle,
    /// Whether a request that is not safe is repeated although no id has come.
    pub(super) repeat: bool,
    pub(super) retry_statuses: Vec<StatusCode>,
    pub(super) control_events: ControlEvents,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) entropy: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// How long a server may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// As long as its `stream-open` says.
    Announced,
    /// As long as the caller says.
    Fixed(Option<Duration>),
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            // A token does not belong into a log.
            .field("headers", &self.template.headers.keys())
            .field("headers_with", &self.headers_with.is_some())
            .field("limits", &self.limits)
            .field("idle", &self.idle)
            .field("repeat", &self.repeat)
            .field("retry_statuses", &self.retry_statuses)
            .field("control_events", &self.control_events)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}
