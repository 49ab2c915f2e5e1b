//! The program itself, ended by a signal while clients read, and while one does not.
#![cfg(unix)]
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::SseDecode;
use sse_core::history::ResetReason;
use sse_tower::client::{Cause, End, EventSource, Resume, Update};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time that the program has to end: half of it for its answer, the other half for a machine that is busy.
const WINDOW: Duration = Duration::from_secs(6);

#[derive(Debug, SseDecode)]
#[sse(rename_all = "kebab-case")]
enum Clock {
    #[expect(dead_code, reason = "whichever it is")]
    Tick { seconds: u64 },
}

#[derive(Debug, PartialEq, Eq, SseDecode)]
#[sse(rename_all = "kebab-case")]
enum Answer {
    Word(String),
    Done,
}

struct Program {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Program {
    async fn start(port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-graceful-shutdown"));
        command.args([port.to_string(), WINDOW.as_secs().to_string()]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = line(&mut lines).await;
        let address = line.strip_prefix("graceful-shutdown on http://").unwrap().parse().unwrap();
        Self { process, lines, address }
    }

    /// Opens a stream.
    async fn open<E: SseDecode>(&self, path: &str) -> EventSource<E> {
        let uri = format!("http://{}{path}", self.address).parse().unwrap();
        let mut events = EventSource::new(Client::builder(TokioExecutor::new()).build_http(), uri).typed();
        assert!(matches!(next(&mut events).await, Update::Open(_)));
        events
    }

    /// Sends it SIGTERM.
    async fn terminate(&self) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// Waits for its end.
    async fn ended(&mut self) -> ExitStatus {
        timeout(WINDOW + PATIENCE, self.process.wait()).await.expect("it goes on").unwrap()
    }
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    timeout(PATIENCE, lines.next_line()).await.expect("no line").unwrap().unwrap()
}

async fn next<E>(events: &mut EventSource<E>) -> Update<E> {
    timeout(PATIENCE, events.next()).await.expect("waited in vain").unwrap().unwrap()
}

#[tokio::test]
async fn each_stream_ends_as_its_route_says_and_the_program_in_time() {
    let mut program = Program::start(0).await;
    let mut clocks = Vec::new();
    for _ in 0..4 {
        clocks.push(program.open::<Clock>("/clock").await);
    }
    let mut idle = TcpStream::connect(program.address).await.unwrap();
    idle.write_all(b"GET /firehose HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    idle.readable().await.unwrap();
    let mut answer = program.open::<Answer>("/answer").await;

    program.terminate().await;
    assert_eq!(line(&mut program.lines).await, "shutting down: 6 streams are open");
    // Another program takes its place.
    while TcpStream::connect(program.address).await.is_ok() {}
    let _successor = Program::start(program.address.port()).await;
    let (status, ()) = tokio::join!(program.ended(), async {
        let mut words = Vec::new();
        while !matches!(words.last(), Some(Update::End(_))) {
            words.push(next(&mut answer).await);
        }
        let [.., Update::Event { event: word, .. }, Update::Event { event: Answer::Done, .. }, Update::End(End::Event)] =
            &*words
        else {
            panic!("{words:?}");
        };
        assert_eq!((word, words.len()), (&Answer::Word("twice".to_owned()), 18));
    });
    assert!(status.success(), "{status}");
    assert_eq!(line(&mut program.lines).await, "done: every connection has ended");
    // It was not read, and so not complete.
    let read = timeout(PATIENCE, idle.read_to_end(&mut Vec::new())).await.expect("no end");
    assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);

    let mut delays = HashSet::new();
    for clock in &mut clocks {
        let lost = loop {
            match next(clock).await {
                Update::Event { .. } => {}
                Update::Reconnecting(lost) => break lost,
                other => panic!("{other:?}"),
            }
        };
        assert!(matches!(lost.cause, Cause::Ended), "{}", lost.cause);
        assert!((1_000..=1_250).contains(&lost.delay.as_millis()), "{:?}", lost.delay);
        delays.insert(lost.delay);
    }
    assert_ne!(delays.len(), 1, "they all come back together: {delays:?}");
    for clock in &mut clocks {
        let Update::Open(opened) = next(clock).await else { panic!("it does not come back") };
        assert_eq!(opened.resume, Some(Resume::Reset(Some(ResetReason::UnknownEpoch))));
    }
}
