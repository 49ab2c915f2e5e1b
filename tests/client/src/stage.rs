//! A server of raw HTTP/1.1 that answers as a test says, and remembers what it was asked.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use system_tests::until;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A request, and what has become of its connection.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The client has closed the connection.
    pub closed: bool,
}

impl Request {
    /// The value of a header; the last if there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().rev().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// How often there is a header.
    pub fn count(&self, name: &str) -> usize {
        self.headers.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).count()
    }
}

/// What is answered to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    parts: Vec<Part>,
}

/// One thing that the server does behind the head.
#[derive(Clone, Debug)]
pub enum Part {
    /// One chunk.
    Bytes(Bytes),
    /// Nothing for a while.
    Pause(Duration),
    /// The body ends as it should.
    End,
    /// The connection is closed within the body.
    Cut,
}

impl Answer {
    /// 200 and an event stream that begins so, and stays open.
    pub fn stream(text: impl Into<Bytes>) -> Self {
        Self::status(200).header("content-type", "text/event-stream").part(Part::Bytes(text.into()))
    }

    /// This status and no body.
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), parts: Vec::new() }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    #[must_use]
    pub fn end(self) -> Self {
        self.part(Part::End)
    }

    #[must_use]
    pub fn cut(self) -> Self {
        self.part(Part::Cut)
    }
}

/// The server, until it is dropped.
#[derive(Debug)]
pub struct Stage {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    serving: JoinHandle<()>,
}

impl Stage {
    /// Answers the n-th request with the n-th answer, and all further ones with the last.
    pub async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        Self::with(move |n, _| answers[n.min(answers.len() - 1)].clone()).await
    }

    /// Answers the n-th request, from 0, with what `answer` says.
    pub async fn with(answer: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        let serving = tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                open.spawn(async move {
                    // A connection that breaks is what many tests are about.
                    let _ended = serve(stream, &log, &*answer).await;
                });
            }
        });
        Self { address, seen, serving }
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.seen).clone()
    }

    /// The requests, as soon as there are so many.
    pub async fn wait(&self, count: usize) -> Vec<Request> {
        until(&format!("{count} requests"), || Some(self.requests()).filter(|all| all.len() >= count)).await
    }

    /// Waits until the client has closed the connection of the n-th request, from 0.
    pub async fn closed(&self, n: usize) {
        until("the close of a connection", || self.requests().get(n).is_some_and(|seen| seen.closed).then_some(()))
            .await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The connections are tasks of a set that is dropped with it.
        self.serving.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request for each connection.
async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(usize, &Request) -> Answer + Send + Sync),
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let request = read(&mut stream).await?;
    let (n, answer) = {
        let mut log = lock(log);
        let (n, answer) = (log.len(), answer(log.len(), &request));
        log.push(request);
        (n, answer)
    };
    let (mut reading, mut writing) = stream.split();
    let mut rest = Vec::new();
    let ended = tokio::select! {
        _closed = reading.read_to_end(&mut rest) => {
            lock(log)[n].closed = true;
            return Ok(());
        }
        // What cannot be written is read by nobody.
        written = write(&mut writing, &answer) => written.unwrap_or(false),
    };
    if !ended {
        // Whatever the client sends or breaks now, it has closed.
        let _closed = reading.read_to_end(&mut rest).await;
        lock(log)[n].closed = true;
    }
    Ok(())
}

/// Reads a head, and a body of the length that it says.
async fn read(stream: &mut TcpStream) -> io::Result<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).map_err(io::Error::other)?;
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let mut request = Request {
        method: first.next().unwrap_or_default(),
        target: first.next().unwrap_or_default(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        body: bytes.split_off(end + 4),
        closed: false,
    };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(request)
}

/// Writes an answer; whether that ends the connection.
async fn write(stream: &mut (impl tokio::io::AsyncWrite + Unpin), answer: &Answer) -> io::Result<bool> {
    let has_body = !answer.parts.is_empty();
    let mut lines = vec![format!("HTTP/1.1 {} Some Reason", answer.status), "connection: close".to_owned()];
    lines.extend(answer.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(if has_body { "transfer-encoding: chunked" } else { "content-length: 0" }.to_owned());
    let head = lines.join("\r\n") + "\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    for part in &answer.parts {
        match part {
            Part::Bytes(bytes) if bytes.is_empty() => {}
            Part::Bytes(bytes) => {
                let head = format!("{:x}\r\n", bytes.len());
                stream.write_all(&[head.as_bytes(), bytes, b"\r\n"].concat()).await?;
            }
            Part::Pause(time) => tokio::time::sleep(*time).await,
            Part::End => stream.write_all(b"0\r\n\r\n").await?,
            Part::Cut => {}
        }
    }
    Ok(!has_body || matches!(answer.parts.last(), Some(Part::End | Part::Cut)))
}
