//! The good clients: typed, cut off at random bytes, and each checks every number.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use http::header::HOST;
use http::{HeaderValue, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sse_core::history::ResetReason;
use sse_tower::client::{Cause, EventSource, RequestBody, Update};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tower::service_fn;

use super::cut::Cut;
use super::{Sequence, Tally};
use crate::Failure;
use crate::event::{Feed, text};
use crate::exchange::PATIENCE;
use crate::scene::Scene;

/// Where the client goes, and so where it goes on after a restart.
const PATHS: [&str; 3] = ["/oldest", "/live", "/snapshot"];
/// The shortest connection: the head and what it begins with.
const SHORTEST: u64 = 2_048;

/// The good clients, until this is dropped.
#[derive(Debug)]
pub(crate) struct Typed {
    sequences: Vec<Arc<Mutex<Sequence>>>,
    cuts: Arc<AtomicU64>,
    _running: JoinSet<()>,
}

impl Typed {
    pub(crate) fn new(scene: &Arc<Scene>, count: usize) -> Self {
        let cuts = Arc::new(AtomicU64::new(0));
        let mut running = JoinSet::new();
        let sequences = (0..count).map(|number| {
            let sequence = Arc::default();
            let client =
                Client { scene: Arc::clone(scene), sequence: Arc::clone(&sequence), cuts: Arc::clone(&cuts), number };
            running.spawn(client.run());
            sequence
        });
        Self { sequences: sequences.collect(), cuts, _running: running }
    }

    /// What all of them have counted.
    pub(crate) fn tally(&self) -> Tally {
        self.each().fold(Tally::default(), |mut sum, sequence| {
            sum += sequence.tally();
            sum
        })
    }

    /// How often a connection broke off.
    pub(crate) fn cuts(&self) -> u64 {
        self.cuts.load(Relaxed)
    }

    /// How many have come as far as this life, and this number.
    pub(crate) fn arrived(&self, life: u32, number: u64) -> usize {
        self.each().filter(|sequence| sequence.last().0 >= life && sequence.last().1 >= number).count()
    }

    /// How many have counted each number once.
    pub(crate) fn that_add_up(&self) -> usize {
        self.each().filter(Sequence::adds_up).count()
    }

    fn each(&self) -> impl Iterator<Item = Sequence> {
        self.sequences.iter().map(|sequence| sequence.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

struct Client {
    scene: Arc<Scene>,
    sequence: Arc<Mutex<Sequence>>,
    cuts: Arc<AtomicU64>,
    number: usize,
}

impl Client {
    async fn run(self) {
        let path = PATHS[self.number % PATHS.len()];
        let Ok(uri) = Uri::try_from(format!("http://faults{path}?kind=typed")) else { return };
        let (scene, mut draw) = (Arc::clone(&self.scene), draws(self.number));
        let service = service_fn(move |request| connect(Arc::clone(&scene), request, draw()));
        // That of a machine that is busy: to see a connection break off is the server's part here.
        let builder = EventSource::builder(uri).idle_timeout(PATIENCE).longest_delay(Duration::from_secs(2));
        let mut source = builder.build(service).typed::<Feed>();
        while let Some(update) = source.next().await {
            match update {
                Ok(update) => self.take(update),
                Err(error) => self.scene.complain("typed", format_args!("it gave up: {error}")),
            }
        }
    }

    fn take(&self, update: Update<Feed>) {
        let mut sequence = self.sequence.lock().unwrap_or_else(PoisonError::into_inner);
        match update {
            Update::Event { event: Feed::Number { life, number, text: came }, .. } => {
                if came != text(number) {
                    self.scene.complain("typed", format_args!("the event {number} says {came:?}"));
                }
                sequence.number(life, number);
            }
            Update::Event { event: Feed::State { life, number }, .. } => sequence.state(life, number),
            Update::Reset(reset) => {
                if reset.reason != Some(ResetReason::UnknownEpoch) {
                    self.scene.complain("typed", format_args!("a reset behind {:?}: {reset:?}", sequence.last()));
                }
                sequence.reset();
            }
            Update::Reconnecting(lost) => {
                if matches!(lost.cause, Cause::Broken(_)) {
                    self.cuts.fetch_add(1, Relaxed);
                }
            }
            Update::Open(_) => {}
            other => self.scene.complain("typed", format_args!("{other:?}")),
        }
    }
}

/// How many bytes each connection of a client has, from 2 KiB to 512 KiB, the same on every run.
fn draws(number: usize) -> impl FnMut() -> usize + Send {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1);
    move || {
        // Marsaglia's generator.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let bytes = (SHORTEST << ((state >> 32) % 9)) + state % 1_021;
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }
}

/// One connection, to where the server is now.
async fn connect(
    scene: Arc<Scene>,
    mut request: Request<RequestBody>,
    bytes: usize,
) -> Result<Response<Incoming>, Failure> {
    let stream = TcpStream::connect(scene.address()?).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(Cut::new(stream, bytes))).await?;
    // It ends with the body, or when that is dropped.
    tokio::spawn(connection);
    let path = request.uri().path_and_query().map(|path| Uri::from(path.clone())).unwrap_or_default();
    *request.uri_mut() = path;
    request.headers_mut().insert(HOST, HeaderValue::from_static("faults"));
    Ok(sender.send_request(request).await?)
}
