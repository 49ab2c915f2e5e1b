//! What becomes of an event stream between the layers and servers that others write: what is promised, and kept.

mod bodies;
mod compression;
mod limits;
mod requests;
mod sockets;
mod timeouts;

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use sse_core::Topic;
use sse_tower::{Sse, SseLayer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::forms::serve;
use crate::support::Count;

/// An application whose one route, `/events`, is this topic.
pub(crate) fn route(topic: &Topic<Count>, layer: SseLayer) -> Router {
    let topic = topic.clone();
    Router::new().route("/events", get(async move || Sse::topic(&topic))).layer(layer)
}

/// A connection whose every byte is seen.
struct Raw {
    socket: TcpStream,
    read: Vec<u8>,
}

impl Raw {
    /// Serves the router, and writes the head of a request for `/events` to it; `lines` are those behind the first.
    async fn ask(router: Router, version: &str, lines: &[&[u8]]) -> Self {
        let origin = serve(router).await;
        let address: SocketAddr = origin.strip_prefix("http://").unwrap().parse().unwrap();
        Self::ask_at(TcpStream::connect(address).await.unwrap(), version, lines).await
    }

    async fn ask_at(mut socket: TcpStream, version: &str, lines: &[&[u8]]) -> Self {
        let mut head = format!("GET /events {version}\r\nhost: localhost\r\n").into_bytes();
        for line in lines {
            head.extend_from_slice(line);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        socket.write_all(&head).await.unwrap();
        Self { socket, read: Vec::new() }
    }

    /// Reads what there is; nothing at the end of the connection.
    async fn read(&mut self) -> usize {
        self.socket.read_buf(&mut self.read).await.unwrap()
    }

    /// Reads until what was read contains `text`.
    async fn read_until(&mut self, text: &str) -> &str {
        while !self.text().contains(text) {
            assert_ne!(self.read().await, 0, "{text:?} is not in\n{}", self.text());
        }
        self.text()
    }

    async fn read_to_end(&mut self) -> &str {
        while self.read().await > 0 {}
        self.text()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.read).unwrap()
    }
}
