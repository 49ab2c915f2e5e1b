//! The events of a shop. The server depends on this crate to send them, and the xtask to describe them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sse_core::{SseDecode, SseEvent};

/// What happens to one order.
#[derive(Clone, Debug, PartialEq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Order {
    /// It was paid for.
    #[sse(example = Self::Paid(Money { cents: 725, currency: "EUR".into() }))]
    Paid(Money),
    /// It left the house.
    #[sse(example = Self::Shipped { carrier: Carrier::Post, tracking: Some("JD014600".into()) })]
    #[sse(example = Self::Shipped { carrier: Carrier::Bicycle, tracking: None })]
    Shipped {
        carrier: Carrier,
        /// Not every carrier has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<String>,
    },
    /// It has arrived: there is nothing more to come.
    #[sse(terminal, example = Self::Delivered)]
    Delivered,
}

/// What the staff see, of all orders.
#[derive(Clone, Debug, PartialEq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Desk {
    /// How many orders wait.
    #[sse(example = Self::Waiting(3))]
    Waiting(u32),
    /// A line of the log.
    #[sse(text, example = Self::Log("the printer is out of paper\nagain".into()))]
    Log(String),
}

/// An amount, in the smallest unit of its currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    pub cents: u64,
    pub currency: String,
}

/// Who brings it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    Post,
    Bicycle,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_what_their_schemas_say() {
        sse_core::conformance::check::<Order>();
        sse_core::conformance::check::<Desk>();
    }
}
