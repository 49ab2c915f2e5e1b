//! What old polyfills of `EventSource` need, and ask for in the query.

use std::time::Duration;

use http::Uri;

/// After so long without an event a response is over that the client reads only when it is.
pub(crate) const SILENCE: Duration = Duration::from_millis(250);

/// So many bytes some browsers of old hold back before they hand over the first.
const HELD_BACK: usize = 2_048;

/// What a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// A comment first that is as long as what the client holds back.
    pub(crate) padding: bool,
    /// An end as soon as there is nothing more to say.
    pub(crate) burst: bool,
}

impl Quirks {
    pub(crate) fn from_query(uri: &Uri) -> Self {
        let mut quirks = Self::default();
        for (name, _) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match &*name {
                "padding" | "evs_preamble" => quirks.padding = true,
                "burst" => quirks.burst = true,
                _ => {}
            }
        }
        quirks
    }
}

/// A comment line, which is no event for any client: no blank line follows.
pub(crate) fn write_padding(out: &mut Vec<u8>) {
    out.push(b':');
    out.resize(out.len() + HELD_BACK, b' ');
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_what_is_needed() {
        for (uri, padding, burst) in [
            ("/events", false, false),
            ("/events?lastEventId=padding&x=burst", false, false),
            ("/events?padding", true, false),
            ("/events?evs_preamble=2056&lastEventId=7", true, false),
            ("/events?lastEventId=7&burst=1", false, true),
            ("/events?%70adding=true&burst", true, true),
        ] {
            assert_eq!(Quirks::from_query(&Uri::from_static(uri)), Quirks { padding, burst }, "{uri}");
        }
    }
}
