//! The HTML standard's interpretation of an event stream, word for word, of a whole input and at any cost.

use sse_core::wire::LimitKind;

/// All that comes of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<Result<Dispatched, LimitKind>>,
    pub(crate) retry: Option<u64>,
    pub(crate) last_event_id: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dispatched {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) last_event_id: String,
}

/// Decodes `stream`. The limits, which the standard does not have, count bytes of text, so they are exact only where the
/// stream is valid UTF-8.
pub(crate) fn decode(stream: &[u8], line_limit: usize, event_limit: usize) -> Outcome {
    let stream = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    let text = String::from_utf8_lossy(stream).replace("\r\n", "\n").replace('\r', "\n");
    let (lines, unfinished) = text.rsplit_once('\n').map_or((None, &*text), |(lines, rest)| (Some(lines), rest));

    let mut outcome = Outcome::default();
    let (mut data, mut name, mut id) = (String::new(), String::new(), String::new());
    let mut skipping = false;
    for line in lines.into_iter().flat_map(|lines| lines.split('\n')) {
        if line.is_empty() {
            if skipping {
                id.clone_from(&outcome.last_event_id);
            }
            outcome.last_event_id.clone_from(&id);
            if !data.is_empty() && !skipping {
                data.truncate(data.len() - 1);
                let name = if name.is_empty() { "message" } else { &name };
                let (name, data, last_event_id) = (name.to_owned(), data.clone(), id.clone());
                outcome.events.push(Ok(Dispatched { name, data, last_event_id }));
            }
            data.clear();
            name.clear();
            skipping = false;
        } else if skipping {
        } else if line.len() > line_limit {
            outcome.events.push(Err(LimitKind::Line));
            skipping = true;
        } else {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut name),
                "data" => data = data + value + "\n",
                "id" if !value.contains('\0') => value.clone_into(&mut id),
                "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
                    // Of digits only, so all that can be wrong with it is its size.
                    outcome.retry = Some(value.parse().unwrap_or(u64::MAX));
                }
                _ => {}
            }
            if data.len() > event_limit.saturating_add(1) {
                outcome.events.push(Err(LimitKind::Event));
                skipping = true;
            }
        }
    }
    if !skipping && unfinished.len() > line_limit {
        outcome.events.push(Err(LimitKind::Line));
    }
    outcome
}
