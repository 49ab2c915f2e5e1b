//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use lexopt::{Arg, Error, Parser, ValueExt as _};
use sse_core::EventId;

pub(crate) const USAGE: &str = "\
usage: cargo xtask watch URL [OPTION]...
       cargo xtask decode [OPTION]... < STREAM
       cargo xtask encode < LINES

  watch    connects to an event stream as a browser does, connects again when it breaks, and prints its events
  decode   prints the events of the stream on standard input
  encode   writes the event stream of JSON lines: {\"event\":…,\"id\":…,\"retry\":…,\"data\":…,\"comment\":…}, all optional

options of watch and decode:
  --schema FILE         says which events are against this JSON Schema, the event view of the stream
  --json                prints JSON lines, as when the output is no terminal
  --pretty              prints text, as when it is one; in colour only there, and unless NO_COLOR is set

options of watch:
  -H, --header 'NAME: VALUE'   sends this header too
  --last-event-id ID           resumes behind this event
  --count N                    stops after N events that are no control events; --once after the first";

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) verb: Verb,
    pub(crate) schema: Option<PathBuf>,
    /// Whether to print text or, if not, JSON lines; `None` if that is left to the terminal.
    pub(crate) pretty: Option<bool>,
}

#[derive(Debug)]
pub(crate) enum Verb {
    Decode,
    Encode,
    Watch(Box<Watched>),
}

/// What is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) last_event_id: Option<EventId>,
    /// After how many events it ends.
    pub(crate) count: Option<u64>,
}

impl Args {
    /// `None` asks for help.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, Error> {
        let mut parser = Parser::from_args(args);
        let verb = match parser.next()? {
            Some(Arg::Value(verb)) => verb.string()?,
            Some(Arg::Short('h') | Arg::Long("help")) => return Ok(None),
            Some(other) => return Err(other.unexpected()),
            None => return Err("no verb".into()),
        };
        let (watches, prints) = (verb == "watch", verb != "encode");
        let (mut url, mut schema, mut pretty) = (None, None, None);
        let (mut headers, mut last_event_id, mut count) = (HeaderMap::new(), None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("schema") if prints => schema = Some(parser.value()?.into()),
                Arg::Long("json") if prints => pretty = Some(false),
                Arg::Long("pretty") if prints => pretty = Some(true),
                Arg::Short('H') | Arg::Long("header") if watches => {
                    headers.extend([parser.value()?.parse_with(header)?]);
                }
                Arg::Long("last-event-id") if watches => {
                    last_event_id = Some(parser.value()?.parse_with(|id| EventId::try_from(id))?);
                }
                Arg::Long("count") if watches => count = Some(parser.value()?.parse()?),
                Arg::Long("once") if watches => count = Some(1),
                Arg::Value(value) if watches && url.is_none() => url = Some(value.parse_with(web)?),
                other => return Err(other.unexpected()),
            }
        }
        let verb = match (verb.as_str(), url) {
            ("decode", _) => Verb::Decode,
            ("encode", _) => Verb::Encode,
            ("watch", Some(uri)) => Verb::Watch(Box::new(Watched { uri, headers, last_event_id, count })),
            ("watch", None) => return Err("no URL to watch".into()),
            _ => return Err(format!("there is no verb `{verb}`").into()),
        };
        Ok(Some(Self { verb, schema, pretty }))
    }
}

/// A URL whose scheme can be spoken.
fn web(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{error}"))?;
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err("a URL begins with http:// or https://".to_owned()),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("a header is NAME: VALUE")?;
    let name = HeaderName::try_from(name.trim()).map_err(|error| error.to_string())?;
    let value = HeaderValue::try_from(value.trim()).map_err(|error| error.to_string())?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Args>, String> {
        Args::parse(line.split_whitespace().map(Into::into)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_watch_has_its_options() {
        let args = parse("watch http://a/b --count=3 -HX-Key:1 --header a:b --last-event-id 7 --schema f --json");
        let Args { verb: Verb::Watch(watched), schema, pretty } = args.unwrap().unwrap() else { panic!("no watch") };
        assert_eq!(watched.uri, "http://a/b");
        assert_eq!(watched.count, Some(3));
        assert_eq!(watched.headers, HeaderMap::from_iter([header("x-key: 1").unwrap(), header("A:b").unwrap()]));
        assert_eq!(watched.last_event_id.unwrap(), "7");
        assert_eq!((schema, pretty), (Some(PathBuf::from("f")), Some(false)));
    }

    #[test]
    fn a_mistake_is_named() {
        for (line, problem) in [
            ("", "no verb"),
            ("look", "there is no verb `look`"),
            ("watch", "no URL to watch"),
            ("watch a:/b", "invalid format"),
            ("watch ftp://a", "a URL begins with http:// or https://"),
            ("watch http://a http://b", "unexpected argument"),
            ("watch http://a --count x", "invalid digit"),
            ("watch http://a -H x", "a header is NAME: VALUE"),
            ("decode --count 3", "invalid option '--count'"),
            ("encode --schema f", "invalid option '--schema'"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(problem), "{line}: {error}");
        }
        assert!(parse("watch --help").unwrap().is_none());
    }
}
