//! Where the connections come from.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};

use crate::serve::{Blocked, Connection, Options};

/// How long to wait for another connection to be closed when the process has as many as it may.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens on an address with the [defaults](crate::serve).
///
/// # Errors
///
/// As those of [`Options::bind`].
pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Listener> {
    Options::new().bind(address).await
}

/// Accepts [connections](Connection).
///
/// With the feature `serve-axum` it is a listener for `axum::serve`.
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    options: Options,
    blocked: Blocked,
}

impl Listener {
    pub(crate) fn new(inner: TcpListener, options: Options) -> Self {
        let blocked = Blocked::new(options.deadline());
        Self { inner, options, blocked }
    }

    /// The next connection, and where it comes from.
    ///
    /// One that has failed before it was accepted is passed over. When the process or the system has no room for
    /// another, this tries again after 100 ms; meanwhile the kernel holds up to the backlog. To see that, use
    /// [`try_accept`](Self::try_accept).
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn accept(&self) -> (Connection, SocketAddr) {
        loop {
            match self.try_accept().await {
                Ok(accepted) => return accepted,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// The next connection, and where it comes from.
    ///
    /// # Errors
    ///
    /// Returns an error if the process or the system has no room for another, such as for its descriptor. To try again at
    /// once would be in vain.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when the future is dropped.
    pub async fn try_accept(&self) -> io::Result<(Connection, SocketAddr)> {
        loop {
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    // That fails only on a connection that has failed: the listener could be set so.
                    if let Some(connection) = self.connection(stream) {
                        return Ok((connection, address));
                    }
                }
                Err(error) if is_of_the_connection(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn connection(&self, stream: TcpStream) -> Option<Connection> {
        self.options.apply(&SockRef::from(&stream)).ok()?;
        Some(Connection::new(stream, self.blocked.clone()))
    }

    /// A handle for the end of the server.
    #[must_use]
    pub fn blocked(&self) -> Blocked {
        self.blocked.clone()
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// Returns an error if the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// The listener, for its options.
    #[must_use]
    pub const fn get_ref(&self) -> &TcpListener {
        &self.inner
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
