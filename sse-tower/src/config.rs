//! What a layer is set to.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sse_core::Retry;

use crate::compress::Setting;
use crate::connections::Connections;
use crate::control_events::{ControlEvents, Unresumable};
use crate::hooks::{Connect, Disconnect};
use crate::keep_alive::KeepAlive;
use crate::observe::Observer;
use crate::shutdown::{AtShutdown, Shutdown};
use crate::timer::Timer;

/// The settings of one layer, shared by its connections.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) retry: Retry,
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) keep_alive_with: KeepAlive,
    /// The methods of a service that is an event stream as a whole.
    pub(crate) methods: Vec<Method>,
    pub(crate) control_events: ControlEvents,
    pub(crate) unresumable: Unresumable,
    pub(crate) compression: Setting,
    pub(crate) polyfills: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) connections: Option<Connections>,
    pub(crate) shutdown: Option<Shutdown>,
    pub(crate) at_shutdown: AtShutdown,
    pub(crate) on_connect: Option<Arc<dyn Fn(&Connect) + Send + Sync>>,
    pub(crate) on_disconnect: Option<Arc<dyn Fn(&Disconnect) + Send + Sync>>,
    pub(crate) observer: Observer,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) entropy: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Config {
    /// 15 s is half of what the strictest common proxies allow a connection to be quiet.
    const KEEP_ALIVE: Duration = Duration::from_secs(15);

    pub(crate) fn new(timer: Arc<dyn Timer>) -> Self {
        Self {
            retry: Retry::DEFAULT,
            keep_alive: Some(Self::KEEP_ALIVE),
            keep_alive_with: KeepAlive::default(),
            methods: vec![Method::GET, Method::HEAD],
            control_events: ControlEvents::default(),
            unresumable: Unresumable::default(),
            compression: Setting::default(),
            polyfills: false,
            max_age: None,
            connections: None,
            shutdown: None,
            at_shutdown: AtShutdown::default(),
            on_connect: None,
            on_disconnect: None,
            observer: Observer::default(),
            timer,
            entropy: Arc::new(entropy),
        }
    }

    /// Whether there is more to a connection than its stream.
    pub(crate) const fn has_life(&self) -> bool {
        self.max_age.is_some()
            || self.shutdown.is_some()
            || self.connections.is_some()
            || self.on_connect.is_some()
            || self.on_disconnect.is_some()
            || self.observer.is_on()
    }

    /// Whether anybody asks how much was sent.
    pub(crate) const fn counts(&self) -> bool {
        self.connections.is_some() || self.on_disconnect.is_some() || self.observer.is_on()
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
            .field("keep_alive_with", &self.keep_alive_with)
            .field("methods", &self.methods)
            .field("control_events", &self.control_events)
            .field("unresumable", &self.unresumable)
            .field("compression", &self.compression)
            .field("polyfills", &self.polyfills)
            .field("max_age", &self.max_age)
            .field("connections", &self.connections)
            .field("shutdown", &self.shutdown)
            .field("at_shutdown", &self.at_shutdown)
            .field("observer", &self.observer)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}
