//! One topic compressed once, however many read it, and decoded by decoders that are not ours.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame};
use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};
use sse_core::{EventName, Retention, Topic};

use super::chain::Chain;
use super::codec::For;
use super::ledger::Ledger;
use super::route::Place;
use super::*;
use crate::{Sse, SseBody, source::Subscribed};

/// The decoders that are not ours, which give what can be known so far.
enum Decoder {
    Zstd(zstd_safe::DCtx<'static>),
    Gzip(Box<flate2::write::GzDecoder<Vec<u8>>>),
    Br(Box<brotli::DecompressorWriter<Vec<u8>>>),
}

impl Decoder {
    fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Zstd => Self::Zstd(zstd_safe::DCtx::create()),
            Encoding::Gzip => Self::Gzip(Box::new(flate2::write::GzDecoder::new(Vec::new()))),
            Encoding::Br => Self::Br(Box::new(brotli::DecompressorWriter::new(Vec::new(), 1 << 19))),
        }
    }

    /// What these bytes add.
    fn read(&mut self, bytes: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        match self {
            Self::Zstd(context) => {
                let mut input = zstd_safe::InBuffer::around(bytes);
                let mut all = Vec::new();
                loop {
                    let mut out = Vec::with_capacity(1 << 17);
                    let mut output = zstd_safe::OutBuffer::around(&mut out);
                    context.decompress_stream(&mut output, &mut input).unwrap();
                    let is_full = output.pos() == 1 << 17;
                    all.extend_from_slice(&out);
                    if input.pos == bytes.len() && !is_full {
                        return all;
                    }
                }
            }
            Self::Gzip(decoder) => {
                decoder.write_all(bytes).unwrap();
                decoder.flush().unwrap();
                std::mem::take(decoder.get_mut())
            }
            Self::Br(decoder) => {
                decoder.write_all(bytes).unwrap();
                decoder.flush().unwrap();
                std::mem::take(decoder.get_mut())
            }
        }
    }

    /// The stream is complete, and its checksum right.
    fn finish(self) {
        match self {
            Self::Zstd(mut context) => {
                // Between two frames nothing is expected but the next one's header.
                let mut input = zstd_safe::InBuffer::around(b"");
                let mut out = Vec::with_capacity(16);
                let hint = context.decompress_stream(&mut zstd_safe::OutBuffer::around(&mut out), &mut input);
                assert!(hint.unwrap() <= 9, "the frame goes on");
            }
            Self::Gzip(decoder) => drop(decoder.finish().unwrap()),
            Self::Br(mut decoder) => decoder.close().unwrap(),
        }
    }
}

/// A body of given chunks.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<(VecDeque<Bytes>, bool)>>);

impl Feed {
    fn push(&self, chunk: Bytes) {
        self.0.lock().unwrap().0.push_back(chunk);
    }

    fn end(&self) {
        self.0.lock().unwrap().1 = true;
    }
}

impl Body for Feed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let (chunks, is_over) = &mut *self.0.lock().unwrap();
        match chunks.pop_front() {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            None if *is_over => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

/// A connection whose client decodes what it gets, and compares.
struct Connection {
    feed: Feed,
    coding: Coding,
    decoder: Decoder,
    sent: usize,
}

impl Connection {
    fn new(encoding: Encoding, chain: Option<&Arc<Chain>>) -> Self {
        let coding = coding(encoding, chain);
        Self { feed: Feed::default(), coding, decoder: Decoder::new(encoding), sent: 0 }
    }

    fn poll(&mut self) -> Option<Bytes> {
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Some(frame)) = self.coding.poll_frame(Pin::new(&mut self.feed), &mut context) else {
            return None;
        };
        let coded = frame.unwrap().into_data().unwrap();
        self.sent += coded.len();
        Some(coded)
    }

    #[track_caller]
    fn send(&mut self, chunk: &Bytes) -> Bytes {
        self.feed.push(chunk.clone());
        let coded = self.poll().expect("a chunk in is a chunk out");
        assert!(self.decoder.read(&coded) == *chunk, "each chunk can be decoded at once");
        coded
    }

    /// What a filter has left over, in a buffer that nobody else has.
    #[track_caller]
    fn send_left_over(&mut self, text: &[u8]) -> Bytes {
        self.feed.push(Bytes::copy_from_slice(text));
        let coded = self.poll().expect("a chunk in is a chunk out");
        assert!(self.decoder.read(&coded) == text, "each chunk can be decoded at once");
        coded
    }

    #[track_caller]
    fn end(mut self) {
        self.feed.end();
        while let Some(coded) = self.poll() {
            assert_eq!(self.decoder.read(&coded), b"");
        }
        assert!(self.coding.is_end_stream(true));
        self.decoder.finish();
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Words and numbers, as an application has them.
    fn text(&mut self, len: usize) -> String {
        const WORDS: &str = "price order latency region eu-west us-east bid ask volume trader symbol ACME GLOB pending \
                             filled cancelled status server disk memory network update alert normal";
        let words: Vec<_> = WORDS.split_whitespace().collect();
        let mut text = String::new();
        while text.len() < len {
            text.push_str(words[usize::try_from(self.below(words.len() as u64)).unwrap()]);
            if self.below(4) == 0 {
                text.extend(["=", &self.below(100_000).to_string()]);
            }
            text.push(' ');
        }
        text
    }
}

/// A chunk as a topic would have it.
fn frames(random: &mut Random, offset: u64, len: usize) -> Bytes {
    Bytes::from(format!("id: k3x9f0q2m1-{offset}\nevent: tick\ndata: {}\n\n", random.text(len)))
}

fn shareable() -> impl Iterator<Item = Encoding> {
    Encoding::ALL.iter().copied().filter(|encoding| encoding.has_runs())
}

fn chain(encoding: Encoding) -> Arc<Chain> {
    Arc::new(Chain::new(Ledger::new(usize::MAX).lease(encoding, For::Topic).unwrap()))
}

/// Together with those who have this chain, or alone.
fn coding(encoding: Encoding, chain: Option<&Arc<Chain>>) -> Coding {
    let alone = || Place::Own(Ledger::new(usize::MAX).lease(encoding, For::Connection).unwrap());
    Coding::new(encoding, chain.map_or_else(alone, |chain| Place::Shared(Arc::clone(chain))))
}

fn calls(chain: &Chain) -> u64 {
    chain.lease().stats().calls
}

#[test]
fn a_compressor_of_its_own_flushes_each_chunk_and_ends_well() {
    let mut random = Random(7);
    for &encoding in Encoding::ALL {
        let mut connection = Connection::new(encoding, None);
        for len in [0, 1, 300, 1_000, 5_000, 70_000, 200_000, 2] {
            let chunk = frames(&mut random, 1, len);
            let coded = connection.send(&chunk);
            assert!(len < 1_000 || coded.len() < chunk.len() * 3 / 4, "{encoding}: {len} are {}", coded.len());
        }
        connection.feed.push(Bytes::new());
        assert_eq!(connection.poll(), None, "nothing is nothing");
        connection.end();
        Connection::new(encoding, None).end();
    }
}

#[test]
fn what_is_stored_is_what_was() {
    for encoding in shareable() {
        for len in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_791, 65_792, 131_072, 131_073, 400_000] {
            let chunk: Vec<u8> = (0..len).map(|index| u8::try_from(index % 251).unwrap()).collect();
            let mut decoder = Decoder::new(encoding);
            let mut out = encoding.head().to_vec();
            encoding.store(&chunk, &mut out);
            assert!(out.len() <= len + 30 + len / 10_000, "{encoding}: {len} are {}", out.len());
            assert!(decoder.read(&out) == chunk, "{encoding}: {len}");
            let mut out = encoding.head().to_vec();
            out.extend_from_slice(&encoding.apart(&chunk));
            assert!(Decoder::new(encoding).read(&out) == chunk, "{encoding}: {len}");
        }
    }
}

#[test]
fn those_in_step_are_sent_the_very_same_bytes() {
    let mut random = Random(11);
    for encoding in shareable() {
        let chain = chain(encoding);
        let mut connections: Vec<_> = (0..10).map(|_| Connection::new(encoding, Some(&chain))).collect();
        for connection in &mut connections {
            connection.send(&Bytes::from_static(b"retry: 3000\nevent: stream-open\ndata: {}\n\n"));
        }
        for offset in 1..100 {
            let chunk = frames(&mut random, offset, 1_000);
            let coded: Vec<_> = connections.iter_mut().map(|connection| connection.send(&chunk)).collect();
            assert!(coded.iter().all(|other| other.as_ptr() == coded[0].as_ptr()));
        }
        assert_eq!(calls(&chain), 99, "{encoding}");
        // Own chunks part them, and one event later they are together again.
        for connection in &mut connections {
            connection.send(&Bytes::from_static(b":\n\n"));
        }
        for offset in 100..103 {
            let chunk = frames(&mut random, offset, 1_000);
            let coded: Vec<_> = connections.iter_mut().map(|connection| connection.send(&chunk)).collect();
            assert!(coded.iter().all(|other| other.as_ptr() == coded[0].as_ptr()));
        }
        assert_eq!(calls(&chain), 102, "{encoding}");
        connections.into_iter().for_each(Connection::end);
        assert_eq!(chain.lock().in_step, 0);
    }
}

/// Reads each run with a decoder that has nothing from before its key point, not even of its own.
struct Newcomer {
    encoding: Encoding,
    decoder: Decoder,
    next: u64,
}

impl Newcomer {
    fn new(encoding: Encoding) -> Self {
        Self { encoding, decoder: Decoder::new(encoding), next: 0 }
    }

    /// What was added to the chain.
    #[track_caller]
    fn read(&mut self, chain: &Chain) {
        let state = chain.lock();
        for link in state.links_from(self.next) {
            let mut coded = &link.coded[..];
            if link.begins {
                self.decoder = Decoder::new(self.encoding);
                self.decoder.read(self.encoding.head());
                coded = &coded[self.encoding.leave().len()..];
            }
            assert!(self.decoder.read(coded) == link.chunk, "a run refers to nothing before it");
        }
        self.next = state.next();
    }
}

/// Whose chunks a connection is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    All,
    EverySecond,
}

/// Connections come, go, trail, leave out chunks, have some of their own, and some that are cut in another way.
#[test]
fn whatever_a_connection_goes_through_its_client_reads_the_same() {
    for encoding in shareable() {
        for seed in 1..7 {
            let random = &mut Random(seed * 7_919);
            let chain = chain(encoding);
            let mut newcomer = Newcomer::new(encoding);
            let mut log: Vec<Bytes> = Vec::new();
            let mut connections: Vec<(Connection, usize, Wants)> = Vec::new();
            for _ in 0..150 {
                match random.below(12) {
                    0 => connections.push((Connection::new(encoding, Some(&chain)), log.len(), Wants::All)),
                    1 => {
                        // Somewhere in what is kept.
                        let at = log.len() - usize::try_from(random.below(log.len() as u64 + 1)).unwrap();
                        let wants = if random.below(3) == 0 { Wants::EverySecond } else { Wants::All };
                        connections.push((Connection::new(encoding, Some(&chain)), at, wants));
                    }
                    2 if !connections.is_empty() => {
                        let index = random.below(connections.len() as u64);
                        let (connection, ..) = connections.swap_remove(usize::try_from(index).unwrap());
                        connection.end();
                    }
                    3 => {
                        let is_ephemeral = random.below(4) == 0;
                        let len = [10, 300, 1_000, 6_000][usize::try_from(random.below(4)).unwrap()];
                        let mut chunk = frames(random, log.len() as u64 + 1, len);
                        if is_ephemeral {
                            chunk = chunk.slice(b"id: k3x9f0q2m1-1\n".len()..);
                        }
                        log.push(chunk);
                    }
                    // As short as it can be, and longer than any window.
                    4 if random.below(4) == 0 => log.push(Bytes::from_static(b"\n")),
                    4 if random.below(12) == 0 => log.push(frames(random, log.len() as u64 + 1, 70_000)),
                    _ => log.push(frames(random, log.len() as u64 + 1, 500)),
                }
                for (connection, at, wants) in &mut connections {
                    match random.below(20) {
                        0 => drop(connection.send(&Bytes::from_static(b":\n\n"))),
                        1 => drop(connection.send(&Bytes::from(random.text(5_000)))),
                        // It is slow.
                        2..5 => {}
                        _ if *wants == Wants::EverySecond => {
                            for chunk in log[*at..].iter().step_by(2) {
                                connection.send_left_over(chunk);
                            }
                            *at = log.len();
                        }
                        // All that there is in one piece.
                        5..8 if *at < log.len() => {
                            connection.send(&Bytes::from(log[*at..].concat()));
                            *at = log.len();
                        }
                        _ => {
                            for chunk in &log[*at..] {
                                connection.send(chunk);
                                newcomer.read(&chain);
                            }
                            *at = log.len();
                        }
                    }
                    newcomer.read(&chain);
                }
            }
            for (connection, ..) in connections {
                connection.end();
            }
            assert_eq!(chain.lock().in_step, 0);
        }
    }
}

#[test]
fn a_connection_with_a_filter_gets_a_compressor_of_its_own() {
    let mut random = Random(3);
    for encoding in shareable() {
        let chain = chain(encoding);
        let mut others = Connection::new(encoding, Some(&chain));
        let mut filtered = Connection::new(encoding, Some(&chain));
        let mut last = 0;
        for offset in 1..30 {
            let chunk = frames(&mut random, offset, 1_000);
            others.send(&chunk);
            if offset % 2 == 0 {
                last = filtered.send_left_over(&[&chunk[..], b": and another\n\n"].concat()).len();
            }
        }
        assert!(last < 500, "{encoding}: {last} bytes of 1 000");
        others.end();
        filtered.end();
    }
}

/// One that always reads first, and of whose chunks nobody has the same.
#[test]
fn who_has_a_filter_does_not_take_the_others_out_of_step() {
    const EVENTS: u64 = 200;
    let mut random = Random(5);
    for encoding in shareable() {
        let chain = chain(encoding);
        let mut filtered = Connection::new(encoding, Some(&chain));
        let mut others: Vec<_> = (0..10).map(|_| Connection::new(encoding, Some(&chain))).collect();
        let (mut sent, mut text) = (0, 0);
        for offset in 0..EVENTS / 2 {
            let [one, two] = [1, 2].map(|more| frames(&mut random, 2 * offset + more, 500));
            let both = Bytes::from([&one[..], &two].concat());
            // Now and then nothing is left out.
            filtered.send_left_over(if offset % 8 < 7 { &two } else { &both });
            for other in &mut others {
                sent += other.send(&both).len();
                text += both.len();
            }
        }
        assert!(sent * 2 < text, "{encoding}: {sent} bytes of {text}");
        let calls = calls(&chain);
        assert!(calls <= EVENTS + 20, "{encoding}: {calls} calls");
        filtered.end();
        others.into_iter().for_each(Connection::end);
    }
}

struct Payload(String);

impl SseEvent for Payload {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(EventName::MESSAGE))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&self.0);
        Ok(())
    }
}

/// A subscriber of a real topic.
struct Subscriber {
    body: SseBody<Subscribed>,
    coding: Coding,
    sent: usize,
}

impl Subscriber {
    fn new(topic: &Topic<Payload>, coding: Coding) -> Self {
        Self { body: Sse::topic(topic).into_response().into_body(), coding, sent: 0 }
    }

    fn drain(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(frame)) = self.coding.poll_frame(Pin::new(&mut self.body), &mut context) {
            self.sent += frame.unwrap().into_data().unwrap().len();
        }
    }
}

fn topic() -> Topic<Payload> {
    Topic::builder().keep(Retention::events(1_000)).build().unwrap()
}

/// The figures that are promised: 1 000 subscribers that join at random times, events of 1 kB.
#[test]
fn a_thousand_subscribers_cost_one_compressor_and_little_more() {
    const SUBSCRIBERS: usize = 1_000;
    const EVENTS: usize = 300;
    for encoding in shareable() {
        let mut random = Random(17);
        let topic = topic();
        let chain = chain(encoding);
        let joins: Vec<_> = (0..SUBSCRIBERS).map(|_| random.below(EVENTS as u64 / 2)).collect();
        let mut subscribers = Vec::new();
        // What each would have been sent by a compressor of its own, of the usual size. Some are asked.
        let mut alone: Vec<(usize, Box<dyn codec::Codec>, usize)> = Vec::new();
        let mut published = 0;
        for now in 0..EVENTS as u64 {
            for _ in joins.iter().filter(|&&join| join == now) {
                let mut subscriber = Subscriber::new(&topic, coding(encoding, Some(&chain)));
                subscriber.drain();
                if subscribers.len() % (SUBSCRIBERS / 4) == 0 {
                    alone.push((subscribers.len(), encoding.codec(For::Topic).unwrap(), 0));
                }
                subscribers.push(subscriber);
            }
            let event = Payload(random.text(960));
            topic.publish(&event).unwrap();
            published += 1;
            for subscriber in &mut subscribers {
                subscriber.drain();
            }
            let frame = format!("id: k3x9f0q2m1-{now}\ndata: {}\n\n", event.0);
            for (_, codec, bytes) in &mut alone {
                let mut out = Vec::new();
                assert!(codec.compress(frame.as_bytes(), false, &mut out));
                *bytes += out.len();
            }
        }
        let (shared, own) = alone
            .iter()
            .fold((0, 0), |(shared, own), (index, _, bytes)| (shared + subscribers[*index].sent, own + bytes));
        let calls = calls(&chain);
        assert!(calls * 10 <= published * 11, "{encoding}: {calls} calls for {published} events");
        assert!(shared * 100 <= own * 115, "{encoding}: {shared} bytes, and {own} by a compressor of its own");
    }
}

#[test]
fn a_compressed_subscriber_takes_little_more_than_another() {
    const SUBSCRIBERS: usize = 1_000;
    for encoding in shareable() {
        let held = |make: &dyn Fn(&Arc<Chain>) -> Coding| {
            let topic = topic();
            let mut random = Random(23);
            let mut subscribers = Vec::with_capacity(SUBSCRIBERS);
            topic.publish(&Payload(random.text(960))).unwrap();
            allocation_counter::measure(|| {
                let chain = chain(encoding);
                for index in 0..SUBSCRIBERS {
                    subscribers.push(Subscriber::new(&topic, make(&chain)));
                    if index % 10 == 0 {
                        topic.publish(&Payload(random.text(960))).unwrap();
                        subscribers.iter_mut().for_each(Subscriber::drain);
                    }
                }
            })
            .bytes_current
        };
        let plain = held(&|_| Coding::NONE);
        let coded = held(&|chain| coding(encoding, Some(chain)));
        let each = (coded - plain) / 1_000;
        assert!(each <= 1_024, "{encoding}: {each} bytes");
    }
}
