//! Sockets that give up on a client that takes nothing, and cost little until then.
//!
//! A body cannot do that: a server does not poll it while the client does not read, so that neither a keep-alive nor a
//! maximal age nor a shutdown reaches it. What it has handed over stays with the server and the kernel. This listener
//! accepts connections that can:
//!
//! | | default | without it |
//! |---|---|---|
//! | [write deadline](Options::write_deadline) | 30 s | a client that never reads keeps its connection and its place in the topic for as long as it likes, and holds up every graceful shutdown |
//! | [`TCP_USER_TIMEOUT`](Options::user_timeout) | 30 s | Linux notices after 15 minutes or so that a peer has vanished, and never that it does not read |
//! | [keep-alive probes](Options::probes) | after 30 s, each 10 s | nobody notices that a peer has vanished to whom nothing is sent |
//! | [send buffer](Options::send_buffer), `SO_SNDBUF` | 128 KiB | it grows to 4 MiB for a client that does not read |
//! | [unsent bytes](Options::unsent), `TCP_NOTSENT_LOWAT` | 16 KiB | the send buffer fills with what the client is too slow for |
//! | `limit_buffers` for hyper, with the feature `serve-hyper` | 128 KiB a client | hyper holds some 0.5 MB of an HTTP/1.1 client that does not read, and as much for each stream of HTTP/2 |
//! | `TCP_NODELAY` | on | an event waits for the acknowledgement of the one before, up to 40 ms: `axum::serve` sends 15 000 events a second in bursts, and 770 000 with it |
//! | [backlog](Options::backlog) | 4 096 | tokio listens with 128, and when a thousand clients come back at once most wait a second for their second SYN |
//!
//! # How long a client that has gone can stay
//!
//! One that says so, or whose system does: until the server reads the end of its connection, which is at once. One that
//! vanished: until the next event or keep-alive is sent, and then the user timeout: **15 s + 30 s** with the defaults
//! of the layer and of this module, and at most 5 s more until the kernel looks. Without a keep-alive: 40 s, by the
//! probes. One that is there and does not read: 30 s from when it took the last byte, once the kernel's buffers are full
//! or hold something for it.
//!
//! A client that reads slowly stays. But that it reads is seen only when the kernel has room for more, so that one that
//! takes less than some 16 KiB in 30 s, while more waits for it, is gone all the same. By then it is half a minute
//! behind, and comes back with its last id.
//!
//! # Example: axum
//!
//! With the feature `serve-axum` the listener is one of axum's:
//!
#![cfg_attr(feature = "serve-axum", doc = "```")]
#![cfg_attr(not(feature = "serve-axum"), doc = "```ignore")]
//! use std::time::Duration;
//! use sse_tower::serve;
//!
//! # async fn run(app: axum::Router, signal: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
//! let listener = serve::bind("0.0.0.0:3000").await?;
//! let blocked = listener.blocked();
//! axum::serve(listener, app)
//!     .with_graceful_shutdown(async move {
//!         signal.await;
//!         // Without it, a client that never reads would be waited for up to the write deadline.
//!         blocked.end_within(Duration::from_secs(5));
//!     })
//!     .await
//! # }
//! ```
//!
//! For axum's `ConnectInfo<SocketAddr>` write `listener.tap_io(|_| {})`, with axum's `ListenerExt`: axum gives the address
//! of a listener that is not its own only behind that.
//!
//! # Example: hyper
//!
//! `axum::serve` has no setting for what hyper buffers. With the feature `serve-hyper`, `serve::http1` serves an axum
//! router, or any other tower service, behind a proxy, and with the least memory. A loop of one's own serves HTTP/2 too:
//!
#![cfg_attr(feature = "serve-hyper", doc = "```")]
#![cfg_attr(not(feature = "serve-hyper"), doc = "```ignore")]
//! use hyper_util::{rt::{TokioExecutor, TokioIo}, server::conn::auto, service::TowerToHyperService};
//! use sse_tower::serve;
//!
//! # async fn run(app: axum::Router) -> std::io::Result<()> {
//! let listener = serve::bind("0.0.0.0:3000").await?;
//! let mut builder = auto::Builder::new(TokioExecutor::new());
//! serve::limit_buffers(&mut builder);
//! loop {
//!     let (connection, _) = listener.accept().await;
//!     let service = TowerToHyperService::new(app.clone());
//!     let builder = builder.clone();
//!     tokio::spawn(async move {
//!         // An error is a client that has gone, or that took nothing for too long.
//!         _ = builder.serve_connection(TokioIo::new(connection), service).await;
//!     });
//! }
//! # }
//! ```
//!
//! # Other systems than Linux
//!
//! Everything compiles and works, except what the system does not have: `TCP_USER_TIMEOUT` and `TCP_NOTSENT_LOWAT` are
//! set on Linux and Android only, the interval and the number of the probes not on OpenBSD and Solaris. The write deadline is our own and
//! holds everywhere; but that a peer has vanished which is sent less than the send buffer, the system's own timeouts tell.

#[cfg(feature = "serve-axum")]
mod axum_listener;
mod blocked;
mod connection;
#[cfg(feature = "serve-hyper")]
mod http1;
#[cfg(feature = "serve-hyper")]
mod hyper_buffers;
mod listener;
mod options;

pub use self::blocked::Blocked;
pub use self::connection::Connection;
#[cfg(feature = "serve-hyper")]
pub use self::http1::http1;
#[cfg(feature = "serve-hyper")]
pub use self::hyper_buffers::limit_buffers;
pub use self::listener::{Listener, bind};
pub use self::options::{Options, Probes};
