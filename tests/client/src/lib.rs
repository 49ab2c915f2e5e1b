//! What the tests of the client are made of: the servers that play the cases, and the HTTP clients under it.
//!
//! The tests are in `tests/it`. Those that need Node are ignored unless asked for: `cargo xtask ci connection`.
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::must_use_candidate,
    reason = "only the tests beside it use this crate"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

pub mod case;
pub mod feed;
pub mod hurried;
pub mod player;
pub mod stage;
pub mod transport;

pub use self::case::{Case, Expect};
pub use self::feed::{Count, Counter, Feed};
pub use self::hurried::Hurried;
pub use self::player::{Player, Report};
pub use self::stage::{Answer, Part, Request, Stage};
pub use self::transport::{BoxError, HttpService, Transport};
