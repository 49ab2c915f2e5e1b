//! A router over TLS, under HTTP/2 where the client knows it, without anything in front.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use system_tests::Server;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A server until it is dropped, with a certificate that nobody knows.
pub(crate) struct TlsServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl TlsServer {
    /// It has a page with nothing on it too.
    pub(crate) async fn new(router: Router) -> Self {
        let router = router.route(Server::BLANK, get(async || Html("<!doctype html><title>blank</title>")));
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        config.alpn_protocols = ["h2", "http/1.1"].map(Vec::from).to_vec();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            // Dropped with this task.
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                open.spawn(serve(acceptor.clone(), stream, router.clone()));
                while open.try_join_next().is_some() {}
            }
        });
        Self { address, serving }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Whatever becomes of a connection is what its client sees.
async fn serve(acceptor: TlsAcceptor, stream: TcpStream, router: Router) {
    stream.set_nodelay(true).unwrap();
    if let Ok(stream) = acceptor.accept(stream).await {
        let service = TowerToHyperService::new(router);
        drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await);
    }
}
