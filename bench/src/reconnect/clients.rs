//! The clients, each as it comes, and what they say of what they get.

use std::io::{self, Write as _};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

/// Who is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Ours,
    ReqwestEventsource,
    Sseer,
    /// `eventsource-client`.
    LaunchDarkly,
    /// The same, but told to try again when the first request fails.
    LaunchDarklyRetrying,
}

/// What a client says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Said {
    /// An event with this data.
    Event(String),
    Error,
    /// The stream has come to its end.
    End,
}

/// How long a client waits before it comes back, where that can be set.
const DELAY: Duration = Duration::from_millis(50);

impl Client {
    pub(super) const ALL: [Self; 5] =
        [Self::Ours, Self::ReqwestEventsource, Self::Sseer, Self::LaunchDarkly, Self::LaunchDarklyRetrying];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "sse-tower",
            Self::ReqwestEventsource => "reqwest-eventsource",
            Self::Sseer => "sseer",
            Self::LaunchDarkly => "eventsource-client",
            Self::LaunchDarklyRetrying => "eventsource-client (retry_initial)",
        }
    }

    /// The name with the version, for people.
    pub(super) fn label(self) -> String {
        let (package, how) = self.name().split_once(' ').unwrap_or_else(|| (self.name(), ""));
        format!("{package} {} {how}", self.version()).trim_end().to_owned()
    }

    /// The version that the lock file has.
    pub(super) fn version(self) -> &'static str {
        let package = self.name().split(' ').next().unwrap_or_default();
        let mut lines = include_str!("../../Cargo.lock").lines();
        lines.find(|line| line.strip_prefix("name = ").is_some_and(|name| name.trim_matches('"') == package));
        lines.next().and_then(|line| line.strip_prefix("version = ")).unwrap_or_default().trim_matches('"')
    }
}

/// Runs the client of this name until its stream ends.
pub(super) fn run(name: &str, url: &str) {
    let client = Client::ALL.into_iter().find(|client| client.name() == name).expect("there is such a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match client {
            Client::Ours => ours(url).await,
            Client::ReqwestEventsource => reqwest_eventsource(url).await,
            Client::Sseer => sseer(url).await,
            Client::LaunchDarkly => eventsource_client(url, false).await,
            Client::LaunchDarklyRetrying => eventsource_client(url, true).await,
        }
    });
    say(&Said::End);
}

fn say(said: &Said) {
    let mut out = io::stdout().lock();
    // Nobody listens once the case is decided.
    let _written = writeln!(out, "{}", serde_json::to_string(said).expect("it is JSON")).and_then(|()| out.flush());
}

async fn ours(url: &str) {
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    use sse_tower::client::{EventSource, Update};

    let service = Client::builder(TokioExecutor::new()).build_http();
    let uri = url.parse().expect("the URL is one");
    let mut source = EventSource::builder(uri).reconnection_time(DELAY).build(service);
    while let Some(item) = source.next().await {
        match item {
            Ok(Update::Event { event, .. }) => say(&Said::Event(event.data)),
            Ok(Update::Reconnecting(_)) | Err(_) => say(&Said::Error),
            Ok(_) => {}
        }
    }
}

async fn reqwest_eventsource(url: &str) {
    use reqwest_eventsource::retry::ExponentialBackoff;
    use reqwest_eventsource::{Event, EventSource};

    let mut source = EventSource::get(url);
    source.set_retry_policy(Box::new(ExponentialBackoff::new(DELAY, 2.0, None, None)));
    while let Some(item) = source.next().await {
        match item {
            Ok(Event::Open) => {}
            Ok(Event::Message(event)) => say(&Said::Event(event.data)),
            Err(_) => say(&Said::Error),
        }
    }
}

async fn sseer(url: &str) {
    use sseer::reqwest::{EventSource, StreamEvent};
    use sseer::retry::ExponentialBackoff;

    let request = reqwest::Client::new().get(url);
    let policy = ExponentialBackoff::new(DELAY, 2.0, None, None);
    let mut source = EventSource::new_with_retry(request, policy).expect("a GET can be repeated");
    while let Some(item) = source.next().await {
        match item {
            Ok(StreamEvent::Open) => {}
            Ok(StreamEvent::Event(event)) => say(&Said::Event(event.data.to_string())),
            Err(_) => say(&Said::Error),
        }
    }
}

async fn eventsource_client(url: &str, retry_initial: bool) {
    use eventsource_client::{Client as _, ClientBuilder, ReconnectOptions, SSE};
    use launchdarkly_sdk_transport::HyperTransport;

    let transport = HyperTransport::new().expect("a transport without TLS");
    let options = ReconnectOptions::reconnect(true).retry_initial(retry_initial).delay(DELAY).build();
    let builder = ClientBuilder::for_url(url).expect("the URL is one").reconnect(options);
    let mut source = builder.build_with_transport(transport).stream();
    while let Some(item) = source.next().await {
        match item {
            Ok(SSE::Event(event)) => say(&Said::Event(event.data)),
            Ok(SSE::Connected(_) | SSE::Comment(_)) => {}
            Err(_) => say(&Said::Error),
        }
    }
}
