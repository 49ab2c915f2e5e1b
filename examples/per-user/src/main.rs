//! Shows an inbox for each user: sign in as `ada` in one window and as `grace` in a private one.
//!
//! ```text
//! cargo run -p example-per-user          # http://127.0.0.1:3000
//! cargo run -p example-per-user 8080     # 0 takes any free port
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use example_per_user::app;
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("per-user on http://{}", listener.local_addr()?);

    Ok(axum::serve(listener, app()?).await?)
}
