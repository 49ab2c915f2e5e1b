//! The decoder of `sse-core` as a client that comes back as often as it is cut off.

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use sse_core::{DecodedEvent, Decoder, EventId};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};

/// When an `id` becomes the last event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdModel {
    /// At the blank line of its block, as the HTML standard has it.
    Standard,
    /// Only with an event: a block without data leaves no trace.
    Firefox,
}

/// A client of one event stream, until it is dropped.
#[derive(Debug)]
pub struct Client {
    seen: Arc<Mutex<Seen>>,
    running: JoinHandle<()>,
}

/// What a client has received.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Control events too, in the order of their arrival.
    pub events: Vec<DecodedEvent>,
    /// The last `retry`, which a client in a hurry does not wait for.
    pub retry: Option<u64>,
    /// How many responses it has had.
    pub responses: usize,
    /// The status for which it will not come back.
    pub refused: Option<StatusCode>,
}

/// A bound for a client that nobody looks after.
const MAX_EVENTS: usize = 1_000_000;

impl Client {
    /// Opens the stream at this path, and comes back at once whenever it breaks off.
    pub fn new(server: SocketAddr, path: &'static str, model: IdModel) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let connection = Connection { server, path, model, seen: Arc::clone(&seen), decoder: Decoder::new() };
        Self { seen, running: tokio::spawn(connection.run()) }
    }

    pub fn seen(&self) -> Seen {
        self.look(Seen::clone)
    }

    /// What `look` makes of what the client has received.
    pub fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.running.abort();
    }
}

struct Connection {
    server: SocketAddr,
    path: &'static str,
    model: IdModel,
    seen: Arc<Mutex<Seen>>,
    decoder: Decoder,
}

impl Connection {
    async fn run(mut self) {
        loop {
            self.decoder.reset();
            match self.once().await {
                Ok(StatusCode::OK) => {}
                Ok(status) => return self.record(|seen| seen.refused = Some(status)),
                // Cut while the head came.
                Err(error) if error.downcast_ref::<hyper::Error>().is_some() => {}
                // Nobody listens: somebody may in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    /// One response, as far as it comes.
    async fn once(&mut self) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Dropped, and with it the connection, when this function is left.
        let mut driver = JoinSet::new();
        driver.spawn(connection);

        let mut request = Request::get(self.path).header("host", "test").header("accept", "text/event-stream");
        if !self.decoder.last_event_id().is_empty() {
            request = request.header("last-event-id", self.decoder.last_event_id());
        }
        let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
        let status = response.status();
        self.record(|seen| seen.responses += 1);
        if status == StatusCode::OK {
            let mut body = response.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                if let Ok(bytes) = frame.into_data() {
                    self.read(&bytes)?;
                }
            }
        }
        Ok(status)
    }

    fn read(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Line by line, so that an id without an event is seen to come.
        for mut line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let before = self.decoder.last_event_id().to_owned();
            match self.decoder.decode(&mut line).map_err(io::Error::other)? {
                Some(event) => self.record(|seen| {
                    assert!(seen.events.len() < MAX_EVENTS, "a client of more than {MAX_EVENTS} events");
                    seen.events.push(event);
                }),
                None if self.model == IdModel::Firefox && self.decoder.last_event_id() != before => {
                    let before = EventId::try_from(before).map_err(io::Error::other)?;
                    self.decoder = mem::take(&mut self.decoder).with_last_event_id(before);
                }
                None => {}
            }
        }
        let retry = self.decoder.retry();
        self.record(|seen| seen.retry = retry);
        Ok(())
    }

    fn record(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
