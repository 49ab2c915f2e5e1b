//! A connection that gives up on a client that takes nothing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::serve::blocked::{Blocked, WriteDeadline};

/// A connection of a [`Listener`](crate::serve::Listener), which a server reads from and writes to.
///
/// It is a [`TcpStream`], but that writing fails with [`TimedOut`](io::ErrorKind::TimedOut) when the client has taken
/// nothing for the [write deadline](crate::serve::Options::write_deadline) or when
/// [the server ends](Blocked::end_within). There is a timer only while a write is blocked.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    deadline: WriteDeadline,
}

/// A server has many of them, and hardly any is blocked.
const _: () = assert!(size_of::<Connection>() <= size_of::<TcpStream>() + 16);

impl Connection {
    pub(crate) const fn new(stream: TcpStream, blocked: Blocked) -> Self {
        Self { stream, deadline: WriteDeadline::new(blocked) }
    }

    /// The stream, for its addresses and its options.
    #[must_use]
    pub const fn get_ref(&self) -> &TcpStream {
        &self.stream
    }

    /// The stream without its write deadline.
    #[must_use]
    pub fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Passes on what has become of a write, unless the client has taken nothing for too long.
    fn judge<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.deadline.clear();
            return written;
        }
        self.deadline.poll_blocked(cx).map(|error| {
            // Else the kernel would go on trying to send the rest for as long again, and where this fails it does.
            drop(SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)));
            Err(error)
        })
    }
}

/// Up to how many bytes the kernel takes in one piece sooner than in several: an event and what HTTP/1.1 puts around it.
const SMALL: usize = 1024;

/// The bytes of all buffers in one piece, if they fit.
fn gather<'a>(bufs: &[IoSlice<'_>], small: &'a mut [u8; SMALL]) -> Option<&'a [u8]> {
    let mut length = 0;
    for buf in bufs {
        let end = length + buf.len();
        small.get_mut(length..end)?.copy_from_slice(buf);
        length = end;
    }
    small.get(..length)
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut small = [0; SMALL];
        let written = match gather(bufs, &mut small) {
            Some(bytes) => Pin::new(&mut self.stream).poll_write(cx, bytes),
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, bufs),
        };
        self.judge(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
