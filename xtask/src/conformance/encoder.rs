//! Vectors of the encoder: fields that come back as they were, and attacks.

use serde::Deserialize;
use serde_json::Value;
use sse_core::Event;

use super::decoder::{Decoded, decode_whole, difference, short};

/// Items, and what their bytes decode to.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    items: Vec<Item>,
    expect: Expect,
    #[serde(default)]
    attack: bool,
    decoded: Option<Read>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Expect {
    Ok,
    OkOrReject,
    Reject,
}

#[derive(Debug, Deserialize)]
struct Item {
    data: Option<String>,
    event: Option<String>,
    id: Option<String>,
    /// Any JSON: what is no `u64` cannot be said to the encoder, which is a refusal by its types.
    retry: Option<Value>,
    comment: Option<String>,
}

/// What is read from the bytes, comments included.
#[derive(Debug, Deserialize)]
struct Read {
    #[serde(flatten)]
    stream: Decoded,
    #[serde(default)]
    comments: Vec<String>,
}

impl Case {
    pub(super) fn run(&self) -> Result<(), String> {
        let bytes = match self.encode() {
            Ok(bytes) => bytes,
            Err(refusal) if self.expect == Expect::Ok => return Err(format!("refused: {refusal}")),
            Err(_) => return Ok(()),
        };
        let got = decode_whole(&bytes).map_err(|error| error.to_string())?;
        let outcome = if self.expect == Expect::Reject {
            Err(format!("accepted, as {}", short(&String::from_utf8_lossy(&bytes))))
        } else {
            self.compare(&got, &comments(&bytes))
        };
        outcome.map_err(|what| if self.is_injected(&got) { format!("INJECTED: {what}") } else { what })
    }

    fn encode(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for item in &self.items {
            bytes.extend_from_slice(item.event()?.encode().as_bytes());
        }
        Ok(bytes)
    }

    fn compare(&self, got: &Decoded, comments: &[String]) -> Result<(), String> {
        let expect = self.decoded.as_ref().ok_or("the vector does not say what it decodes to")?;
        if let Some(difference) = difference(got, &expect.stream) {
            return Err(difference);
        }
        let nothing_said =
            comments.iter().all(|comment| comment.trim().is_empty()) && expect.comments.iter().all(String::is_empty);
        let same = comments == expect.comments
            || comments
                .iter()
                .map(|comment| without_space(comment))
                .eq(expect.comments.iter().map(|c| without_space(c)));
        if nothing_said || same {
            return Ok(());
        }
        Err(format!("the comments are {}, not {}", short(&comments), short(&expect.comments)))
    }

    /// Whether something in the stream was not said by a field of its own, as far as the attacks of the vectors go.
    fn is_injected(&self, got: &Decoded) -> bool {
        let legal_retry = got.retry.is_none_or(|retry| {
            self.items.iter().any(|item| item.retry.as_ref().and_then(Value::as_u64) == Some(retry))
        });
        let pwned_said = self.items.iter().any(|item| item.data.as_ref().is_some_and(|data| data.contains("pwned")));
        let data_items = self.items.iter().filter(|item| item.data.is_some()).count();
        self.attack
            && (got.events.len() > data_items
                || !legal_retry
                || got.last_event_id == "999"
                || got.events.iter().any(|event| {
                    event.event == "admin" || event.id == "999" || (event.data.contains("pwned") && !pwned_said)
                }))
    }
}

impl Item {
    /// # Errors
    ///
    /// Why the item is refused.
    fn event(&self) -> Result<Event<'_>, String> {
        let mut event = self.data.as_ref().map_or_else(Event::default, Event::new);
        if let Some(name) = &self.event {
            event = event.name(name.as_str()).map_err(|error| error.to_string())?;
        }
        if let Some(id) = &self.id {
            event = event.id(id.as_str()).map_err(|error| error.to_string())?;
        }
        if let Some(retry) = &self.retry {
            event = event.retry(retry.as_u64().ok_or_else(|| format!("{retry} is no u64"))?);
        }
        if let Some(comment) = &self.comment {
            event = event.with_comment(comment);
        }
        Ok(event)
    }
}

/// What follows the colon in each comment line; an unfinished line is none.
fn comments(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let Some((lines, _unfinished)) = text.rsplit_once('\n') else {
        return Vec::new();
    };
    lines.split('\n').filter_map(|line| line.strip_prefix(':')).map(str::to_owned).collect()
}

fn without_space(comment: &str) -> &str {
    comment.strip_prefix(' ').unwrap_or(comment)
}
