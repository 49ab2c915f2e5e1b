//! Shows prices, and what becomes of a reader that is too slow for them.
//!
//! ```text
//! cargo run -p example-stock-prices          # http://127.0.0.1:3000
//! cargo run -p example-stock-prices 8080     # 0 takes any free port
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use example_stock_prices::{Market, app};
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("stock-prices on http://{}", listener.local_addr()?);

    let market = Market::new()?;
    tokio::select! {
        served = axum::serve(listener, app(&market)) => Ok(served?),
        traded = market.trade() => match traded? {},
    }
}
