//! A TCP proxy that counts, remembers and cuts.
//!
//! It has one request per connection: it asks the server to close behind the response, so that the bytes of a
//! connection are the bytes of one response.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::plan::{Cut, Ending, Point};
use crate::scan::{Place, Scanner};
use crate::wait::until;

/// How many exchanges are remembered, and so how many are served.
const MAX_EXCHANGES: usize = 10_000;
/// How many connections there are at a time. A browser has six.
const MAX_OPEN: usize = 64;
const MAX_HEAD: usize = 64 * 1024;
const BUFFER: usize = 16 * 1024;

/// A proxy on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// A request and what has become of it.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// `GET /events HTTP/1.1`
    pub request_line: String,
    pub last_event_id: Option<String>,
    /// In lower case: `http/1.1 200 ok`.
    pub status_line: Option<String>,
    /// How many bytes of the response were passed on.
    pub passed: u64,
    /// How it was cut, and where that was.
    pub cut: Option<(Cut, Vec<Place>)>,
    /// Nothing more will be passed on.
    pub over: bool,
}

impl Exchange {
    /// The path of the request, without its query.
    pub fn path(&self) -> &str {
        let target = self.request_line.split(' ').nth(1).unwrap_or_default();
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// The status of the response, once its head was passed on.
    pub fn status(&self) -> Option<u16> {
        self.status_line.as_ref()?.split(' ').nth(1)?.parse().ok()
    }
}

/// What decides whether the connection of a request is cut.
type Plan = dyn FnMut(&Exchange) -> Option<Cut> + Send;

struct Shared {
    upstream: Mutex<SocketAddr>,
    log: Mutex<Vec<Exchange>>,
    plan: Mutex<Box<Plan>>,
}

impl Proxy {
    /// A proxy before the server at this address, which cuts as `plan` says.
    pub async fn new(
        upstream: SocketAddr,
        plan: impl FnMut(&Exchange) -> Option<Cut> + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            log: Mutex::default(),
            plan: Mutex::new(Box::new(plan)),
        });
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, serving })
    }

    /// A proxy that cuts the first connections to `path` so, one after the other, and no further one.
    pub async fn cutting(upstream: SocketAddr, path: &'static str, cuts: Vec<Cut>) -> io::Result<Self> {
        let mut cuts = VecDeque::from(cuts);
        Self::new(upstream, move |exchange| if exchange.path() == path { cuts.pop_front() } else { None }).await
    }

    /// A proxy that cuts nothing.
    pub async fn passing(upstream: SocketAddr) -> io::Result<Self> {
        Self::new(upstream, |_| None).await
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// Where connections go from now on.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        *lock(&self.shared.upstream) = upstream;
    }

    /// All exchanges so far whose path is this, in the order of their requests.
    pub fn log(&self, path: &str) -> Vec<Exchange> {
        lock(&self.shared.log).iter().filter(|exchange| exchange.path() == path).cloned().collect()
    }

    /// Waits until so many connections were cut.
    pub async fn cut_count(&self, count: usize) {
        until(&format!("{count} cuts by {self:?}"), || {
            (lock(&self.shared.log).iter().filter(|exchange| exchange.cut.is_some()).count() >= count).then_some(())
        })
        .await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The connections are tasks of a set that is dropped with it.
        self.serving.abort();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        if open.len() >= MAX_OPEN {
            open.join_next().await;
        }
        let Ok((client, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        open.spawn(async move {
            // A connection that breaks is what a client of this proxy expects.
            let _ended = exchange(client, &shared).await;
        });
    }
}

async fn exchange(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (head, rest) = read_head(&mut client).await?;
    let new = Exchange {
        request_line: head.lines().next().unwrap_or_default().to_owned(),
        last_event_id: header(&head, "last-event-id"),
        ..Exchange::default()
    };
    let cut = lock(&shared.plan)(&new);
    let number = {
        let mut log = lock(&shared.log);
        if log.len() >= MAX_EXCHANGES {
            return Err(io::Error::other("too many exchanges"));
        }
        log.push(new);
        log.len() - 1
    };
    let entry = Entry { shared, number };

    let upstream = *lock(&shared.upstream);
    let connecting = async {
        let mut server = TcpStream::connect(upstream).await?;
        server.set_nodelay(true)?;
        server.write_all(closing(&head).as_bytes()).await?;
        server.write_all(&rest).await?;
        Ok::<_, io::Error>(server)
    };
    let Ok(server) = connecting.await else {
        // As if the client had connected to the port where nobody listens.
        return client.set_zero_linger();
    };
    pass_on(client, server, cut, &entry).await
}

/// Passes both sides on until one of them ends, or the cut is reached.
async fn pass_on(mut client: TcpStream, mut server: TcpStream, cut: Option<Cut>, entry: &Entry<'_>) -> io::Result<()> {
    let mut scanner = Scanner::new();
    let mut left_in_place = match cut {
        Some(Cut { point: Point::In(_, skip), .. }) => skip,
        _ => 0,
    };
    let mut reached = |scanner: &Scanner| match cut.map(|cut| cut.point) {
        None => false,
        Some(Point::Bytes(count)) => scanner.bytes() >= count,
        Some(Point::BodyBytes(count)) => !scanner.is_in(Place::Head) && scanner.body_bytes() >= count,
        Some(Point::In(place, _)) if !scanner.is_in(place) => false,
        Some(Point::In(..)) => {
            let last = left_in_place == 0;
            left_in_place = left_in_place.saturating_sub(1);
            last
        }
    };

    let (mut from_server, mut from_client) = (vec![0; BUFFER], vec![0; BUFFER]);
    // Nothing at all is a place to cut too.
    let mut at_cut = matches!(cut, Some(Cut { point: Point::Bytes(0), .. }));
    while !at_cut {
        let read = tokio::select! {
            read = server.read(&mut from_server) => read?,
            sent = client.read(&mut from_client) => {
                match sent? {
                    0 => return Ok(()),
                    count => server.write_all(&from_client[..count]).await?,
                }
                continue;
            }
        };
        if read == 0 {
            return client.shutdown().await;
        }
        let mut count = 0;
        while count < read && !at_cut {
            if let Some(status_line) = scanner.push(from_server[count]) {
                entry.update(|exchange| exchange.status_line = Some(status_line));
            }
            count += 1;
            at_cut = reached(&scanner);
        }
        client.write_all(&from_server[..count]).await?;
        entry.update(|exchange| exchange.passed = scanner.bytes());
    }

    let Some(cut) = cut else { return Ok(()) };
    // The cut is on record before the client can come back because of it.
    entry.update(|exchange| exchange.cut = Some((cut, scanner.places())));
    match cut.ending {
        Ending::Fin => client.shutdown().await,
        Ending::Rst => client.set_zero_linger(),
    }
}

/// A line of the log.
struct Entry<'a> {
    shared: &'a Shared,
    number: usize,
}

impl Entry<'_> {
    fn update(&self, change: impl FnOnce(&mut Exchange)) {
        change(&mut lock(&self.shared.log)[self.number]);
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.update(|exchange| exchange.over = true);
    }
}

/// The head of a request, and what has come behind it.
async fn read_head(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            let head = String::from_utf8(bytes).map_err(io::Error::other)?;
            return Ok((head, rest));
        }
        // A browser opens connections that it may not use.
        if client.read_buf(&mut bytes).await? == 0 || bytes.len() > MAX_HEAD {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(field, _)| field.eq_ignore_ascii_case(name))?;
    Some(value.trim().to_owned())
}

/// The head of the request, with which the server closes the connection behind its response.
fn closing(head: &str) -> String {
    let mut out = String::with_capacity(head.len() + 24);
    for line in head.lines().filter(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        if !name.eq_ignore_ascii_case("connection") && !name.eq_ignore_ascii_case("keep-alive") {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out.push_str("connection: close\r\n\r\n");
    out
}
