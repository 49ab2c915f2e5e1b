//! Where the prices come from, and how long they are of use.

use std::convert::Infallible;
use std::time::Duration;

use sse_core::history::LiveWindow;
use sse_core::topic::{BuildTopicError, LagPolicy, PublishError};
use sse_core::{Retention, Topic};

use crate::Price;

/// How far a reader may trail, in events.
pub const TRAILING: usize = 40;
/// How many events a client may be away and still be told all of them.
const KEPT: usize = 100;

/// Each share's symbol, and about what it costs, in cents.
const SHARES: [(&str, u32); 4] = [("ACME", 12_500), ("HOOLI", 31_000), ("INITECH", 8_050), ("UMBRELLA", 19_920)];
/// How many offers a side of the book has.
const DEPTH: u32 = 1_040;
/// The market's clock: a book each time.
const TICK: Duration = Duration::from_millis(20);
/// One in so many ticks has trades.
const TRADES_EVERY: u32 = 12;

/// A market. Cloning it gives the same one.
#[derive(Clone, Debug)]
pub struct Market {
    /// Of all shares.
    pub trades: Topic<Price>,
    /// Of one share.
    pub books: Topic<Price>,
}

impl Market {
    pub fn new() -> Result<Self, BuildTopicError> {
        let topic = || {
            Topic::builder()
                .keep(Retention::events(KEPT))
                .live(LiveWindow::events(TRAILING).and_bytes(2 << 20))
                .lag_policy(LagPolicy::Reset)
                .latest_per_key(SHARES.len(), |price: &Price| Some(price.symbol().to_owned()))
                .build()
        };
        Ok(Self { trades: topic()?, books: topic()? })
    }

    /// Trades for as long as it is polled.
    pub async fn trade(&self) -> Result<Infallible, PublishError> {
        let mut ticks = tokio::time::interval(TICK);
        let mut number = 0_u32;
        loop {
            ticks.tick().await;
            number = number.wrapping_add(1);
            self.publish_book(number)?;
            if number.is_multiple_of(TRADES_EVERY) {
                self.publish_trades(number / TRADES_EVERY)?;
            }
        }
    }

    /// One trade of each share, as one batch.
    pub fn publish_trades(&self, number: u32) -> Result<(), PublishError> {
        let trades = SHARES.map(|(symbol, cents)| Price::Trade {
            symbol: symbol.to_owned(),
            number,
            cents: cents + swing(number, cents),
        });
        self.trades.publish_batch(&trades)?;
        Ok(())
    }

    /// The order book of the first share.
    pub fn publish_book(&self, number: u32) -> Result<(), PublishError> {
        let [(symbol, cents), ..] = SHARES;
        let middle = cents + swing(number, cents);
        let shares = |level: u32| 100 + (number % 900 + 7 * level) % 900;
        let bids = (1..=DEPTH).map(|level| (middle - level, shares(level))).collect();
        let asks = (1..=DEPTH).map(|level| (middle + level, shares(level))).collect();
        self.books.publish(&Price::Book { symbol: symbol.to_owned(), number, bids, asks })?;
        Ok(())
    }
}

/// Up and down again in 200 steps, each share in its own time.
fn swing(number: u32, cents: u32) -> u32 {
    ((number % 200 + cents) % 200).abs_diff(100) * 3
}
