//! The listener as one of axum's.

use std::io;
use std::net::SocketAddr;

use crate::serve::{Connection, Listener};

impl ::axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        Self::accept(self).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Self::local_addr(self)
    }
}
