//! A server that does nothing else: one thread, and one write to each socket of what was rendered once.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

use super::super::control::{commands, obey};
use super::super::poller::Poller;
use crate::payload::Quote;

const CONTROL: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
    transfer-encoding: chunked\r\n\r\n";

pub(super) fn serve(mut control: UnixStream, listener: &TcpListener) {
    let (poller, mut ready) = Poller::new();
    poller.add(&control, CONTROL);
    poller.add(listener, LISTENER);

    let mut asking: Vec<Option<TcpStream>> = Vec::new();
    let mut subscribers = Subscribers::new();
    let mut bytes = [0; 4_096];
    loop {
        poller.poll(&mut ready, true);
        for event in ready.drain(..) {
            match event.data.u64() {
                CONTROL => {
                    let Ok(length @ 1..) = control.read(&mut bytes) else { return };
                    for command in commands(&bytes[..length]) {
                        if let Some(answer) = obey(command, &mut |events| subscribers.publish(events)) {
                            control.write_all(&answer).expect("the load client listens");
                        }
                    }
                }
                LISTENER => {
                    while let Ok((socket, _)) = listener.accept() {
                        socket.set_nonblocking(true).expect("it is a socket");
                        socket.set_nodelay(true).expect("it is a socket");
                        poller.add(&socket, asking.len() as u64);
                        asking.push(Some(socket));
                    }
                }
                which => {
                    let place = usize::try_from(which).ok().and_then(|which| asking.get_mut(which));
                    let Some(socket) = place.and_then(Option::take) else { continue };
                    poller.remove(&socket);
                    subscribers.answer(socket);
                }
            }
        }
    }
}

struct Subscribers {
    sockets: Vec<TcpStream>,
    quote: Quote,
    number: u64,
    chunk: Vec<u8>,
}

impl Subscribers {
    fn new() -> Self {
        Self { sockets: Vec::new(), quote: Quote::new(), number: 0, chunk: Vec::new() }
    }

    /// A request is read as a whole, and is always the same.
    fn answer(&mut self, mut socket: TcpStream) {
        let mut request = [0; 1_024];
        let length = socket.read(&mut request).unwrap_or_default();
        if request[..length].ends_with(b"\r\n\r\n") && socket.write_all(HEAD).is_ok() {
            self.sockets.push(socket);
        }
    }

    fn publish(&mut self, events: u32) {
        let frames: Vec<_> = (0..events)
            .map(|_| {
                self.number += 1;
                self.quote.frame(self.number)
            })
            .collect();
        self.chunk.clear();
        let length: usize = frames.iter().map(bytes::Bytes::len).sum();
        self.chunk.extend_from_slice(format!("{length:x}\r\n").as_bytes());
        for frame in &frames {
            self.chunk.extend_from_slice(frame);
        }
        self.chunk.extend_from_slice(b"\r\n");

        self.sockets.retain_mut(|socket| match socket.write(&self.chunk) {
            Ok(length) => {
                assert_eq!(length, self.chunk.len(), "a subscriber does not read, and nothing is kept for it");
                true
            }
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::WouldBlock, "a subscriber does not read at all");
                false
            }
        });
    }
}
