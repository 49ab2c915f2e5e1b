//! Clients whose network is gone from one moment on.

use std::env;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use faults::elsewhere::Elsewhere;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::Failure;
use crate::exchange::{PATIENCE, get};
use crate::host::gauges;
use crate::scene::{Kind, Scene, Server};

/// How many of them there are at a time.
const COUNT: usize = 10;
const LOOK: Duration = Duration::from_millis(100);

/// Clients come, vanish, and others come when the server has found that out.
pub(super) async fn clients(scene: Arc<Scene>, elsewhere: Arc<Elsewhere>) {
    while let Ok(server) = scene.server().await {
        let vanished = vanish(server, &elsewhere).await;
        // It fails where they had not vanished yet.
        drop(elsewhere.reappear().await);
        match vanished {
            Ok(()) => (0..COUNT).for_each(|_| scene.count(Kind::Vanish)),
            Err(error) if scene.lives(server) => scene.complain("vanish", error),
            Err(_) => {}
        }
        sleep(LOOK).await;
    }
}

async fn vanish(server: Server, elsewhere: &Elsewhere) -> Result<(), Failure> {
    let listen = server.elsewhere.to_string();
    let mut there = elsewhere.command(env::current_exe()?);
    let mut there = there.args(["vanishing", "--listen", &listen, "--count", &COUNT.to_string()]).spawn()?;
    let mut lines = BufReader::new(there.stdout.take().ok_or("a pipe")?).lines();
    timeout(PATIENCE, lines.next_line()).await??.ok_or("they have not got an event each")?;
    connected(server, COUNT).await?;
    elsewhere.vanish().await?;
    // Whatever they do from now on, nobody hears of it.
    if let Some(status) = there.try_wait()? {
        return Err(format!("they ended before that: {status}").into());
    }
    connected(server, 0).await?;
    there.kill().await?;
    Ok(())
}

/// Waits until the server has as many of them.
async fn connected(server: Server, count: usize) -> Result<(), Failure> {
    let since = Instant::now();
    loop {
        let found = gauges(server).await?.kinds.get("vanish").copied().unwrap_or_default();
        if found == count {
            return Ok(());
        }
        if since.elapsed() > PATIENCE {
            return Err(format!("the server has {found} of them and not {count} after {PATIENCE:?}").into());
        }
        sleep(LOOK).await;
    }
}

/// The process elsewhere: says a line when each of its clients has got an event, and reads for as long as anything comes.
pub(crate) async fn read(server: SocketAddr, count: usize) -> Result<(), Failure> {
    let mut clients = JoinSet::new();
    for _ in 0..count {
        clients.spawn(async move {
            let mut stream = TcpStream::connect(server).await?;
            stream.write_all(&get("/live?kind=vanish", "")).await?;
            let mut lines = BufReader::new(stream).lines();
            while lines.next_line().await?.ok_or("no event")? != "event: number" {}
            Ok::<_, Failure>(lines.into_inner())
        });
    }
    let mut streams = Vec::new();
    while let Some(stream) = clients.join_next().await {
        streams.push(stream??);
    }
    println!("{} clients have got an event", streams.len());
    let mut reading = JoinSet::new();
    for mut stream in streams {
        reading.spawn(async move {
            let mut bytes = vec![0; 4_096];
            while stream.read(&mut bytes).await? > 0 {}
            Ok::<_, Failure>(())
        });
    }
    while let Some(read) = reading.join_next().await {
        read??;
    }
    Ok(())
}
