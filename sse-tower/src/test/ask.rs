//! From a request to the events of its response.

use std::fmt;
use std::future::poll_fn;

use bytes::Buf;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::events::PATIENCE;
use super::patience::within;
use super::{Error, Events, events};

/// Asks a service, an axum `Router` for one, and reads the events of what it answers.
///
/// Whatever the answer is, it is read: see [`Events::head`] for a refusal.
///
/// ```
/// use std::convert::Infallible;
/// use futures_util::stream;
/// use http::Request;
/// use sse_core::{SseDecode, SseEvent};
/// use sse_tower::{Sse, SseLayer, test};
/// use tower::ServiceBuilder;
///
/// #[derive(Debug, PartialEq, SseEvent, SseDecode)]
/// enum Count {
///     Tick(u64),
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = ServiceBuilder::new()
///     .layer(SseLayer::new())
///     .service_fn(async |_: Request<String>| Ok::<_, Infallible>(Sse::new(stream::iter([Count::Tick(1)]))));
///
/// let mut events = test::ask::<Count>(service.clone(), Request::get("/").body(String::new())?).await?;
/// assert_eq!(events.next().await?, Count::Tick(1));
///
/// let refused = test::ask::<Count>(service, Request::get("/").header("accept", "text/html").body(String::new())?).await?;
/// assert_eq!(refused.head().status, 406);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Returns [`Error`] if the service fails, or does not answer within 10 s.
pub async fn ask<E>(
    mut service: impl Service<
        Request<String>,
        Response = Response<
            impl Body<Data: Buf, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
        >,
        Error: fmt::Display,
    >,
    request: Request<String>,
) -> Result<Events<E>, Error> {
    let response = within(PATIENCE, async {
        poll_fn(|cx| service.poll_ready(cx)).await?;
        service.call(request).await
    });
    match response.await {
        Some(Ok(response)) => Ok(events(response)),
        Some(Err(error)) => Err(Error::service(&error)),
        None => Err(Error::nothing("a response", PATIENCE)),
    }
}
