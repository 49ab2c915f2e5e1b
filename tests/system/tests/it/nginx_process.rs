//! nginx with a folder and ports of its own, the app behind it, and clients that speak either version of HTTP with it.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, Uri, Version, header};
use axum::serve::ListenerExt as _;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use system_tests::LONG;
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tower::{Service, ServiceExt as _};
use tower_http::decompression::DecompressionLayer;

/// Whatever a proxy holds back does not come within this time; whatever it does not hold back comes within a millisecond
/// on a machine that does nothing else.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(10);

/// A port that the system gives to nobody else while this is there. Whoever is told of it can listen on it.
struct Port {
    address: SocketAddr,
    _held: TcpSocket,
}

impl Port {
    fn hold() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Whoever says so too may have the same address, as long as no more than one of them listens.
        socket.set_reuseaddr(true).unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { address: socket.local_addr().unwrap(), _held: socket }
    }
}

/// A program that listens where it is told to, and ends when this is dropped.
pub(crate) struct Proxying {
    child: Child,
    folder: PathBuf,
    _ports: Vec<Port>,
}

impl Proxying {
    /// Starts `program` in a new folder with the file that `configure` makes of free ports, and waits until it listens.
    pub(crate) async fn start<const PORTS: usize>(
        program: &Program,
        configure: impl FnOnce(&[SocketAddr; PORTS], &PathBuf) -> String,
    ) -> (Self, [SocketAddr; PORTS]) {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{number}", program.name, std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let ports = [(); PORTS].map(|()| Port::hold());
        let addresses = ports.each_ref().map(|port| port.address);
        fs::write(folder.join("config"), configure(&addresses, &folder)).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let variable = program.name.to_uppercase();
        let child = Command::new(std::env::var_os(&variable).unwrap_or_else(|| OsString::from(program.path)))
            .args(program.arguments)
            .current_dir(&folder)
            .env("HOME", &folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.path));
        let mut started = Self { child, folder, _ports: ports.into() };
        started.wait_until_it_listens(program, &addresses).await;
        (started, addresses)
    }

    async fn wait_until_it_listens(&mut self, program: &Program, addresses: &[SocketAddr]) {
        for address in addresses {
            while TcpStream::connect(address).await.is_err() {
                if self.child.try_wait().unwrap().is_some() {
                    let said = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                    panic!("{} does not start: {said}", program.path)
                }
                tokio::task::yield_now().await;
            }
        }
    }
}

impl Drop for Proxying {
    fn drop(&mut self) {
        // A folder that stays is in the target folder.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A program of the distribution, and the arguments with which it reads `config` and stays in the foreground.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Unless a variable of its name says where it is.
    pub(crate) path: &'static str,
    pub(crate) arguments: &'static [&'static str],
}

pub(crate) const NGINX: Program =
    Program { name: "nginx", path: "/usr/sbin/nginx", arguments: &["-e", "stderr", "-p", ".", "-c", "config"] };

/// nginx before an app, without TLS for HTTP/1.1 and with it for both versions.
pub(crate) struct Nginx {
    _running: Proxying,
    plain: SocketAddr,
    tls: SocketAddr,
    certificate: CertificateDer<'static>,
}

impl Nginx {
    /// Starts one that passes everything on to `upstream`, with these directives beside `proxy_pass`.
    pub(crate) async fn start(upstream: SocketAddr, directives: &str) -> Self {
        let location = format!("location / {{ proxy_pass http://{upstream}; {directives} }}");
        Self::with(&location).await
    }

    /// Starts one whose server has these directives.
    pub(crate) async fn with(server: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let (running, [plain, tls]) = Proxying::start(&NGINX, |[plain, tls], folder| {
            fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
            fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
            // One process, which dies with its parent's handle.
            format!(
                "daemon off; master_process off; pid pid; error_log stderr;
                 events {{ worker_connections 64; }}
                 http {{
                     access_log off;
                     client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                     uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                     server {{
                         listen {plain};
                         listen {tls} ssl http2;
                         ssl_certificate cert.pem;
                         ssl_certificate_key key.pem;
                         {server}
                     }}
                 }}"
            )
        })
        .await;
        Self { _running: running, plain, tls, certificate: made.cert.der().clone() }
    }

    pub(crate) fn url(&self, http: Http, path: &str) -> Uri {
        let origin = match http {
            Http::Plain => format!("http://{}", self.plain),
            Http::One | Http::Two => format!("https://{}", self.tls),
        };
        format!("{origin}{path}").parse().unwrap()
    }

    /// A client that trusts this server alone, and speaks that version with it.
    pub(crate) fn client<B>(&self, http: Http) -> Client<HttpsConnector<HttpConnector>, B>
    where
        B: hyper::body::Body<Data: Send> + Send,
    {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        let connector = match http {
            Http::Plain | Http::One => connector.enable_http1().build(),
            Http::Two => connector.enable_http2().build(),
        };
        Client::builder(TokioExecutor::new()).http2_only(http == Http::Two).build(connector)
    }

    /// Asks for the event stream at `/events`, and for it to be compressed.
    pub(crate) async fn events(&self, http: Http) -> Events {
        // What decompresses hides what was compressed.
        let client = self.client(http).map_response(|mut response: Response<_>| {
            let received = Head { version: response.version(), headers: response.headers().clone() };
            response.extensions_mut().insert(received);
            response
        });
        let service = tower::ServiceBuilder::new().layer(DecompressionLayer::new()).service(client);
        Events::ask(service, self.url(http, "/events")).await
    }
}

/// How a client speaks with nginx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http {
    /// HTTP/1.1 without TLS.
    Plain,
    /// HTTP/1.1 over TLS.
    One,
    /// HTTP/2, and so over TLS.
    Two,
}

impl Http {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::One, Self::Two];

    pub(crate) const fn version(self) -> Version {
        match self {
            Self::Plain | Self::One => Version::HTTP_11,
            Self::Two => Version::HTTP_2,
        }
    }
}

/// What came over the network.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
}

/// An event stream that is open, and what came on it.
pub(crate) struct Events {
    pub(crate) head: Head,
    pub(crate) text: String,
    body: Body,
}

impl Events {
    /// Asks for an event stream, and waits for its head.
    pub(crate) async fn ask<S, B>(service: S, url: Uri) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error: std::fmt::Debug>,
        B: hyper::body::Body<Data = hyper::body::Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    {
        let request = Request::get(url).header(header::ACCEPT, "text/event-stream").body(Body::empty()).unwrap();
        let response = timeout(AT_ONCE, service.oneshot(request)).await.expect("no head came").unwrap();
        assert_eq!(response.status(), 200);
        let (mut parts, body) = response.into_parts();
        let head = parts.extensions.remove().unwrap_or(Head { version: parts.version, headers: parts.headers });
        Self { head, text: String::new(), body: Body::new(body) }
    }

    /// Waits for this text, behind everything that was waited for before.
    ///
    /// # Errors
    ///
    /// How the body came to its end before: as it was meant to, or not.
    pub(crate) async fn until(&mut self, end: &str) -> Result<(), Ended> {
        loop {
            if let Some(found) = self.text.find(end) {
                self.text.drain(..found + end.len());
                return Ok(());
            }
            let Some(frame) = self.body.frame().await else { return Err(Ended::Clean) };
            let Ok(frame) = frame else { return Err(Ended::Broken) };
            if let Ok(data) = frame.into_data() {
                self.text.push_str(str::from_utf8(&data).unwrap());
            }
        }
    }

    /// The same, and that it comes at once.
    pub(crate) async fn expect(&mut self, end: &str) {
        let came = timeout(AT_ONCE, self.until(end)).await;
        assert_eq!(came, Ok(Ok(())), "{end:?} behind {:?}", self.text);
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Clean,
    /// By the end of its connection, or of its stream.
    Broken,
}

/// A server that dies like a process: its connections are tasks of a runtime of its own.
pub(crate) struct App {
    port: Port,
    runtime: Option<Runtime>,
}

impl App {
    pub(crate) fn start(router: Router) -> Self {
        let mut app = Self { port: Port::hold(), runtime: None };
        app.restart(router);
        app
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.port.address
    }

    /// Kills it, and waits until nobody listens and every connection is closed.
    pub(crate) async fn kill(&mut self) {
        let runtime = self.runtime.take().unwrap();
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(LONG)).await.unwrap();
    }

    /// Starts another one where it was killed.
    pub(crate) fn restart(&mut self, router: Router) {
        let listener = TcpListener::bind(self.port.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
            axum::serve(listener, router).await.unwrap();
        });
        self.runtime = Some(runtime);
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
