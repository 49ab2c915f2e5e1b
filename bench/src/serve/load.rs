//! The load client: many subscribers on one thread, cheap for each byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use memchr::memmem::{self, Finder};

use super::contenders::Contender;
use super::poller::{Event, Poller};
use crate::measure::wall;
use crate::payload::EPOCH;

/// How many connections may be without an answer: fewer than a server's backlog.
const UNANSWERED: usize = 2_048;

/// For how many nanoseconds nothing may come.
const PATIENCE: u64 = 30_000_000_000;

/// All subscribers.
pub(super) struct Load {
    poller: Poller,
    subscribers: Vec<Subscriber>,
    ready: Vec<Event>,
    buffer: Vec<u8>,
    blank_line: Finder<'static>,
    blocks_before: u64,
    /// How many subscribers have got what stands before the first event.
    open: usize,
    /// How many events all have got together.
    events: u64,
    /// Whether what comes is kept to be looked at.
    keeps: bool,
    last_arrival: u64,
}

struct Subscriber {
    socket: TcpStream,
    /// The head of the response while it is not complete; later what is kept.
    text: Vec<u8>,
    answered: bool,
    /// Whether it has got what stands before the first event.
    open: bool,
    blocks: u64,
    /// Whether a line has ended, and the next byte could end an empty one.
    line_ended: bool,
}

impl Load {
    /// Connects so many subscribers, and returns when all have got what stands before the first event.
    pub(super) fn open(contender: Contender, address: SocketAddr, count: usize, last_event_id: Option<&str>) -> Self {
        let (poller, ready) = Poller::new();
        let mut load = Self {
            poller,
            subscribers: Vec::with_capacity(count),
            ready,
            buffer: vec![0; 256 * 1024],
            blank_line: Finder::new(b"\n\n"),
            blocks_before: contender.blocks_before(),
            open: 0,
            events: 0,
            keeps: false,
            last_arrival: wall(),
        };
        let id = last_event_id.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n{id}\r\n");
        for number in 0..count {
            load.connect(address, &request, number as u64);
            while load.subscribers.len() - load.open >= UNANSWERED {
                load.receive(|_| {});
            }
        }
        while load.open < count {
            load.receive(|_| {});
        }
        load
    }

    fn connect(&mut self, address: SocketAddr, request: &str, number: u64) {
        let mut socket = TcpStream::connect(address).expect("the server listens");
        socket.write_all(request.as_bytes()).expect("the server lives");
        socket.set_nonblocking(true).expect("it is a socket");
        self.poller.add(&socket, number);
        self.subscribers.push(Subscriber {
            socket,
            text: Vec::new(),
            answered: false,
            open: false,
            blocks: 0,
            line_ended: false,
        });
    }

    /// How many events all have got together.
    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn subscribers(&self) -> u64 {
        self.subscribers.len() as u64
    }

    /// Receives what is there, without waiting for more: whoever waits must be woken, which would cost the server. Each
    /// event is noted with its number in its connection, from 0.
    pub(super) fn receive(&mut self, mut note: impl FnMut(u64)) {
        self.poller.poll(&mut self.ready, false);
        if self.ready.is_empty() {
            assert!(wall() - self.last_arrival < PATIENCE, "events are missing");
            return;
        }
        self.last_arrival = wall();
        for event in self.ready.drain(..) {
            let number = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
            let subscriber = &mut self.subscribers[number];
            let length = subscriber.socket.read(&mut self.buffer).expect("the server lives");
            assert_ne!(length, 0, "a stream has ended");
            let blocks_before = self.blocks_before;
            let before = subscriber.blocks.max(blocks_before);
            subscriber.receive(&self.buffer[..length], &self.blank_line, self.keeps);
            if !subscriber.open && subscriber.answered && subscriber.blocks >= blocks_before {
                subscriber.open = true;
                self.open += 1;
            }
            for number in before..subscriber.blocks.max(before) {
                self.events += 1;
                note(number - blocks_before);
            }
        }
    }

    /// Receives until all have got this event together, which `publish` publishes, and sees that nobody has missed one
    /// before, or got one twice.
    pub(super) fn check(&mut self, number: u64, publish: impl FnOnce()) {
        self.keeps = true;
        publish();
        while self.events < number * self.subscribers() {
            self.receive(|_| {});
        }
        let id = format!("id: {EPOCH}-{number}\n");
        for subscriber in &self.subscribers {
            assert_eq!(subscriber.blocks, number + self.blocks_before, "events were lost or came twice");
            assert!(memmem::find(&subscriber.text, id.as_bytes()).is_some(), "the last event is another");
        }
    }
}

impl Subscriber {
    fn receive(&mut self, bytes: &[u8], blank_line: &Finder<'_>, keep: bool) {
        if !self.answered {
            self.text.extend_from_slice(bytes);
            let Some(end) = memmem::find(&self.text, b"\r\n\r\n") else { return };
            assert!(self.text.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&self.text));
            self.answered = true;
            let head = std::mem::take(&mut self.text);
            self.count(&head[end + 4..], blank_line);
            return;
        }
        if keep {
            self.text.extend_from_slice(bytes);
        }
        self.count(bytes, blank_line);
    }

    /// Counts the blocks that end here. A line of a chunk's length ends with CRLF, and what is written has no CR.
    fn count(&mut self, bytes: &[u8], blank_line: &Finder<'_>) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        let ends_here = self.line_ended && *first == b'\n';
        self.blocks += u64::from(ends_here) + blank_line.find_iter(bytes).count() as u64;
        let empty_line = bytes.ends_with(b"\n\n") || (ends_here && bytes.len() == 1);
        self.line_ended = *last == b'\n' && !empty_line;
    }
}
