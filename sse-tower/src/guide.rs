//! Guide: what is between a stream and its client, and what to set there.
//!
//! There is no code here, only this text. Each configuration in it is one that the tests run.
//!
#![doc = include_str!("guide.md")]
#![expect(clippy::doc_markdown, reason = "HAProxy is a name")]
