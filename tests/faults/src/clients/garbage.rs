//! Clients that send what is no request, or what no client would send.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::exchange::{Answer, End, exchange};
use crate::scene::{Kind, Scene, Server};

/// What is sent, and what may come back: a status, or `None` for the end of the connection alone.
struct Case {
    name: &'static str,
    request: Vec<u8>,
    answers: &'static [Option<u16>],
}

const BAD: &[Option<u16>] = &[Some(400), None];
const TOO_LARGE: &[Option<u16>] = &[Some(431), None];
const SERVED: &[Option<u16>] = &[Some(200)];

pub(super) async fn client(scene: Arc<Scene>) {
    let cases = Arc::new(cases());
    let mut next = 0;
    let once = |server| {
        let cases = Arc::clone(&cases);
        let number = next % cases.len();
        next += 1;
        async move { send(server, &cases[number]).await }
    };
    scene.repeat(Kind::Garbage, Duration::from_millis(20), once).await;
}

async fn send(server: Server, case: &Case) -> Result<(), Failure> {
    // Of a stream the first block is enough.
    let answer = exchange(server.address, &case.request, |answer| answer.contains("\n\n")).await?;
    if case.answers.contains(&answer.status()) && is_over(&answer) {
        Ok(())
    } else {
        Err(format!("{}: not {:?}: {answer}", case.name, case.answers).into())
    }
}

/// A refusal ends the connection: what follows it could be anything.
fn is_over(answer: &Answer) -> bool {
    answer.end != End::Enough || answer.status() == Some(200)
}

fn cases() -> Vec<Case> {
    // It goes on until the server ends it, but for what is served.
    let case = |name, request: &[u8], answers| Case { name, request: request.to_vec(), answers };
    let head = |line: &[u8]| -> Vec<u8> {
        [b"GET /live?kind=garbage HTTP/1.1\r\nhost: faults\r\n", line, b"\r\n\r\n"].concat()
    };
    let long = |name: &str, length| format!("{name}: {}", "x".repeat(length)).into_bytes();
    let many: Vec<u8> = (0..500).flat_map(|number| format!("x-{number}: y\r\n").into_bytes()).chain(*b"x: y").collect();
    vec![
        case("no text", &[0x80, 0xff, 0x00, 0x0d, 0x0a, 0x0d, 0x0a], BAD),
        case("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", BAD),
        case("an unknown version", b"GET / HTTP/9.9\r\n\r\n", BAD),
        case("HTTP/2, unasked for", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD),
        case("no path", b"GET\r\n\r\n", BAD),
        case("a space in a name", &head(b"last event id: 7"), BAD),
        case("NUL in a value", &head(b"last-event-id: \x007"), BAD),
        case("a length that is none", &head(b"content-length: many"), BAD),
        case("two lengths", &head(b"content-length: 1\r\ncontent-length: 2"), BAD),
        case("a million bytes", &head(&long("x", 1_000_000)), TOO_LARGE),
        case("too many", &head(&many), TOO_LARGE),
        case(
            "a long path",
            &[b"GET /", &*"x".repeat(70_000).into_bytes(), b" HTTP/1.1\r\n\r\n"].concat(),
            &[Some(414)],
        ),
        case("an `Accept` that is no text", &head(b"accept: \xff\xfe, ;;q=,text/event-stream;q=1.9"), SERVED),
        case("an `Accept` of nothing but commas", &head(b"accept: ,,,;,"), SERVED),
        case("a long `Accept`", &head(&long("accept", 100_000)), SERVED),
        case("ids that contradict", &head(b"last-event-id: 1\r\nlast-event-id: =end\r\nlast-event-id: \xff"), SERVED),
        case(
            "a query that is none",
            b"GET /live?kind=garbage&%ff=%&lastEventId=%zz%00&&=&= HTTP/1.1\r\nhost: a\r\n\r\n",
            SERVED,
        ),
    ]
}
