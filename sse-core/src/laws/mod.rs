//! Suites of laws that every implementation of a trait of this crate has to pass.
//!
//! A suite is a future without a runtime: it awaits nothing but the implementation, so that it runs on whatever the
//! implementation runs on. Each law is a function of its own, and says what is against it.
//!
//! # Examples
//!
//! The suite of [`Relay`](crate::relay::Relay), for the one in this process:
//!
//! ```
//! use sse_core::laws;
//! use sse_core::relay::MemoryRelay;
//!
//! let remote = MemoryRelay::builder().sparse(7).build();
//! laws::run(laws::relay_contract(&remote)).expect("nothing waits for ever")?;
//! # Ok::<(), laws::LawBroken>(())
//! ```
//!
//! A remote outside needs a runtime, and a time limit, because a law that waits for an event waits for as long as the
//! remote makes it:
//!
//! ```text
//! tokio::time::timeout(Duration::from_secs(60), laws::relay_contract(&redis)).await??;
//! ```

mod broken;
pub mod relay;
mod run;
mod subject;
#[cfg(test)]
mod tests;
mod trial;
pub mod wire;

pub use self::broken::LawBroken;
pub use self::relay::relay_contract;
pub use self::run::run;
pub use self::subject::RelayUnderTest;
