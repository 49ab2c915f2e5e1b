//! Reads the stream of the server monitor and says when the processor is busy for several samples in a row.
//!
//! ```text
//! cargo run -p example-server-stats                                      # http://127.0.0.1:3000
//! cargo run -p example-busy-alarm -- http://127.0.0.1:3000/events
//! ```
//!
//! Stop the monitor and start it again: the alarm reconnects, and says that it has to begin anew.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::env;
use std::error::Error;

use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::SseDecode;
use sse_tower::client::{EventSource, RequestBody, Update};

/// What the alarm wants of the monitor's events: one of them, and a part of that.
#[derive(Debug, SseDecode)]
#[sse(rename_all = "kebab-case")]
enum Figure {
    Cpu { seq: u64, total: f32 },
}

/// How many samples in a row have to be busy.
const IN_A_ROW: u32 = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [uri] = &*arguments else {
        return Err("usage: example-busy-alarm URI".into());
    };
    let client = Client::builder(TokioExecutor::new()).build_http::<RequestBody>();
    let mut figures = EventSource::new(client, uri.parse()?).typed::<Figure>();
    let mut alarm = Alarm { percent: 80.0, busy: 0 };
    while let Some(update) = figures.next().await {
        match update? {
            Update::Open(opened) => eprintln!("connected to {}", opened.uri),
            Update::Reconnecting(lost) => eprintln!("{}: again in {:?}", lost.cause, lost.delay),
            update => {
                if let Some(line) = alarm.take(&update) {
                    println!("{line}");
                }
            }
        }
    }
    Ok(())
}

/// Counts busy samples. It relies on getting each of them.
#[derive(Debug)]
struct Alarm {
    percent: f32,
    busy: u32,
}

impl Alarm {
    /// What there is to say about an update.
    fn take(&mut self, update: &Update<Figure>) -> Option<String> {
        match update {
            Update::Event { event: Figure::Cpu { seq, total }, .. } => {
                self.busy = if *total < self.percent { 0 } else { self.busy.saturating_add(1) };
                (self.busy == IN_A_ROW).then(|| format!("busy since {IN_A_ROW} samples, at {total:.0} % (event {seq})"))
            }
            // Samples are missing, so what was counted is not in a row.
            Update::Reset(_) => {
                self.busy = 0;
                Some("samples were lost: begin anew".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
