//! The servers that are measured, each in a process of its own.

mod bare;
mod epoll;
mod idiom;
mod ours;

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Builder;

use super::control::{commands, obey};
use super::machine;

/// How many connections may wait to be accepted: a storm is not to be one of lost SYNs.
const BACKLOG: i32 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contender {
    Ours,
    /// axum's `Sse` over `tokio::sync::broadcast`.
    Idiom,
    /// Nothing but writes to sockets.
    Epoll,
    /// What serves ours, with a body that has nothing to say.
    Bare,
}

impl Contender {
    /// Those that deliver events, ours first.
    pub(super) const ALL: [Self; 3] = [Self::Ours, Self::Idiom, Self::Epoll];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Idiom => "axum idiom",
            Self::Epoll => "epoll",
            Self::Bare => "bare axum",
        }
    }

    /// How many blocks it writes before the first event.
    pub(super) const fn blocks_before(self) -> u64 {
        match self {
            Self::Ours | Self::Bare => 1,
            Self::Idiom | Self::Epoll => 0,
        }
    }
}

/// Is the server of this name, and goes on until the load client has gone. With `resumes`, clients get what they missed.
pub(super) fn serve(name: &str, resumes: bool) {
    machine::take(machine::SERVER);
    let stdin = io::stdin().as_fd().try_clone_to_owned().expect("standard input is open");
    let mut control = UnixStream::from(stdin);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    rustix::net::listen(&listener, BACKLOG).expect("it is bound");
    listener.set_nonblocking(true).expect("it is a socket");
    let port = listener.local_addr().expect("it is bound").port();
    control.write_all(&port.to_le_bytes()).expect("the load client listens");
    control.set_nonblocking(true).expect("it is a socket");

    match name {
        "ours" => ours::serve(control, listener),
        "axum idiom" => idiom::serve(control, listener, resumes),
        "epoll" => epoll::serve(control, &listener),
        _ => bare::serve(control, listener),
    }
}

/// Who accepts connections, and serves them.
#[derive(Clone, Copy, Debug)]
enum Stack {
    /// `axum::serve`, with what its users must think of themselves.
    Axum,
    /// `sse_tower::serve`, for HTTP/1.1 alone: the server of hyper-util that tells the versions apart holds 5 KiB more.
    Ours,
}

/// Serves an app, on one thread.
fn serve_app(stack: Stack, app: Router, control: UnixStream, listener: TcpListener, mut publish: impl FnMut(u32)) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a thread needs no help");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("it does not block");
        match stack {
            Stack::Axum => tokio::spawn(serve_with_axum(listener, app)),
            Stack::Ours => tokio::spawn(serve_with_ours(listener, app)),
        };
        let mut control = tokio::net::UnixStream::from_std(control).expect("it does not block");
        let mut bytes = [0; 256];
        while let Ok(length @ 1..) = control.read(&mut bytes).await {
            for command in commands(&bytes[..length]) {
                if let Some(answer) = obey(command, &mut publish)
                    && control.write_all(&answer).await.is_err()
                {
                    return;
                }
            }
        }
    });
}

async fn serve_with_axum(listener: tokio::net::TcpListener, app: Router) {
    let listener = listener.tap_io(|socket| socket.set_nodelay(true).expect("it is a socket"));
    axum::serve(listener, app).await.expect("it goes on for ever");
}

async fn serve_with_ours(listener: tokio::net::TcpListener, app: Router) {
    let listener = sse_tower::serve::Options::new().listen(listener).expect("the system has all options");
    sse_tower::serve::http1(listener, app, std::future::pending()).await;
}
