//! Shows a page on one origin and its event stream on another, with a cookie that goes along.
//!
//! ```text
//! cargo run -p example-two-origins          # http://127.0.0.1:3000, the stream on a free port
//! cargo run -p example-two-origins 8080     # or PORT=8080; 0 takes any free port
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;

use example_two_origins::{Book, page};
use sse_tower::serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok());
    let pages = listen(port.as_deref().unwrap_or("3000").parse()?).await?;
    let streams = listen(0).await?;
    // Another port is another origin, though the same site: its cookies are no third party's.
    let page_origin = format!("http://{}", pages.local_addr()?);
    let stream_origin = format!("http://{}", streams.local_addr()?);

    println!("two-origins on {page_origin}, its stream on {stream_origin}");
    tokio::try_join!(
        axum::serve(pages, page(&stream_origin)?).into_future(),
        axum::serve(streams, Book::new().router(page_origin.parse()?)).into_future(),
    )?;
    Ok(())
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
