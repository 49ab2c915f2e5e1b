//! Typed events: a value that serializes.

use serde::Serialize;
use sse_core::SseEvent;

/// An enum as a service has it.
#[derive(Debug, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub(super) enum Market {
    Tick(Tick),
    Book(Book),
}

/// 200 bytes of JSON.
#[derive(Debug, Serialize)]
pub(super) struct Tick {
    symbol: String,
    exchange: String,
    price: f64,
    bid: f64,
    ask: f64,
    size: u32,
    volume: u64,
    time: u64,
    condition: Option<String>,
    halted: bool,
    source: String,
}

/// 4 KiB of JSON.
#[derive(Debug, Serialize)]
pub(super) struct Book {
    symbol: String,
    time: u64,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

#[derive(Debug, Serialize)]
struct Level {
    price: f64,
    size: u32,
    orders: u16,
    venue: String,
}

/// What a user without typed events gives to a rival.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Payload<'a> {
    Tick(&'a Tick),
    Book(&'a Book),
}

impl Market {
    pub(super) fn tick() -> Self {
        Self::Tick(Tick {
            symbol: "EURUSD".to_owned(),
            exchange: "Frankfurt".to_owned(),
            price: 1.084_25,
            bid: 1.084_2,
            ask: 1.084_3,
            size: 250_000,
            volume: 98_412_877,
            time: 1_794_070_800_123,
            condition: Some("regular".to_owned()),
            halted: false,
            source: "feed \"b\" of the second line".to_owned(),
        })
    }

    pub(super) fn book() -> Self {
        let level = |step: u32| Level {
            price: 1.084 + f64::from(step) / 1e5,
            size: 10_000 * step,
            orders: 3,
            venue: "Frankfurt".to_owned(),
        };
        Self::Book(Book {
            symbol: "EURUSD".to_owned(),
            time: 1_794_070_800_123,
            bids: (1..=32).map(level).collect(),
            asks: (33..=64).map(level).collect(),
        })
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Tick(_) => "tick",
            Self::Book(_) => "book",
        }
    }

    pub(super) const fn payload(&self) -> Payload<'_> {
        match self {
            Self::Tick(tick) => Payload::Tick(tick),
            Self::Book(book) => Payload::Book(book),
        }
    }
}
