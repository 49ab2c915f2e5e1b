//! Shows a chat room: open it in two windows.
//!
//! ```text
//! cargo run -p example-chat          # http://127.0.0.1:3000
//! cargo run -p example-chat 8080     # 0 takes any free port
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use example_chat::app;
use sse_core::Topic;
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("chat on http://{}", listener.local_addr()?);

    Ok(axum::serve(listener, app(&Topic::new())).await?)
}
