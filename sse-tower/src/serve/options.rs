//! How the sockets are set.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, ToSocketAddrs, lookup_host};

use crate::serve::Listener;

/// How a [`Listener`] and its connections are set.
///
/// ```
/// use std::time::Duration;
/// use sse_tower::serve;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let listener = serve::Options::new().write_deadline(Duration::from_secs(10)).bind("127.0.0.1:0").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    backlog: u32,
    write_deadline: Option<Duration>,
    user_timeout: Option<Duration>,
    probes: Option<Probes>,
    send_buffer: Option<usize>,
    unsent: Option<u32>,
}

/// How a connection is probed on which nothing is sent: `SO_KEEPALIVE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probes {
    /// The first comes when nothing has come or gone for as long.
    pub after: Duration,
    /// The next ones come as long after each other.
    pub interval: Duration,
    /// The peer has vanished when as many are not answered. Where there is a user timeout, that counts instead.
    pub count: u32,
}

impl Probes {
    /// These probes, to the second.
    #[must_use]
    pub const fn new(after: Duration, interval: Duration, count: u32) -> Self {
        Self { after, interval, count }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backlog: 4_096,
            write_deadline: Some(Duration::from_secs(30)),
            user_timeout: Some(Duration::from_secs(30)),
            probes: Some(Probes::new(Duration::from_secs(30), Duration::from_secs(10), 3)),
            send_buffer: Some(128 * 1024),
            unsent: Some(16 * 1024),
        }
    }
}

impl Options {
    /// The [defaults](crate::serve).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many connections the kernel holds until they are accepted. Default: 4 096.
    ///
    /// The system has a limit of its own: `net.core.somaxconn` on Linux, likewise 4 096.
    #[must_use]
    pub const fn backlog(mut self, backlog: u32) -> Self {
        self.backlog = backlog;
        self
    }

    /// Sets how long bytes may wait to be written while the client takes none. Default: 30 s.
    ///
    /// Then writing fails with [`TimedOut`](io::ErrorKind::TimedOut), whereupon a server drops the bodies of the
    /// connection, and dropping it resets the connection, so that the kernel frees what it holds. `None` waits for ever, or
    /// until the [user timeout](Self::user_timeout).
    #[must_use]
    pub fn write_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.write_deadline = deadline.into();
        self
    }

    /// Sets `TCP_USER_TIMEOUT`: how long the kernel waits for an acknowledgement of what it has sent, or for the client to
    /// make room for it. Default: 30 s; `None` is the system's own, some 15 minutes and for ever.
    ///
    /// The kernel knows of each byte that a client takes, and ends also one that has too little waiting for it to block
    /// a write. It does not tell the client, which may be there and not reading: that learns of it when it next sends
    /// something, such as a probe of its own. Linux and Android only; before Linux 5.11 it does not end clients that do not
    /// read.
    #[must_use]
    pub fn user_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.user_timeout = timeout.into();
        self
    }

    /// Sets `SO_KEEPALIVE`, which finds a peer that vanished while nothing was sent to it. Default: after 30 s, each
    /// 10 s, 3 times.
    ///
    /// A stream that the layer keeps alive is never probed.
    #[must_use]
    pub fn probes(mut self, probes: impl Into<Option<Probes>>) -> Self {
        self.probes = probes.into();
        self
    }

    /// Sets `SO_SNDBUF`: how many bytes the kernel holds that the client has not acknowledged. Default: 128 KiB; `None`
    /// lets the kernel choose, up to 4 MiB on Linux.
    ///
    /// A connection sends at most as many in a round trip: 1.3 MB a second over 100 ms. Linux takes twice the number
    /// for its own bookkeeping, and at most `net.core.wmem_max`.
    #[must_use]
    pub fn send_buffer(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.send_buffer = bytes.into();
        self
    }

    /// Sets `TCP_NOTSENT_LOWAT`: the kernel takes no more while it holds as many bytes that it could not send yet.
    /// Default: 16 KiB; `None` fills the send buffer. Linux and Android only.
    #[must_use]
    pub fn unsent(mut self, bytes: impl Into<Option<u32>>) -> Self {
        self.unsent = bytes.into();
        self
    }

    /// Listens on an address, or on the first of many that it can.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such address, if it cannot be listened on, or if the system refuses one of the
    /// options.
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<Listener> {
        let mut failed = None;
        for address in lookup_host(address).await? {
            let bound = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.and_then(|socket| {
                // As everybody does: a server that is started again need not wait for its old connections.
                #[cfg(unix)]
                socket.set_reuseaddr(true)?;
                socket.bind(address)?;
                self.apply(&SockRef::from(&socket))?;
                socket.listen(self.backlog)
            });
            match bound {
                Ok(listener) => return Ok(Listener::new(listener, self)),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the name has no address")))
    }

    /// Takes a listener over, such as one that the process was started with, and sets its backlog.
    ///
    /// # Errors
    ///
    /// Returns an error if the system refuses one of the options.
    pub fn listen(self, listener: TcpListener) -> io::Result<Listener> {
        let socket = SockRef::from(&listener);
        socket.listen(i32::try_from(self.backlog).unwrap_or(i32::MAX))?;
        // What is refused is refused here already, and not for each connection.
        self.apply(&socket)?;
        Ok(Listener::new(listener, self))
    }

    pub(crate) const fn deadline(&self) -> Option<Duration> {
        self.write_deadline
    }

    /// Sets a connection, or a listener in order to see whether it can be.
    pub(crate) fn apply(&self, socket: &SockRef<'_>) -> io::Result<()> {
        socket.set_tcp_nodelay(true)?;
        if let Some(probes) = self.probes {
            let keep_alive = TcpKeepalive::new().with_time(probes.after);
            #[cfg(any(
                target_os = "android",
                target_os = "dragonfly",
                target_os = "freebsd",
                target_os = "illumos",
                target_os = "ios",
                target_os = "linux",
                target_os = "macos",
                target_os = "netbsd",
                target_os = "windows",
            ))]
            let keep_alive = keep_alive.with_interval(probes.interval).with_retries(probes.count);
            socket.set_tcp_keepalive(&keep_alive)?;
        }
        if let Some(bytes) = self.send_buffer {
            socket.set_send_buffer_size(bytes)?;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            if self.user_timeout.is_some() {
                socket.set_tcp_user_timeout(self.user_timeout)?;
            }
            if let Some(bytes) = self.unsent {
                socket.set_tcp_notsent_lowat(bytes)?;
            }
        }
        Ok(())
    }
}
