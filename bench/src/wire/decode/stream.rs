//! What is decoded: streams of several kinds, in chunks of several sizes.

use std::fmt::Write as _;

/// A kind of stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Writes the event of this number, and says how long its data is.
    write: fn(&mut String, usize) -> usize,
}

/// The streams by which a decoder is judged.
pub(super) const KINDS: [Kind; 5] = [
    Kind { name: "10", write: |out, number| one_line(out, &format!("{number:010}")) },
    Kind { name: "llm", write: |out, number| one_line(out, &token(number, &WORDS)) },
    Kind { name: "4k", write: |out, number| one_line(out, &long(number, 4_096)) },
    Kind { name: "25k", write: |out, number| one_line(out, &long(number, 25_000)) },
    Kind { name: "20-lines", write: twenty_lines },
];

/// Streams that are measured besides: events with every field, and tokens that are not ASCII.
pub(super) const MORE: [Kind; 2] = [
    Kind {
        name: "named",
        write: |out, number| {
            write!(out, "id: k3x9-{number}\nevent: price-tick\n").expect("memory does not fail");
            one_line(out, &long(number, 200))
        },
    },
    Kind { name: "unicode", write: |out, number| one_line(out, &token(number, &UKRAINIAN)) },
];

/// The names of the chunk sizes, and the sizes.
pub(super) const CHUNKS: [(&str, usize); 4] =
    [("1-byte", 1), ("100-byte", 100), ("16-kib", 16 << 10), ("whole", usize::MAX)];

/// A stream, and how it is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    stream: &'static [u8],
    chunk: usize,
    pub(super) events: u64,
    /// How long the data of all events is, together.
    pub(super) data: u64,
}

impl Input {
    /// Whole events of a kind, of no more than `most` bytes if that is more than one event.
    pub(super) fn new(kind: Kind, chunk: usize, most: usize) -> Self {
        // Enough for a figure: what comes byte by byte takes a hundred times longer.
        let enough = if chunk < 1_024 { chunk << 14 } else { 1 << 20 };
        let (mut stream, mut events, mut data) = (String::new(), 0, 0);
        while events == 0 || stream.len() < enough.clamp(64 << 10, 1 << 20).min(most) {
            data += (kind.write)(&mut stream, events);
            events += 1;
        }
        Self { stream: stream.leak().as_bytes(), chunk, events: events as u64, data: data as u64 }
    }

    /// A line of so many bytes that does not end, byte by byte.
    pub(crate) fn without_end(bytes: usize) -> Self {
        let stream = format!("data: {}", "x".repeat(bytes)).leak().as_bytes();
        Self { stream, chunk: 1, events: 0, data: 0 }
    }

    /// No more than the first so many bytes.
    pub(crate) fn first(self, bytes: usize) -> Self {
        Self { stream: self.stream.get(..bytes).unwrap_or(self.stream), ..self }
    }

    pub(crate) const fn len(&self) -> u64 {
        self.stream.len() as u64
    }

    /// The chunks of the stream, so many times over.
    pub(crate) fn chunks(&self, times: u64) -> impl Iterator<Item = &'static [u8]> + Send + Sync + use<> {
        let Self { stream, chunk, .. } = *self;
        (0..times).flat_map(move |_| stream.chunks(chunk))
    }
}

fn one_line(out: &mut String, data: &str) -> usize {
    write!(out, "data: {data}\n\n").expect("memory does not fail");
    data.len()
}

fn twenty_lines(out: &mut String, number: usize) -> usize {
    for line in 0..20 {
        writeln!(out, "data: {number:06} {line:02} of the lines of which one event is made")
            .expect("memory does not fail");
    }
    out.push('\n');
    20 * "000000 00 of the lines of which one event is made\n".len() - 1
}

/// JSON of this length in one line.
fn long(number: usize, length: usize) -> String {
    let mut json = format!(r#"{{"number":{number},"rows":["#);
    while json.len() + 40 < length {
        write!(json, r#"{{"name":"row {}","size":1024}},"#, json.len()).expect("memory does not fail");
    }
    let filler = length - json.len() - r#""-"]}"#.len();
    write!(json, r#""{}-"]}}"#, "x".repeat(filler)).expect("memory does not fail");
    json
}

const WORDS: [&str; 7] = [" the", " stream", " of", " tokens", ",", " un", "believable"];
const UKRAINIAN: [&str; 7] = [" події", " від", " сервера", " приходять", ",", " не", "перервно"];

/// What language models send for each token: 150 bytes, one word of which is new.
fn token(number: usize, words: &[&str; 7]) -> String {
    let word = words[number % words.len()];
    format!(
        r#"{{"id":"cmpl-7Qm2xYtk","object":"chat.completion.chunk","created":1794070800,"model":"m-1","choices":[{{"index":0,"delta":{{"content":"{word}"}}}}]}}"#
    )
}
