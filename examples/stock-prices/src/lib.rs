//! Prices, which are worth nothing when they are old, and what becomes of a reader that is too slow for them.
//!
//! ```text
//! cargo run -p example-stock-prices          # http://127.0.0.1:3000, or /?size=25k for 25 kB every 20 ms
//! curl -sN --limit-rate 100k 'http://127.0.0.1:3000/prices?size=25k' | grep -A2 stream-reset     # in ten seconds
//! ```
//!
//! What to look at: [`Price`] has a name for each kind of event, and the page a listener for each name. A reader may
//! trail by [`TRAILING`] events. One that trails further is neither sent what is old by now nor cut off: it is told
//! that it has missed something, gets the newest price of each share, and goes on from there. That is
//! [`LagPolicy::Reset`](sse_core::topic::LagPolicy::Reset) with
//! [`latest_per_key`](sse_core::topic::TopicBuilder::latest_per_key). Nobody waits for it, neither the market nor
//! another reader.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::missing_errors_doc,
    reason = "an example has no next version, and its fields say what they are"
)]

mod market;
mod page;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;
use sse_core::{Retry, SseDecode, SseEvent};
use sse_tower::{Sse, SseLayer};

pub use self::market::{Market, TRAILING};

/// What becomes known of a share. `number` counts the events of the market's clock: a share's next one is one more.
#[derive(Clone, Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Price {
    /// It was sold.
    Trade { symbol: String, number: u32, cents: u32 },
    /// All that is bid and asked for it, as cents and shares, the best first: 25 kB.
    Book { symbol: String, number: u32, bids: Vec<(u32, u32)>, asks: Vec<(u32, u32)> },
}

impl Price {
    fn symbol(&self) -> &str {
        match self {
            Self::Trade { symbol, .. } | Self::Book { symbol, .. } => symbol,
        }
    }
}

/// The page at `/`, and the prices at `/prices`: trades, or with `?size=25k` order books.
pub fn app(market: &Market) -> Router {
    Router::new()
        .route("/prices", get(prices))
        .with_state(market.clone())
        .merge(page::files())
        .layer(SseLayer::new().retry(Retry::from_static(1_000)))
}

#[derive(Deserialize)]
struct Selection {
    #[serde(default)]
    size: Size,
}

/// Another one is 400.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Size {
    #[default]
    Small,
    #[serde(rename = "25k")]
    Large,
}

async fn prices(State(market): State<Market>, Query(Selection { size }): Query<Selection>) -> impl IntoResponse {
    Sse::topic(match size {
        Size::Small => &market.trades,
        Size::Large => &market.books,
    })
}
