//! What the program of this crate shares with other tests.

pub mod elsewhere;

/// Whatever goes wrong, as a sentence.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
