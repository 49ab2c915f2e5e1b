//! A server of raw HTTP/1.1 that answers as a case says, and tells of every request.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use super::seen::{Request, Sign};

/// An answer to one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// `200 OK`
    pub(super) status: &'static str,
    pub(super) content_type: &'static str,
    pub(super) body: &'static [u8],
    pub(super) then: Then,
}

/// What comes behind the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: the stream stays open.
    Stay,
    /// The body ends as it should.
    End,
    /// The connection ends, and the body has not.
    Break,
}

/// An address where nobody listens.
pub(super) fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("the listener is bound")
}

/// Answers the n-th request with the n-th answer, and all further ones with the last.
pub(super) fn start(address: SocketAddr, answers: &'static [Answer], signs: Sender<Sign>) -> SocketAddr {
    let listener = TcpListener::bind(address).expect("the address is free");
    let address = listener.local_addr().expect("the listener is bound");
    thread::spawn(move || {
        // Streams that stay open, as long as the process lives: a case has few.
        let mut open = Vec::new();
        for (n, stream) in listener.incoming().flatten().enumerate() {
            let Some(answer) = answers.get(n).or_else(|| answers.last()) else { return };
            // If it fails, the client has gone, or so has the one who listens.
            open.extend(exchange(stream, answer, &signs).ok().flatten());
        }
    });
    address
}

/// One request and its answer; the connection if it stays open.
fn exchange(mut stream: TcpStream, answer: &Answer, signs: &Sender<Sign>) -> io::Result<Option<TcpStream>> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let id = head.split(|&byte| byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(b"last-event-id:".len())?;
        name.eq_ignore_ascii_case(b"last-event-id:").then(|| value.trim_ascii().to_vec())
    });
    signs.send(Sign::Request(Request { last_event_id: id })).map_err(io::Error::other)?;

    let Answer { status, content_type, body, then } = *answer;
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {content_type}\r\n")?;
    if status.starts_with("204") {
        stream.write_all(b"\r\n")?;
        return Ok(None);
    }
    write!(stream, "Transfer-Encoding: chunked\r\n\r\n")?;
    if !body.is_empty() {
        write!(stream, "{:x}\r\n", body.len())?;
        stream.write_all(body)?;
        stream.write_all(b"\r\n")?;
    }
    if then == Then::End {
        stream.write_all(b"0\r\n\r\n")?;
    }
    Ok((then == Then::Stay).then_some(stream))
}
