//! The process of the server, as its clients' process has it.

use std::env;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Failure;
use crate::exchange::{End, PATIENCE, exchange};
use crate::gauges::Gauges;
use crate::scene::Server;

/// One life of the server. It ends with this process, or is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Host {
    child: Child,
    pub(crate) server: Server,
    pub(crate) pid: u32,
}

impl Host {
    /// Starts the server, and returns when it listens.
    pub(crate) async fn start(life: u32, rate: u32, numbers: &Path, elsewhere: &str) -> Result<Self, Failure> {
        let mut child = Command::new(env::current_exe()?)
            .args(["server", "--listen", "127.0.0.1:0", "--listen", &format!("{elsewhere}:0")])
            .args(["--life", &life.to_string(), "--rate", &rate.to_string()])
            .arg("--numbers")
            .arg(numbers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or("the server has ended")?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("a pipe")?).lines();
        let mut address = async || -> Result<SocketAddr, Failure> {
            let said = timeout(PATIENCE, lines.next_line()).await??.ok_or("the server ended before it listened")?;
            Ok(said.trim_start_matches("http://").parse()?)
        };
        let server = Server { life, address: address().await?, elsewhere: address().await? };
        Ok(Self { child, server, pid })
    }

    /// SIGKILL.
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        if let Some(status) = self.child.try_wait()? {
            return Err(format!("the server ended by itself: {status}").into());
        }
        Ok(self.child.kill().await?)
    }

    pub(crate) async fn gauges(&self) -> Result<Gauges, Failure> {
        gauges(self.server).await
    }

    /// No number is published any more once the gauges say so.
    pub(crate) async fn stop_publishing(&self) -> Result<(), Failure> {
        ask(self.server, "POST /stop").await.map(drop)
    }
}

/// What the server says of itself.
pub(crate) async fn gauges(server: Server) -> Result<Gauges, Failure> {
    Ok(serde_json::from_str(&ask(server, "GET /gauges").await?)?)
}

async fn ask(server: Server, what: &str) -> Result<String, Failure> {
    let request = format!("{what} HTTP/1.1\r\nhost: faults\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let answer = exchange(server.address, request.as_bytes(), |_| false).await?;
    if answer.status() == Some(200) && answer.end == End::Closed {
        Ok(answer.body())
    } else {
        Err(format!("{what}: {answer}").into())
    }
}
