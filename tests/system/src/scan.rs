//! Where in a response one is, byte by byte.

/// A place in a response that carries an event stream. One byte may be in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The head is not complete.
    Head,
    /// In what delimits the chunks of the body, where a client has whole lines but not what HTTP promised.
    Framing,
    /// The head is complete, and no byte of an event of the application has come.
    BeforeFirstEvent,
    /// Inside a control event, its name known and its blank line missing.
    Control,
    /// Inside an `id:` line.
    IdLine,
    /// Inside an `event:` line.
    NameLine,
    /// Inside a `data:` line.
    DataLine,
    /// Between the end of a `data:` line and the blank line that dispatches the event.
    BeforeBlank,
    /// Behind a blank line.
    Boundary,
}

impl Place {
    pub const ALL: [Self; 9] = [
        Self::Head,
        Self::Framing,
        Self::BeforeFirstEvent,
        Self::Control,
        Self::IdLine,
        Self::NameLine,
        Self::DataLine,
        Self::BeforeBlank,
        Self::Boundary,
    ];
}

/// Follows a response as the proxy passes it on. It knows HTTP/1.1 as far as a server of ours writes it, and an event
/// stream with LF.
#[derive(Debug, Default)]
pub struct Scanner {
    bytes: u64,
    body_bytes: u64,
    http: Http,
    line: Vec<u8>,
    previous: Line,
    control: bool,
    app_begun: bool,
}

/// What the line before the present one was.
#[derive(Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Other,
    Data,
    Blank,
}

#[derive(Debug)]
enum Http {
    Head(Vec<u8>),
    /// The body is not chunked.
    Plain,
    /// In the line with the size of a chunk.
    Size(Vec<u8>),
    /// So many bytes of the chunk are to come, and the line end behind them.
    Chunk(u64),
    ChunkEnd,
}

impl Default for Http {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

/// Of a line only the beginning is looked at, so that a long one takes no memory.
const LINE_START: usize = 32;
const MAX_HEAD: usize = 64 * 1024;

impl Scanner {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub const fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// The status line, once the head is complete.
    pub fn push(&mut self, byte: u8) -> Option<String> {
        self.bytes += 1;
        if !matches!(self.http, Http::Head(_)) {
            self.body_bytes += 1;
        }
        match &mut self.http {
            Http::Head(head) => {
                assert!(head.len() < MAX_HEAD, "a response head of more than {MAX_HEAD} bytes");
                head.push(byte);
                if head.ends_with(b"\r\n\r\n") {
                    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
                    let chunked = head.contains("\r\ntransfer-encoding: chunked\r\n");
                    self.http = if chunked { Http::Size(Vec::new()) } else { Http::Plain };
                    return head.lines().next().map(str::to_owned);
                }
            }
            Http::Plain => self.stream(byte),
            Http::Size(size) if byte == b'\n' => {
                let digits = std::str::from_utf8(size).unwrap_or_default().trim_end();
                // The last chunk has no bytes, and what comes behind it is framing too.
                self.http = match u64::from_str_radix(digits, 16) {
                    Ok(size) if size > 0 => Http::Chunk(size),
                    _ => Http::ChunkEnd,
                };
            }
            Http::Size(size) => {
                size.push(byte);
                size.truncate(LINE_START);
            }
            Http::Chunk(left) => {
                *left -= 1;
                if *left == 0 {
                    self.http = Http::ChunkEnd;
                }
                self.stream(byte);
            }
            Http::ChunkEnd if byte == b'\n' => self.http = Http::Size(Vec::new()),
            Http::ChunkEnd => {}
        }
        None
    }

    fn stream(&mut self, byte: u8) {
        if byte != b'\n' {
            if self.line.len() < LINE_START {
                self.line.push(byte);
            }
            // An `id:` line comes first in an event, and behind the name in a control event.
            self.app_begun |= !self.control && (self.starts(b"i") || self.starts(b"d"));
            return;
        }
        self.control |= self.starts(b"event: stream-");
        self.app_begun |= self.starts(b"event:") && !self.control;
        self.control &= !self.line.is_empty();
        self.previous = match self.line.first() {
            None => Line::Blank,
            Some(b'd') => Line::Data,
            Some(_) => Line::Other,
        };
        self.line.clear();
    }

    fn starts(&self, prefix: &[u8]) -> bool {
        self.line.starts_with(prefix)
    }

    /// Whether the byte that was pushed last left the stream in this place.
    #[must_use]
    pub fn is_in(&self, place: Place) -> bool {
        let in_body = !matches!(self.http, Http::Head(_));
        match place {
            Place::Head => !in_body,
            Place::Framing => in_body && !matches!(self.http, Http::Chunk(_) | Http::Plain),
            Place::BeforeFirstEvent => in_body && !self.app_begun,
            Place::Control => self.control,
            Place::IdLine => self.starts(b"id:"),
            Place::NameLine => self.starts(b"event:"),
            Place::DataLine => self.starts(b"data:"),
            Place::BeforeBlank => self.previous == Line::Data && self.line.is_empty(),
            Place::Boundary => self.previous == Line::Blank && self.line.is_empty(),
        }
    }

    /// All places that the byte that was pushed last left the stream in.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        Place::ALL.into_iter().filter(|&place| self.is_in(place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

    /// The places behind the first occurrence of `upto`.
    #[track_caller]
    fn check(body: &str, upto: &str, places: &[Place]) {
        let response = format!("{HEAD}{:x}\r\n{body}\r\n", body.len());
        let end = response.find(upto).unwrap() + upto.len();
        let mut scanner = Scanner::new();
        for byte in response[..end].bytes() {
            scanner.push(byte);
        }
        assert_eq!(scanner.places(), places, "{:?}", &response[..end]);
        assert_eq!(scanner.bytes(), end as u64);
    }

    #[test]
    fn every_place_is_told_from_the_others() {
        use Place::{BeforeBlank, BeforeFirstEvent, Boundary, Control, DataLine, Framing, Head, IdLine, NameLine};
        let body = "retry: 500\nevent: stream-open\nid: E-4\ndata: {}\n\nid: E-5\nevent: cpu\ndata: 1\n\n";
        check(body, "HTTP/1.1 2", &[Head]);
        check(body, "\r\n\r\n", &[Framing, BeforeFirstEvent]);
        check(body, "retry: 5", &[BeforeFirstEvent]);
        check(body, "event: stream", &[BeforeFirstEvent, NameLine]);
        check(body, "event: stream-open\n", &[BeforeFirstEvent, Control]);
        check(body, "id: E", &[BeforeFirstEvent, Control, IdLine]);
        check(body, "data: {}\n", &[BeforeFirstEvent, Control, BeforeBlank]);
        check(body, "data: {}\n\n", &[BeforeFirstEvent, Boundary]);
        check(body, "data: {}\n\ni", &[]);
        check(body, "id: E-5", &[IdLine]);
        check(body, "event: c", &[NameLine]);
        check(body, "data: 1", &[DataLine]);
        check(body, "data: 1\n", &[BeforeBlank]);
        check(body, "data: 1\n\n", &[Framing, Boundary]);
    }
}
