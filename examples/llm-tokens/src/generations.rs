//! The generations that go on, and those that somebody may still want to read.

use std::time::Duration;

use sse_core::history::{Epoch, LiveWindow, Verdict};
use sse_core::topic::Hub;
use sse_core::{Position, Retention, Topic};
use tokio::time::Instant;

use crate::Generation;
use crate::error::ApiError;
use crate::model::{self, MAX_TOKENS, Pace};

/// How long a generation can be read after its end.
const KEEP: Duration = Duration::from_mins(10);
/// How many generations there may be, those that are only kept included.
const MAX_GENERATIONS: usize = 256;
/// What they may take together.
const MAX_BYTES: usize = 64 << 20;
/// How long a prompt may be, in bytes.
const MAX_PROMPT: usize = 4_000;

/// The generations. Cloning it gives the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Generations {
    pace: Pace,
    topics: Hub<String, Generation>,
}

impl Generations {
    pub(crate) fn new(pace: Pace) -> Self {
        // The whole of a generation: the prompt, its tokens, and the end.
        let events = MAX_TOKENS as usize + 2;
        let start = Instant::now();
        let topics = Topic::builder()
            .keep(Retention::events(events).and_age(KEEP))
            .live(LiveWindow::events(events))
            .clock(move || start.elapsed());
        // No timer sweeps it: before it refuses anything it drops what has become too old.
        let topics = Hub::builder(topics).max_topics(MAX_GENERATIONS).max_bytes(MAX_BYTES);
        #[expect(clippy::expect_used, reason = "it is refused only without a clock, or with an epoch")]
        let topics = topics.build().expect("there is a clock");
        Self { pace, topics }
    }

    /// Begins a generation, which needs nobody to read it, and gives its id.
    pub(crate) fn start(
        &self,
        prompt: String,
        max_tokens: Option<u32>,
    ) -> Result<(String, Topic<Generation>), ApiError> {
        if prompt.len() > MAX_PROMPT {
            let message = format!("a prompt of {} bytes exceeds the limit of {MAX_PROMPT}", prompt.len());
            return Err(ApiError::invalid("prompt", message));
        }
        if prompt.trim().is_empty() {
            return Err(ApiError::invalid("prompt", "the prompt is empty"));
        }
        if max_tokens == Some(0) {
            return Err(ApiError::invalid("max_tokens", "at least one token must be allowed"));
        }
        // An epoch is a name that nobody guesses, and serves as well for the generation.
        let id = format!("chatcmpl-{}", Epoch::random());
        let topic = self.topics.topic(&id).map_err(|_| ApiError::busy(MAX_GENERATIONS))?;
        let answer = topic.pipe(model::generate(prompt, max_tokens, self.pace.clone()));
        // The task is the generation: no reader owns it, so that none can end it by leaving.
        let (topics, key) = (self.topics.clone(), id.clone());
        tokio::spawn(async move {
            // Without room for it, what there is of it will never be complete: its readers are sent away.
            if answer.await.is_err() {
                topics.remove(&key);
            }
        });
        Ok((id, topic))
    }

    /// A generation of which everything is there, and the position before its first event.
    pub(crate) fn find(&self, id: &str) -> Result<(Topic<Generation>, Position), ApiError> {
        let topic = self.topics.get(id).ok_or_else(ApiError::unknown_generation)?;
        let before = Position::new(topic.position().epoch(), 0);
        match topic.verdict(Some(before.to_string().as_bytes())) {
            Verdict::Recovered(_) => Ok((topic, before)),
            // It is so old that its beginning is gone.
            _ => Err(ApiError::unknown_generation()),
        }
    }
}
