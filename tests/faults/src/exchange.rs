//! A request and an answer, byte for byte, as no HTTP client would let one write and see them.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;

/// Far more than any answer takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// More of an answer is not looked at.
const MOST: usize = 4 << 20;
/// How many characters a complaint shows of it, from its beginning and from its end.
const SHOWN: usize = 500;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
}

/// Why nothing more came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The server closed the connection.
    Closed,
    /// The server, or its system, reset the connection.
    Reset,
    /// It was enough.
    Enough,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// `None` if there was no answer.
    pub(crate) fn status(&self) -> Option<u16> {
        self.text().strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }

    /// The value of a header, `name` being in lower case, as this server has it.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n")?;
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))?;
        Some(line.to_owned())
    }

    /// What is behind the head, chunks and all.
    pub(crate) fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Vec<char> = self.text().chars().collect();
        let part = |range: &[char]| range.iter().collect::<String>();
        let (head, rest) = text.split_at(text.len().min(SHOWN));
        write!(f, "{:?} behind {:?}…{:?}", self.end, part(head), part(&rest[rest.len().saturating_sub(SHOWN)..]))
    }
}

/// A GET, with further lines of its head, each behind its line end.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: faults\r\naccept: text/event-stream\r\n{headers}\r\n").into_bytes()
}

/// Sends this, and reads until it is enough or the connection is over.
///
/// # Errors
///
/// Returns an error if there is no connection, or if nothing comes for [`PATIENCE`].
pub(crate) async fn exchange(
    address: SocketAddr,
    request: &[u8],
    enough: impl Fn(&str) -> bool + Send,
) -> Result<Answer, Failure> {
    let mut stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    // A server may refuse a request before it has it all.
    drop(stream.write_all(request).await);
    let answer = read(&mut stream, enough).await?;
    // Else a port would be unusable for a minute, a thousand times a second.
    stream.set_zero_linger()?;
    Ok(answer)
}

async fn read(stream: &mut TcpStream, enough: impl Fn(&str) -> bool + Send) -> Result<Answer, Failure> {
    let mut bytes = Vec::new();
    let end = loop {
        if bytes.len() > MOST || enough(&String::from_utf8_lossy(&bytes)) {
            break End::Enough;
        }
        match timeout(PATIENCE, stream.read_buf(&mut bytes)).await {
            Ok(Ok(0)) => break End::Closed,
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => break End::Reset,
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(format!("no answer, nor its end, for {PATIENCE:?}").into()),
        }
    };
    Ok(Answer { bytes, end })
}
