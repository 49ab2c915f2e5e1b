//! The same events on a host.

use std::time::Duration;

use no_std::{Command, Telemetry, echo};

#[test]
fn each_event_comes_back() {
    let events = [
        Telemetry::Sample { sensor: 1, count: 2, value: Some(20.5), rest: [("battery".to_owned(), 90)].into() },
        Telemetry::Restarted { times: 3, wait: None },
        Telemetry::Log("two\nlines".into()),
        Telemetry::Image(vec![0, 255]),
        Telemetry::Command(Command::Measure { sensor: 1 }),
        Telemetry::Off,
    ];
    for event in events {
        let back = echo(&event).unwrap();

        assert_eq!(back, Some(event));
    }
}

#[test]
fn a_reconnection_time_is_the_clients_and_nan_is_an_error() {
    let restarted = Telemetry::<u8>::Restarted { times: 3, wait: Some(Duration::from_secs(1)) };
    assert_eq!(echo(&restarted).unwrap(), Some(Telemetry::Restarted { times: 3, wait: None }));

    let sample = Telemetry::Sample { sensor: 1, count: 2, value: Some(f64::NAN), rest: [].into() };
    echo(&sample).unwrap_err();
}
