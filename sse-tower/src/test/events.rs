//! The events of one response, as a test asks for them.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Buf;
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::Body;
use sse_core::event::{DecodedEvent, SseDecode};
use sse_core::{Decoder, EventId};

use super::Error;
use super::item::{End, Item, Opened};
use super::patience::within;
use super::watched::{AnyBody, Comments, WatchedBody};
use crate::client::{Control, Reset, is_encoded, is_event_stream};
use crate::decode::Reader;

/// What comes within it on a machine that is busy; only a test that fails waits so long.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the events of a response, which need not be of this crate.
///
/// See the [module](super) for an example. Nothing is read before it is asked for.
pub fn events<E>(
    response: Response<impl Body<Data: Buf, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static>,
) -> Events<E> {
    let (head, body) = response.into_parts();
    let comments = Arc::<Comments>::default();
    let body: AnyBody = Box::pin(WatchedBody::new(body, Arc::clone(&comments)));
    Events {
        held: refusal(&head).map(Item::Refused),
        head,
        reader: Reader::new(body, Decoder::new()),
        comments,
        opened: None,
        last_event_id: EventId::from_static(""),
        patience: PATIENCE,
        typed: PhantomData,
    }
}

/// Why a client does not read the body.
fn refusal(head: &Parts) -> Option<String> {
    if head.status != StatusCode::OK {
        Some(format!("the status is {}", head.status))
    } else if !is_event_stream(&head.headers) {
        Some("the content type is not `text/event-stream`".to_owned())
    } else if is_encoded(&head.headers) {
        Some("the body is compressed, and must be decompressed first".to_owned())
    } else {
        None
    }
}

/// The events of one response, as a test asks for them: [`events`] and [`ask`](super::ask) make it.
///
/// Control events are understood and kept apart from the application's. `stream-open`, `stream-position` and comments go
/// past whoever asks for something else; `stream-reset` and the end do not, and are an error until they are asked for.
/// What is not what was asked for stays, and can be asked for by its own function.
///
/// Dropping it is what a client does that goes away.
#[must_use = "nothing is read before it is asked for"]
pub struct Events<E> {
    head: Parts,
    reader: Reader<AnyBody>,
    comments: Arc<Comments>,
    /// What has come, and was not asked for yet.
    held: Option<Item>,
    opened: Option<Opened>,
    last_event_id: EventId,
    patience: Duration,
    typed: PhantomData<fn() -> E>,
}

impl<E> Events<E> {
    /// Sets how long something is waited for before it is an error. Default: 10 s.
    ///
    /// It is time that really passes, whatever the layer's clock says. With [`Duration::ZERO`] nothing is waited for: what
    /// is not there is an error at once, which is enough where everything happens in the test's own task.
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The head of the response: its status and its headers.
    #[must_use]
    pub const fn head(&self) -> &Parts {
        &self.head
    }

    /// What the connection began with.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if it began otherwise, as one without control events does, or if nothing came.
    pub async fn opened(&mut self) -> Result<Opened, Error> {
        const EXPECTED: &str = "`stream-open`";
        let patience = self.patience;
        if self.opened.is_none() && self.held.is_none() {
            let nothing = || Error::nothing(EXPECTED, patience);
            within(patience, poll_fn(|cx| self.poll_read(cx))).await.ok_or_else(nothing)?;
        }
        match (self.opened, &self.held) {
            (Some(opened), _) => Ok(opened),
            (None, Some(item)) => Err(Error::unexpected(EXPECTED, item)),
            (None, None) => Err(Error::nothing(EXPECTED, patience)),
        }
    }

    /// The next event of the application, as it was sent: for events without [`SseDecode`].
    ///
    /// ```
    /// use futures_util::stream;
    /// use sse_core::SseEvent;
    /// use sse_tower::{Sse, test};
    ///
    /// #[derive(SseEvent)]
    /// #[sse(rename_all = "kebab-case")]
    /// enum Price {
    ///     PriceTick(u64),
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = test::events::<Price>(Sse::new(stream::iter([Price::PriceTick(7)])).into_response());
    /// let event = events.next_raw().await?;
    /// assert_eq!((event.name.as_str(), event.data.as_str()), ("price-tick", "7"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if the client must start over, if the stream has ended, or if nothing came.
    pub async fn next_raw(&mut self) -> Result<DecodedEvent, Error> {
        let take = |item| if let Item::Event(event) = item { Ok(event) } else { Err(item) };
        let event = self.wanted("an event", take).await?;
        self.last_event_id = event.last_event_id.clone();
        Ok(event)
    }

    /// That the client must start over now, and why: `stream-reset`.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if something else came, or nothing.
    pub async fn reset(&mut self) -> Result<Reset, Error> {
        self.wanted("`stream-reset`", |item| if let Item::Reset(reset) = item { Ok(reset) } else { Err(item) }).await
    }

    /// That the stream ends now, and how.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is an event, or the client must start over, or nothing came.
    pub async fn ended(&mut self) -> Result<End, Error> {
        match self.waited("the end").await? {
            Item::End(end, _) => Ok(*end),
            item => Err(Error::unexpected("the end", item)),
        }
    }

    /// That there is nothing now: no event, no `stream-reset`, and no end.
    ///
    /// Tasks that have not run yet have sent nothing.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is something, which stays.
    pub fn none_now(&mut self) -> Result<(), Error> {
        self.read_now();
        self.held.as_ref().map_or(Ok(()), |item| Err(Error::unexpected("nothing", item)))
    }

    /// How many comments have come, with those that are there now: a quiet connection is kept alive by one at a time.
    ///
    /// Those behind an event that was not asked for yet are not among them, nor is `stream-position`, which is sent in
    /// the place of a comment when the client does not know how far it has come.
    pub fn comments(&mut self) -> usize {
        self.read_now();
        self.comments.count()
    }

    /// What the client would come back with, in `Last-Event-ID`: the id of the last event that was asked for, or of a
    /// control event before the next one. Empty if there is none.
    #[must_use]
    pub const fn last_event_id(&self) -> &EventId {
        &self.last_event_id
    }

    /// After how many milliseconds the client would come back, if `retry:` has come.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.reader.decoder().retry()
    }

    /// Takes what was asked for, and leaves it if it is something else.
    async fn wanted<T>(&mut self, expected: &str, take: impl FnOnce(Item) -> Result<T, Item>) -> Result<T, Error> {
        self.waited(expected).await?;
        let Some(item) = self.held.take() else { return Err(Error::nothing(expected, self.patience)) };
        take(item).map_err(|item| {
            let error = Error::unexpected(expected, &item);
            // An event that is lost is told once.
            self.held = Some(item).filter(|item| !matches!(item, Item::TooLong(_)));
            error
        })
    }

    fn read_now(&mut self) {
        let _held = self.poll_held(&mut Context::from_waker(Waker::noop())).is_ready();
    }

    async fn waited(&mut self, expected: &str) -> Result<&Item, Error> {
        let patience = self.patience;
        let nothing = || Error::nothing(expected, patience);
        within(patience, poll_fn(|cx| self.poll_held(cx))).await.ok_or_else(nothing)?;
        self.held.as_ref().ok_or_else(nothing)
    }

    /// Reads until there is something to be asked for, which is held until it is taken.
    fn poll_held(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.held.is_none() {
            ready!(self.poll_read(cx));
        }
        Poll::Ready(())
    }

    /// Reads one event, or the end.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let item = match ready!(Pin::new(&mut self.reader).poll_event(cx)) {
            Some(Ok(event)) => self.receive(event),
            Some(Err(error)) if error.is_body() => Some(Item::End(End::Broken, Some(error))),
            Some(Err(error)) => Some(Item::TooLong(error)),
            None => Some(Item::End(End::Closed, None)),
        };
        self.held = item;
        Poll::Ready(())
    }

    /// What there is to be asked for; `None` for what goes past everybody.
    fn receive(&mut self, event: DecodedEvent) -> Option<Item> {
        let Some(control) = Control::of(&event, self.opened.is_some()) else { return Some(Item::Event(event)) };
        self.last_event_id = event.last_event_id;
        match control {
            Control::Open { resume, keep_alive } => {
                self.opened = Some(Opened { resume, keep_alive });
                None
            }
            Control::Position => None,
            Control::Reset(reset) => Some(Item::Reset(reset)),
            Control::End => Some(Item::End(End::Complete, None)),
        }
    }
}

impl<E: SseDecode> Events<E> {
    /// The next event of the application.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if it is none of `E`, or has data that is not its payload; if the client must start over; if the
    /// stream has ended, or is none; or if nothing came.
    pub async fn next(&mut self) -> Result<E, Error> {
        const EXPECTED: &str = "an event";
        let decoded = match self.waited(EXPECTED).await? {
            item @ Item::Event(event) => match E::decode(event.as_ref()) {
                Ok(Some(decoded)) => decoded,
                Ok(None) => return Err(Error::unknown(item, std::any::type_name::<E>())),
                Err(cause) => return Err(Error::payload(item, &cause)),
            },
            item => return Err(Error::unexpected(EXPECTED, item)),
        };
        self.next_raw().await?;
        Ok(decoded)
    }
}

impl<E> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("status", &self.head.status)
            .field("held", &self.held)
            .field("last_event_id", &self.last_event_id)
            .finish_non_exhaustive()
    }
}
