//! The HTTP clients that carry the event source: any tower service does.

use std::error;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper_util::rt::TokioExecutor;
use sse_tower::client::RequestBody;
use tower::util::BoxCloneService;
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::decompression::DecompressionLayer;

pub type BoxError = Box<dyn error::Error + Send + Sync>;
/// A service of one type, whatever carries it.
pub type HttpService = BoxCloneService<Request<RequestBody>, Response<UnsyncBoxBody<Bytes, BoxError>>, BoxError>;

/// Which HTTP client it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// hyper-util's.
    Hyper,
    Reqwest,
}

impl Transport {
    pub const ALL: [Self; 2] = [Self::Hyper, Self::Reqwest];

    /// The client as it is, but that redirects are left to the event source.
    pub fn service(self) -> HttpService {
        match self {
            Self::Hyper => {
                let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
                client.map_response(|response: Response<_>| response.map(boxed)).map_err(Into::into).boxed_clone()
            }
            // The feature alone switches it on.
            Self::Reqwest => reqwest(reqwest::Client::builder().gzip(false)),
        }
    }

    /// The client with a service around it, or a switch, that decompresses.
    pub fn decompressing(self) -> HttpService {
        match self {
            Self::Hyper => ServiceBuilder::new()
                .map_response(|response: Response<_>| response.map(boxed))
                .layer(DecompressionLayer::new())
                .service(self.service())
                .boxed_clone(),
            Self::Reqwest => reqwest(reqwest::Client::builder().gzip(true)),
        }
    }
}

fn reqwest(builder: reqwest::ClientBuilder) -> HttpService {
    let client = builder.redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    ServiceBuilder::new()
        .map_err(BoxError::from)
        .map_request(|request: Request<RequestBody>| {
            reqwest::Request::try_from(request.map(RequestBody::into_bytes)).expect("the event source has a URL")
        })
        .map_response(|response: reqwest::Response| Response::from(response).map(boxed))
        .service(client)
        .boxed_clone()
}

fn boxed<B>(body: B) -> UnsyncBoxBody<Bytes, BoxError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(Into::into).boxed_unsync()
}
