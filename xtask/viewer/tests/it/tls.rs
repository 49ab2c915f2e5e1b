//! `watch` over TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::run::{finish, viewer};

#[tokio::test]
async fn a_certificate_that_the_system_trusts_is_trusted() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("localhost.pem");
    std::fs::write(&file, made.cert.pem()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![made.cert.der().clone()],
            PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut tls = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(tls.read_u8().await.unwrap());
        }
        tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: secret\n\n").await.unwrap();
        tls.flush().await.unwrap();
        // Until the client leaves.
        drop(tls.read_u8().await);
    };
    let mut command = viewer(&["watch", &format!("https://localhost:{port}/"), "--once"]);
    command.env("SSL_CERT_FILE", &file);
    let ((), output) = tokio::join!(server, finish(command, b""));
    assert_eq!(output.lines().last(), Some(&json!({ "event": "message", "data": "secret" })), "{output:?}");
    assert_eq!(output.code, 0);
}
