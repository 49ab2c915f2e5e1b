//! A connection whose client takes little.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::exchange::{PATIENCE, get};

/// What the client's system takes for it. Linux doubles it.
const RECEIVE_BUFFER: u32 = 2_048;

/// Asks for everything that there is, with a small receive buffer.
pub(super) async fn connect(server: SocketAddr, kind: &str) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let mut stream = socket.connect(server).await?;
    stream.write_all(&get(&format!("/everything?kind={kind}"), "")).await?;
    Ok(stream)
}

/// Returns when the server has given up, without having read anything but what `read` does each time.
pub(super) async fn until_given_up(
    mut stream: TcpStream,
    every: Duration,
    mut read: impl AsyncFnMut(&mut TcpStream) -> io::Result<()>,
) -> Result<(), Failure> {
    let since = Instant::now();
    // A reset is seen without reading.
    while matches!(stream.take_error(), Ok(None)) {
        let waited = since.elapsed();
        if waited > PATIENCE {
            return Err(format!("it still has its connection after {PATIENCE:?}").into());
        }
        // The kernel's own timeout tells nobody. Who says something then is told that there is no connection.
        if waited > PATIENCE / 4
            && matches!(stream.try_write(b"\n"), Err(error) if error.kind() != ErrorKind::WouldBlock)
        {
            break;
        }
        if read(&mut stream).await.is_err() {
            break;
        }
        sleep(every).await;
    }
    Ok(())
}
