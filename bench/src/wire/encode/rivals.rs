//! What others offer to the same end, called as their documentation does.
//!
//! Those that encode only in the body of a response are polled there; the body is as bare as it comes, without
//! keep-alive. A value goes into `json_data` or its like where there is one, else through `serde_json::to_string`.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::hint::black_box;
use std::task::Poll;

use actix_web::body::MessageBody as _;
use actix_web_lab::sse as actix;
use axum::response::IntoResponse as _;
use axum::response::sse as axum_sse;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::stream::{poll_fn, repeat_with};
use http_body::Body;
use sse_stream::{Sse, SseBody};
use warp::reply::Reply as _;
use warp::sse as warp_sse;

use super::value::Market;
use super::{Encoder, Fields};

const SSE_STREAM: &str = "sse-stream";
const AXUM: &str = "axum";
const ACTIX_WEB_LAB: &str = "actix-web-lab";
const WARP: &str = "warp";
const SSE_CODEC: &str = "sse-codec";

pub(super) fn text(fields: Fields) -> Vec<Encoder> {
    vec![
        Encoder::call(SSE_STREAM, move || sse_stream_event(fields).encode().expect("it is legal")),
        Encoder::body("sse-stream, body", move || {
            frames(SseBody::new(repeat_with(move || Ok::<_, Infallible>(sse_stream_event(fields)))))
        }),
        Encoder::body(AXUM, move || {
            axum_body(move || {
                let Fields { name, id, data } = *black_box(&fields);
                let mut event = axum_sse::Event::default();
                if !name.is_empty() {
                    event = event.event(name);
                }
                if !id.is_empty() {
                    event = event.id(id);
                }
                event.data(data)
            })
        }),
        Encoder::body(ACTIX_WEB_LAB, move || {
            actix_body(move || {
                let Fields { name, id, data } = *black_box(&fields);
                let mut event = actix::Data::new(data);
                if !name.is_empty() {
                    event = event.event(name);
                }
                if !id.is_empty() {
                    event = event.id(id);
                }
                event
            })
        }),
        Encoder::body(WARP, move || {
            warp_body(move || {
                let Fields { name, id, data } = *black_box(&fields);
                let mut event = warp_sse::Event::default().data(data);
                if !name.is_empty() {
                    event = event.event(name);
                }
                if !id.is_empty() {
                    event = event.id(id);
                }
                event
            })
        }),
        Encoder::call(SSE_CODEC, move || {
            let Fields { name, id, data } = *black_box(&fields);
            let name = if name.is_empty() { "message" } else { name };
            sse_codec_frame(&sse_codec::Event::message(name, data, (!id.is_empty()).then_some(id)))
        }),
    ]
}

pub(super) fn typed(event: &'static Market, id: &'static str) -> Vec<Encoder> {
    let json = move || serde_json::to_string(&black_box(event).payload()).expect("it serializes");
    let (name, id) = (event.name(), move || black_box(id));
    vec![
        Encoder::call(SSE_STREAM, move || {
            Sse::default().event(name).id(id()).data(json()).encode().expect("it is legal")
        }),
        Encoder::body("axum, json_data", move || {
            axum_body(move || {
                let event = axum_sse::Event::default().event(name).id(id()).json_data(black_box(event).payload());
                event.expect("it serializes")
            })
        }),
        Encoder::body("axum, data", move || {
            axum_body(move || axum_sse::Event::default().event(name).id(id()).data(json()))
        }),
        Encoder::body(ACTIX_WEB_LAB, move || {
            actix_body(move || {
                let event = actix::Data::new_json(black_box(event).payload()).expect("it serializes");
                event.event(name).id(id())
            })
        }),
        Encoder::body(WARP, move || {
            warp_body(move || {
                let event = warp_sse::Event::default().event(name).id(id()).json_data(black_box(event).payload());
                event.expect("it serializes")
            })
        }),
        Encoder::call(SSE_CODEC, move || sse_codec_frame(&sse_codec::Event::message(name, &json(), id()))),
    ]
}

fn sse_stream_event(fields: Fields) -> Sse {
    let Fields { name, id, data } = *black_box(&fields);
    let mut event = Sse::default().data(data);
    if !name.is_empty() {
        event = event.event(name);
    }
    if !id.is_empty() {
        event = event.id(id);
    }
    event
}

fn axum_body(event: impl Fn() -> axum_sse::Event + Send + 'static) -> impl Stream<Item = Bytes> {
    let events = repeat_with(move || Ok::<_, Infallible>(event()));
    frames(axum_sse::Sse::new(events).into_response().into_body())
}

fn warp_body(event: impl Fn() -> warp_sse::Event + Send + Sync + 'static) -> impl Stream<Item = Bytes> {
    let events = repeat_with(move || Ok::<_, Infallible>(event()));
    frames(warp_sse::reply(events).into_response().into_body())
}

fn actix_body(event: impl Fn() -> actix::Data + 'static) -> impl Stream<Item = Bytes> {
    let events = repeat_with(move || Ok::<_, Infallible>(event().into()));
    let mut body = Box::pin(actix::Sse::from_stream(events));
    poll_fn(move |context| body.as_mut().poll_next(context).map(|frame| frame?.ok()))
}

/// The frames of a body, as whoever serves it would poll them.
fn frames<B: Body<Data = Bytes>>(body: B) -> impl Stream<Item = Bytes> {
    let mut body = Box::pin(body);
    poll_fn(move |context| match body.as_mut().poll_frame(context) {
        Poll::Ready(Some(Ok(frame))) => Poll::Ready(frame.into_data().ok()),
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
}

/// What its encoder does with a buffer.
fn sse_codec_frame(event: &sse_codec::Event) -> Bytes {
    let mut frame = BytesMut::new();
    writeln!(frame, "{event}").expect("memory does not fail");
    frame.freeze()
}
