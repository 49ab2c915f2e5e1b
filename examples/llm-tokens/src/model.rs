//! The model, which only pretends: the same question always gets the same words.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::Semaphore;

use crate::{FinishReason, Generation};

/// What each token waits for.
#[derive(Clone, Debug)]
pub enum Pace {
    /// So much time.
    Every(Duration),
    /// A permit, so that a test decides when a token comes.
    Steps(Arc<Semaphore>),
}

impl Pace {
    async fn wait(&self) {
        match self {
            Self::Every(time) => tokio::time::sleep(*time).await,
            // Nobody closes the semaphore.
            Self::Steps(steps) => drop(steps.acquire().await.map(tokio::sync::SemaphorePermit::forget)),
        }
    }
}

/// How many tokens an answer has at most: all that the model can say, and some.
pub(crate) const MAX_TOKENS: u32 = 512;

const PARAGRAPHS: [&str; 5] = [
    "Every evening at six the night mail leaves the harbour, and every evening the old cartographer dictates the map of \
     a coast that nobody has sailed – reef by reef, light by light – down a speaking tube to a clerk three decks below.",
    "The tube is a poor thing. It whistles in the wind, it gurgles in the rain; in the long tunnel under Mount Élan it \
     falls silent altogether, sometimes in the middle of a word. The cartographer does not stop for that. A coast does \
     not wait until somebody listens, she says, and goes on: a cape, a bay, a village with two wells and no church.",
    "Beside the tube, though, a boy keeps a slate. Whatever goes down he writes up, with a number to each line, and \
     wipes off at the top what is older than the journey. \"Last I had was forty-one,\" calls the clerk when the whistle \
     comes back. \"Forty-two,\" says the boy, \"a cape; forty-three, a bay …\" and reads on until the slate and the \
     voice are one.",
    "So it does not matter how often the line breaks, nor that a second clerk joins at the border (he asks for \
     everything from the beginning, as second clerks do), nor that the first one falls asleep over his ink. None of \
     them has ever drawn a bay twice. None of them has ever left out a village.",
    "Only once did a clerk ask for a line that had been wiped off long ago. The boy could have begun anywhere and said \
     nothing; many would. He called down the tube instead: \"That one is gone. Take a clean sheet.\" It is the one map \
     of the whole coast that has a note in its margin, and the only one that the pilots trust.",
];

/// What the model says to this.
#[must_use]
pub fn text(prompt: &str) -> String {
    // Any mixture will do: another question, another order.
    let mixed = prompt.bytes().fold(0, |mixed: usize, byte| mixed.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let mut paragraphs = VecDeque::from(PARAGRAPHS);
    paragraphs.rotate_left(mixed % PARAGRAPHS.len());
    paragraphs.make_contiguous().join("\n\n")
}

/// The events of one generation, of at most so many tokens. Each token waits as `pace` says.
pub(crate) fn generate(
    prompt: String,
    max_tokens: Option<u32>,
    pace: Pace,
) -> impl Stream<Item = Generation> + Send + use<> {
    let text = text(&prompt);
    let limit = max_tokens.unwrap_or(MAX_TOKENS).min(MAX_TOKENS) as usize;
    let mut tokens: Vec<_> = text.split_inclusive(' ').map(str::to_owned).collect();
    let finish_reason = if tokens.len() > limit { FinishReason::Length } else { FinishReason::Stop };
    tokens.truncate(limit);
    let done = Generation::Done { tokens: u32::try_from(tokens.len()).unwrap_or(MAX_TOKENS), finish_reason };

    let tokens = stream::iter(tokens).then(move |token| {
        let pace = pace.clone();
        async move {
            pace.wait().await;
            Generation::Token(token)
        }
    });
    stream::iter([Generation::Prompt(prompt)]).chain(tokens).chain(stream::iter([done]))
}
