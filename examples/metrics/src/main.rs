//! Shows what operators see of event streams: a page for Prometheus, and logs.
//!
//! ```text
//! cargo run -p example-metrics               # http://127.0.0.1:3000
//! cargo run -p example-metrics 8080          # 0 takes any free port
//! curl -N http://127.0.0.1:3000/ticks &
//! curl http://127.0.0.1:3000/metrics         # sse_connections{stream="ticks"} 1
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use sse_core::topic::PublishError;
use sse_core::{SseEvent, Topic};
use sse_tower::{Sse, SseLayer, serve};
use tower_http::trace::TraceLayer;
use tracing_subscriber::filter::LevelFilter;

#[derive(Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Clock {
    Tick { seconds: u64 },
}

/// Event streams are open for minutes and hours, where requests take milliseconds.
const SECONDS: &[f64] = &[1.0, 10.0, 60.0, 600.0, 3_600.0, 14_400.0];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).init();
    // Before the server, because a layer describes its figures at its first request.
    let figures = figures()?.install_recorder()?;
    let clock = Topic::new();
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("metrics on http://{}", listener.local_addr()?);

    tokio::select! {
        served = axum::serve(listener, app(&clock, &figures)) => Ok(served?),
        ticked = tick(&clock, &figures) => Ok(ticked?),
    }
}

/// Durations in buckets, which can be added up over servers.
fn figures() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("duration_seconds".to_owned()), SECONDS)
}

/// The streams, and the page about them. Their spans are in those of the requests.
fn app(clock: &Topic<Clock>, figures: &PrometheusHandle) -> Router {
    let (clock, figures) = (clock.clone(), figures.clone());
    let ticks = SseLayer::new().metrics("ticks").tracing("ticks");
    Router::new()
        .route("/ticks", get(async move || Sse::topic(&clock)).layer(ticks))
        .layer(TraceLayer::new_for_http())
        .route("/metrics", get(async move || page(&figures)))
}

fn page(figures: &PrometheusHandle) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], figures.render())
}

async fn tick(clock: &Topic<Clock>, figures: &PrometheusHandle) -> Result<(), PublishError> {
    for seconds in 0.. {
        clock.publish(&Clock::Tick { seconds })?;
        // The exporter gathers durations, until they are read or it is told to.
        figures.run_upkeep();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
