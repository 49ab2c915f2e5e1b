//! The HTTP client.

use std::error::Error;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use sse_tower::client::RequestBody;

/// A client for HTTP/1.1 and HTTP/2, with TLS or without. It trusts what the system does, and `SSL_CERT_FILE`.
pub(super) fn client() -> Result<Client<HttpsConnector<HttpConnector>, RequestBody>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    // A system without certificates is well enough for `http:`.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions().build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}
