//! Shows the figures of this machine in the browser, live.
//!
//! ```text
//! cargo run -p example-server-stats          # http://127.0.0.1:3000
//! cargo run -p example-server-stats 8080     # or PORT=8080; 0 takes any free port
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;

use example_server_stats::{Options, ServerStats};
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok());
    let listener = listen(port.as_deref().unwrap_or("3000").parse()?).await?;
    let address = listener.local_addr()?;

    let stats = ServerStats::new(Options::default());
    let sampling = tokio::spawn(stats.sample());

    println!("server-stats on http://{address}");
    tokio::select! {
        served = axum::serve(listener, stats.router()) => Ok(served?),
        sampled = sampling => match sampled?? {},
    }
}

async fn listen(port: u16) -> io::Result<serve::Listener> {
    match serve::bind((Ipv4Addr::LOCALHOST, port)).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            eprintln!("port {port} is taken; taking a free one");
            serve::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        listening => listening,
    }
}
