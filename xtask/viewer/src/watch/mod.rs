//! `watch`: an event stream over HTTP, as a browser has it.

mod connect;
mod gaps;
mod tell;

use std::error::Error;
use std::future::poll_fn;
use std::io::Write;
use std::pin::Pin;
use std::process::ExitCode;

use futures_core::Stream as _;
use sse_tower::ControlEvents;
use sse_tower::client::{EventSource, Update};

use self::gaps::Gaps;
use crate::args::Watched;
use crate::print::Printer;
use crate::schema::Schema;

/// Prints events, and what becomes of the connection, until the stream has ended or the count is reached. Fails if an
/// event was lost or against the schema, or if the stream cannot be had.
pub(crate) fn run(
    watched: Watched,
    mut printer: Printer<impl Write>,
    schema: Option<&Schema>,
) -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(watch(watched, &mut printer, schema))
}

async fn watch(
    Watched { uri, headers, last_event_id, count }: Watched,
    printer: &mut Printer<impl Write>,
    schema: Option<&Schema>,
) -> Result<ExitCode, Box<dyn Error>> {
    printer.note(&tell::connecting(&uri))?;
    // A browser knows nothing of control events: they are shown as they come, and end nothing.
    let mut builder = EventSource::builder(uri).headers(headers).control_events(ControlEvents::Off);
    if let Some(id) = last_event_id {
        builder = builder.last_event_id(id);
    }
    let mut source = builder.build(connect::client()?);
    printer.last_event_id(source.last_event_id())?;
    printer.flush()?;
    let mut gaps = Gaps::default();
    let mut left = count;
    let mut amiss = false;
    while left != Some(0) {
        let Some(update) = poll_fn(|cx| Pin::new(&mut source).poll_next(cx)).await else { break };
        printer.retry(u64::try_from(source.reconnection_time().as_millis()).ok())?;
        match update {
            Ok(Update::Event { event, .. }) => {
                if let Some(note) = gaps.before(&event) {
                    printer.note(&note)?;
                }
                let violations = schema.map(|schema| schema.violations(&event)).unwrap_or_default();
                amiss |= !violations.is_empty();
                printer.event(&event, &violations)?;
                if !gaps::is_control(&event) {
                    left = left.map(|left| left - 1);
                }
            }
            // The note of the connection, or the event `stream-reset`, has said so.
            Ok(Update::Reset(_)) => {}
            Ok(update) => {
                amiss |= matches!(update, Update::Invalid(_));
                if let Some(note) = tell::update(&update) {
                    printer.note(&note)?;
                }
            }
            Err(error) => {
                amiss = true;
                printer.note(&tell::given_up(&error))?;
            }
        }
        printer.last_event_id(source.last_event_id())?;
        printer.flush()?;
    }
    printer.flush()?;
    Ok(if amiss { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
