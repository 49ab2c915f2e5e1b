//! What becomes of a response.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::Encoding;
use super::encoder::Coding;
use super::negotiate::negotiate;
use super::route::{Route, Setting};
use crate::gate::Request;
use crate::gate_body::GateBody;
use crate::handle::Handle;
use crate::headers;

/// What a client gets, if the answer is an event stream.
#[derive(Clone, Debug)]
pub(crate) struct Chosen(Option<(Arc<Route>, Option<Encoding>)>);

impl Setting {
    /// Chooses by the headers of a request.
    pub(crate) fn choose(&self, headers: &HeaderMap) -> Chosen {
        let route = self.0.as_ref();
        Chosen(route.map(|route| (Arc::clone(route), negotiate(headers, &route.encodings))))
    }
}

/// Compresses an event stream, and says so. What is none, or in a coding already, stays as it is.
pub(crate) fn apply<B>(chosen: &Chosen, asked: &Request, response: &mut Response<GateBody<B>>) {
    let Chosen(Some((route, encoding))) = chosen else { return };
    let is_stream = response.status() == StatusCode::OK
        && headers::is_event_stream(response.headers())
        && !response.headers().contains_key(header::CONTENT_ENCODING)
        && response.body().is_passed();
    if !is_stream || asked.passes() {
        return;
    }
    headers::vary(response.headers_mut(), "accept-encoding");
    let Some(encoding) = *encoding else { return };
    if !asked.is_head() {
        let topic = response.extensions().get::<Handle>().and_then(Handle::topic);
        let Some(place) = route.place(encoding, topic) else { return };
        response.body_mut().code(|| Coding::new(encoding, place));
    }
    let encoded = HeaderValue::from_static(encoding.as_str());
    response.headers_mut().insert(header::CONTENT_ENCODING, encoded);
    response.headers_mut().remove(header::CONTENT_LENGTH);
}
