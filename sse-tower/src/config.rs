//! What a layer is set to.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sse_core::Retry;

use crate::control_events::{ControlEvents, Unresumable};
use crate::timer::Timer;

/// The settings of one layer, shared by its connections.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) retry: Retry,
    pub(crate) keep_alive: Option<Duration>,
    /// The methods of a service that is an event stream as a whole.
    pub(crate) methods: Vec<Method>,
    pub(crate) control_events: ControlEvents,
    pub(crate) unresumable: Unresumable,
    pub(crate) timer: Option<Arc<dyn Timer>>,
    pub(crate) entropy: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Config {
    /// 15 s is half of what the strictest common proxies allow a connection to be quiet.
    const KEEP_ALIVE: Duration = Duration::from_secs(15);

    pub(crate) fn new(timer: Option<Arc<dyn Timer>>) -> Self {
        Self {
            retry: Retry::DEFAULT,
            keep_alive: Some(Self::KEEP_ALIVE),
            methods: vec![Method::GET, Method::HEAD],
            control_events: ControlEvents::default(),
            unresumable: Unresumable::default(),
            timer,
            entropy: Arc::new(entropy),
        }
    }

    /// The interval of the keep-alive; none without a timer to keep it by.
    pub(crate) fn keep_alive(&self) -> Option<(Duration, &dyn Timer)> {
        self.keep_alive.zip(self.timer.as_deref())
    }

    /// Whether a client that must start over is refused. With control events it is told so within the stream.
    pub(crate) fn refuses_resets(&self) -> bool {
        self.control_events == ControlEvents::Off && self.unresumable == Unresumable::Refuse
    }
}

/// 64 bits from the standard library's hasher keys, which the operating system seeds.
pub(crate) fn entropy() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("retry", &self.retry)
            .field("keep_alive", &self.keep_alive)
            .field("methods", &self.methods)
            .field("control_events", &self.control_events)
            .field("unresumable", &self.unresumable)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}
