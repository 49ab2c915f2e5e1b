//! The alarm on the monitor's own stream.

use std::net::Ipv4Addr;

use example_server_stats::{Options, ServerEvent, ServerStats};
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn three_busy_samples_in_a_row_are_an_alarm() {
    let stats = ServerStats::new(Options::default());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let uri = format!("http://{}/events", listener.local_addr().unwrap()).parse().unwrap();
    let router = stats.router();
    tokio::spawn(async { axum::serve(listener, router).await });

    let client = Client::builder(TokioExecutor::new()).build_http::<RequestBody>();
    let mut figures = EventSource::new(client, uri).typed::<Figure>();
    let first = figures.next().await.unwrap().unwrap();
    assert!(matches!(first, Update::Open(_)), "{first:?}");

    let mut alarm = Alarm { percent: 80.0, busy: 0 };
    for total in [90.0, 95.0, 10.0, 80.0, 85.0, 99.0, 99.0] {
        stats.publish(|seq| ServerEvent::Cpu { seq, at_ms: 0, total, cores: vec![total] }).unwrap();
        // Its name is not one that the alarm knows.
        stats.publish(|seq| ServerEvent::Load { seq, at_ms: 0, one: 1.0, five: 1.0, fifteen: 1.0 }).unwrap();
    }
    let (mut samples, mut lines) = (0, Vec::new());
    while samples < 7 {
        let update = figures.next().await.unwrap().unwrap();
        samples += u32::from(matches!(update, Update::Event { .. }));
        lines.extend(alarm.take(&update));
    }
    assert_eq!(lines, ["busy since 3 samples, at 99 % (event 11)"]);
}
