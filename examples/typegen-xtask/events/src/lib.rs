//! The events of a shop. The server depends on this crate to send them, and the xtask to describe them.

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;

/// What happens to one order.
#[derive(Clone, Debug, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub enum Order {
    /// It was paid for.
    Paid(Money),
    /// It left the house.
    Shipped {
        carrier: Carrier,
        /// Not every carrier has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<String>,
    },
    /// It has arrived: there is nothing more to come.
    #[sse(terminal)]
    Delivered,
}

/// What the staff see, of all orders.
#[derive(Clone, Debug, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub enum Desk {
    /// How many orders wait.
    Waiting(u32),
    /// A line of the log.
    #[sse(text)]
    Log(String),
}

/// An amount, in the smallest unit of its currency.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Money {
    pub cents: u64,
    pub currency: String,
}

/// Who brings it.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    Post,
    Bicycle,
}
