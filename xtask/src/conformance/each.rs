//! A JSON array, read element by element: there may be more of them than fit in memory.

use std::fmt;
use std::io::{BufReader, Read};

use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

/// Hands over each element as soon as it is read.
///
/// # Errors
///
/// If `json` is no array, or an empty one. What was handed over before is then not all.
pub(super) fn element(json: impl Read, take: impl FnMut(Value)) -> Result<(), String> {
    let mut json = Deserializer::from_reader(BufReader::new(json));
    let count = json.deserialize_seq(Each(take)).and_then(|count| json.end().map(|()| count));
    match count.map_err(|error| format!("not an array of vectors: {error}"))? {
        0 => Err("there is no vector in it".to_owned()),
        _ => Ok(()),
    }
}

struct Each<F>(F);

impl<'de, F: FnMut(Value)> Visitor<'de> for Each<F> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(element) = elements.next_element()? {
            (self.0)(element);
            count += 1;
        }
        Ok(count)
    }
}
