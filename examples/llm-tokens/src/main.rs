//! Shows a long generation that goes on while its reader reconnects: reload the page in mid-sentence.
//!
//! ```text
//! cargo run -p example-llm-tokens          # http://127.0.0.1:3000
//! cargo run -p example-llm-tokens 8080     # or PORT=8080; 0 takes any free port
//! ```
//!
//! `TOKEN_MS` is how long a token takes (60), and `KEEP_ALIVE_MS` after how long a silence a comment is sent (15000).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use example_llm_tokens::{Options, Pace, app};
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok());
    let listener = listen(port.as_deref().unwrap_or("3000").parse()?).await?;
    let address = listener.local_addr()?;
    let mut options = Options::default();
    if let Some(each) = millis("TOKEN_MS")? {
        options.pace = Pace::Every(each);
    }
    options.keep_alive = millis("KEEP_ALIVE_MS")?.unwrap_or(options.keep_alive);

    println!("llm-tokens on http://{address}");
    Ok(axum::serve(listener, app(&options)).await?)
}

/// What a variable of the environment says, in milliseconds.
fn millis(name: &str) -> Result<Option<Duration>, Box<dyn Error + Send + Sync>> {
    match std::env::var(name) {
        Ok(number) => Ok(Some(Duration::from_millis(number.parse()?))),
        Err(_) => Ok(None),
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
