//! Shows a home: switch a lamp in one window and look at another.
//!
//! ```text
//! cargo run -p example-smart-home          # http://127.0.0.1:3000
//! cargo run -p example-smart-home 8080     # 0 takes any free port
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use example_smart_home::{Home, app};
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("smart-home on http://{}", listener.local_addr()?);

    let home = Home::new()?;
    tokio::select! {
        served = axum::serve(listener, app(&home)) => Ok(served?),
        measured = home.measure() => match measured? {},
    }
}
