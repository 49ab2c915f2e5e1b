//! The prices over real connections. Nothing sleeps: each test lets the market's clock go as it likes.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use example_stock_prices::{Market, Price, TRAILING, app};
use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use reqwest::StatusCode;
use sse_core::history::ResetReason;
use sse_tower::client::{EventSource, Update};
use sse_tower::serve;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);

struct Server {
    origin: String,
    market: Market,
}

impl Server {
    async fn start() -> Self {
        let market = Market::new().unwrap();
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app(&market)).into_future());
        Self { origin, market }
    }

    /// Watches the prices, once there is a connection.
    async fn watch(&self, query: &str) -> EventSource<Price> {
        let uri = format!("{}/prices{query}", self.origin).parse().unwrap();
        let mut prices = EventSource::new(Client::builder(TokioExecutor::new()).build_http(), uri).typed();
        assert!(matches!(next(&mut prices).await, Update::Open(_)));
        prices
    }
}

async fn next(prices: &mut EventSource<Price>) -> Update<Price> {
    timeout(PATIENCE, prices.next()).await.expect("waited in vain").unwrap().unwrap()
}

/// The number of the next book.
async fn book(prices: &mut EventSource<Price>) -> u32 {
    match next(prices).await {
        Update::Event { event: Price::Book { number, .. }, .. } => number,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn trades_are_small_and_books_are_large() {
    let server = Server::start().await;
    let (mut trades, mut books) = (server.watch("").await, server.watch("?size=25k").await);
    server.market.publish_trades(1).unwrap();
    server.market.publish_book(1).unwrap();

    let mut symbols = Vec::new();
    while symbols.len() < 4 {
        match next(&mut trades).await {
            Update::Event { event: Price::Trade { symbol, number: 1, .. }, .. } => symbols.push(symbol),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(symbols, ["ACME", "HOOLI", "INITECH", "UMBRELLA"]);

    let Update::Event { event, .. } = next(&mut books).await else { panic!("no book") };
    let bytes = sse_core::wire::encode(&event).unwrap().as_ref().len();
    assert!((24_000..26_000).contains(&bytes), "{bytes}");
    let Price::Book { bids, asks, .. } = event else { panic!("no book") };
    assert!(bids[0].0 < asks[0].0 && bids.is_sorted_by(|one, next| one > next) && asks.is_sorted());
}

#[tokio::test]
async fn who_reads_too_slowly_is_told_so_and_goes_on_with_the_newest() {
    let server = Server::start().await;
    let (mut one, mut other) = (server.watch("?size=25k").await, server.watch("?size=25k").await);
    server.market.publish_book(1).unwrap();
    assert_eq!((book(&mut one).await, book(&mut other).await), (1, 1));

    // The server runs on this thread: neither reader gets anything before the market is done.
    let newest = 2 + u32::try_from(TRAILING).unwrap();
    for number in 2..=newest {
        server.market.publish_book(number).unwrap();
    }
    for prices in [&mut one, &mut other] {
        let update = next(prices).await;
        assert!(matches!(&update, Update::Reset(reset) if reset.reason == Some(ResetReason::Lagged)), "{update:?}");
        assert_eq!(book(prices).await, newest, "what is old by now is not sent");
    }
    assert_eq!(server.market.books.stats().lagged, 2);

    // Both are as good as before, and as far as they may trail they get everything.
    for number in newest + 1..newest + 1 + u32::try_from(TRAILING).unwrap() {
        server.market.publish_book(number).unwrap();
    }
    for number in newest + 1..newest + 1 + u32::try_from(TRAILING).unwrap() {
        assert_eq!((book(&mut one).await, book(&mut other).await), (number, number));
    }
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_is_there_and_no_other_size() {
    let server = Server::start().await;
    for path in ["/", "/style.css", "/app.js", "/sse/price.js", "/sse/runtime.js"] {
        let answer = reqwest::get(format!("{}{path}", server.origin)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let answer = reqwest::get(format!("{}/prices?size=26k", server.origin)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}
