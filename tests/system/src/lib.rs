//! What the whole-system tests are made of: a proxy that cuts connections at any byte, a client in Rust, and real
//! browsers.
//!
//! The tests are in `tests/it`, and in `tests/network` those that would disturb them. Those that need a browser are
//! ignored unless asked for: `cargo xtask test` runs them.
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

pub mod browser;
pub mod client;
pub mod plan;
pub mod proxy;
pub mod scan;
pub mod server;
mod wait;

pub use self::browser::{Browser, Which};
pub use self::client::{Client, IdModel};
pub use self::plan::{Cut, Ending, Point, Rng};
pub use self::proxy::{Exchange, Proxy};
pub use self::scan::{Place, Scanner};
pub use self::server::{Published, Server};
pub use self::wait::{LONG, until};
