//! Connections to a server of ours are cut: what was published arrives in order and once, or a reset is announced.

use std::collections::HashSet;

use client_tests::{Counter, Feed, Transport};
use futures_util::StreamExt as _;
use futures_util::stream;
use sse_core::EventId;
use system_tests::{Cut, Ending, Exchange, Point, Proxy, plan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Enough that there is a digit more, and both kinds of events are there.
const PUBLISHED: u64 = 11;
/// So many clients at a time; the proxy takes a few more.
const AT_A_TIME: usize = 32;

/// A proxy that cuts the first connection of each client behind the byte that its request says: `/events?17-rst`.
async fn proxy(feed: &Feed) -> Proxy {
    let mut known = HashSet::new();
    let plan = move |exchange: &Exchange| {
        let target = exchange.request_line.split(' ').nth(1)?;
        let (bytes, ending) = target.split_once('?')?.1.split_once('-')?;
        let ending = if ending == "rst" { Ending::Rst } else { Ending::Fin };
        let first = known.insert(target.to_owned());
        first.then_some(Cut { point: Point::Bytes(bytes.parse().ok()?), ending })
    };
    Proxy::new(feed.server.address(), plan).await.unwrap()
}

/// How many bytes a response has, up to the last that was published.
async fn length(feed: &Feed, id: &EventId) -> u64 {
    let mut stream = TcpStream::connect(feed.server.address()).await.unwrap();
    let head = format!("GET {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nlast-event-id: {id}\r\n\r\n", Feed::PATH);
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let last = format!("{{\"n\":{PUBLISHED}}}\n\n");
    loop {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "{}", bytes.escape_ascii());
        if let Some(start) = bytes.windows(last.len()).position(|window| window == last.as_bytes()) {
            return (start + last.len()) as u64;
        }
    }
}

/// How the connections are cut.
#[derive(Clone, Copy, Debug)]
enum Endings {
    /// Each in both ways.
    Both,
    /// One in the one way, the next in the other, which takes half the time.
    InTurn,
}

/// Runs a client for each offset, or two.
async fn each_offset(offsets: u64, endings: Endings, proxy: &Proxy, run: impl AsyncFn(String)) -> usize {
    let targets = (0..offsets).flat_map(|offset| {
        let endings = match endings {
            Endings::Both => &["fin", "rst"][..],
            Endings::InTurn if offset.is_multiple_of(2) => &["fin"],
            Endings::InTurn => &["rst"],
        };
        endings.iter().map(move |ending| format!("{}?{offset}-{ending}", Feed::PATH))
    });
    let urls: Vec<String> = targets.map(|target| proxy.url(&target)).collect();
    stream::iter(&urls).for_each_concurrent(AT_A_TIME, async |url| run(url.clone()).await).await;
    urls.len()
}

async fn a_replay_is_cut_anywhere(transport: Transport, endings: Endings) {
    let feed = Feed::new(1_000).await;
    let start = feed.position();
    feed.publish(PUBLISHED);
    let length = length(&feed, &start).await;
    let proxy = proxy(&feed).await;
    let cuts = each_offset(length, endings, &proxy, async |url| {
        let mut counter = Counter::new(&url, transport, start.clone());
        counter.until(|counter| counter.numbers.last() == Some(&PUBLISHED)).await;
        assert!(counter.losses > 0, "not cut: {url}");
        assert!(counter.numbers.iter().copied().eq(1..=PUBLISHED) && counter.resets.is_empty(), "{url} {counter:?}");
    })
    .await;
    println!("{transport:?}: a replay of {length} bytes, cut {cuts} times");
}

#[tokio::test]
async fn a_replay_is_cut_anywhere_with_hyper() {
    a_replay_is_cut_anywhere(Transport::Hyper, Endings::Both).await;
}

#[tokio::test]
async fn a_replay_is_cut_anywhere_with_reqwest() {
    a_replay_is_cut_anywhere(Transport::Reqwest, Endings::InTurn).await;
}

#[tokio::test]
async fn a_live_stream_is_cut_anywhere() {
    let mut feed = Feed::new(100_000).await;
    feed.count();
    let proxy = proxy(&feed).await;
    // The head, the prelude, and a few events.
    let cuts = each_offset(1_000, Endings::InTurn, &proxy, async |url| {
        let mut counter = Counter::new(&url, Transport::Hyper, EventId::from_static(""));
        counter.until(|counter| counter.losses > 0).await;
        let count = counter.numbers.len();
        counter.until(|counter| counter.numbers.len() >= count + 3).await;
        assert_eq!((counter.gaps(), counter.resets.len()), (0, 0), "{url}");
    })
    .await;
    println!("a live stream, cut {cuts} times");
}

/// Cuts at places that only the seed knows, while events are published; a client without an id begins anywhere.
async fn many_cuts(keep: usize, cuts: usize, seed: u64, transport: Transport) -> Counter {
    let mut feed = Feed::new(keep).await;
    feed.count();
    let proxy = Proxy::cutting(feed.server.address(), Feed::PATH, plan::cuts(seed, cuts, false)).await.unwrap();
    let mut counter = Counter::new(&proxy.url(Feed::PATH), transport, EventId::from_static(""));
    counter.until(|counter| counter.losses >= cuts).await;
    let count = counter.numbers.len();
    counter.until(|counter| counter.numbers.len() >= count + 3).await;
    counter
}

#[tokio::test]
async fn many_cuts_lose_and_double_nothing() {
    for (transport, seed) in Transport::ALL.into_iter().zip(1..) {
        let counter = many_cuts(100_000, 300, seed, transport).await;
        assert_eq!((counter.gaps(), counter.resets.len()), (0, 0));
        println!("{transport:?}: {} events over {} connections", counter.numbers.len(), counter.opens);
    }
}

#[tokio::test]
async fn what_is_no_longer_kept_is_announced() {
    let counter = many_cuts(4, 100, 3, Transport::Hyper).await;
    let gaps = counter.gaps();
    assert!(gaps > 0, "nothing was lost: {counter:?}");
    println!("{} events over {} connections, {gaps} gaps, all announced", counter.numbers.len(), counter.opens);
}
