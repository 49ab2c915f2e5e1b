//! Batches, positions under the lock, waking by and by, piping.

use super::*;

fn terminal(value: u64) -> Number {
    let mut last = number(value);
    last.fields.terminal = true;
    last
}

#[test]
fn a_batch_is_one_wake_and_all_or_nothing() {
    let topic = builder().max_event_bytes(100).build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &Waker::from(Arc::clone(&count))), Poll::Pending);

    let too_large = Number { padding: 100, ..number(3) };
    assert!(matches!(topic.publish_batch(&[number(1), number(2), too_large]), Err(PublishError::TooLarge { .. })));
    assert_eq!((topic.position().to_string(), numbers(&mut reader)), (id(0), Vec::new()));

    let position = topic.publish_batch(&[number(1), number(2), number(3)]).unwrap();
    assert_eq!((position, position.to_string()), (topic.position(), id(3)));
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert_eq!(numbers(&mut reader), [1, 2, 3]);
    // Nothing to publish is nothing published.
    assert_eq!(topic.publish_batch(&[]).unwrap(), position);
}

#[test]
fn a_terminal_event_is_the_last_of_its_batch() {
    let topic = builder().build().unwrap();
    let refused = topic.publish_batch(&[number(1), terminal(2), number(3)]).unwrap_err();
    assert!(matches!(refused, PublishError::TerminalNotLast));
    assert_eq!((topic.position().to_string(), topic.is_closed()), (id(0), false));
    topic.publish_batch(&[number(1), terminal(2)]).unwrap();
    assert!(topic.is_closed());
}

#[test]
fn a_batch_larger_than_both_windows_reaches_who_is_there() {
    let topic = builder().keep(Retention::events(2)).live(LiveWindow::events(2)).build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    let batch: Vec<_> = (1..=50).map(number).collect();
    topic.publish_batch(&batch).unwrap();
    assert_eq!(numbers(&mut reader), (1..=50).collect::<Vec<_>>());
    assert_eq!(resume(&topic, 47).verdict, Verdict::Reset(ResetReason::Evicted));
    assert_eq!(numbers(&mut resume(&topic, 48).subscription), [49, 50]);
}

#[test]
fn the_position_is_known_before_anybody_reads_the_event() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &Waker::from(Arc::clone(&count))), Poll::Pending);
    let woken = topic.publish_with(&number(7), |position| (position.to_string(), count.0.load(Ordering::SeqCst)));
    assert_eq!(woken.unwrap(), (id(1), 0));
    assert_eq!((count.0.load(Ordering::SeqCst), numbers(&mut reader)), (1, [7].into()));
}

#[test]
fn who_waits_is_woken_also_if_the_publisher_panics() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &Waker::from(Arc::clone(&count))), Poll::Pending);
    let panics = || topic.publish_with(&number(7), |_| panic!("in the user's code"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    // The event is in the log: it was encoded, and has its offset.
    assert_eq!((count.0.load(Ordering::SeqCst), numbers(&mut reader)), (1, [7].into()));
    publish(&topic, [8]);
    assert_eq!(numbers(&mut reader), [8]);
}

#[test]
fn waking_gives_way_every_128_and_forgets_nobody() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut readers: Vec<_> = (0..300).map(|_| topic.subscribe().unwrap()).collect();
    let wait = |readers: &mut Vec<Subscription>| {
        for reader in readers {
            drop(numbers(reader));
            assert_eq!(poll(reader, &waker), Poll::Pending);
        }
        count.0.store(0, Ordering::SeqCst);
    };
    wait(&mut readers);
    let (position, mut waking) = topic.publish_yielding(&number(1)).unwrap();
    assert_eq!((position.to_string(), count.0.load(Ordering::SeqCst)), (id(1), 0));
    let mut context = Context::from_waker(Waker::noop());
    for woken in [128, 256] {
        assert_eq!(Pin::new(&mut waking).poll(&mut context), Poll::Pending);
        assert_eq!(count.0.load(Ordering::SeqCst), woken);
    }
    assert_eq!(Pin::new(&mut waking).poll(&mut context), Poll::Ready(()));
    assert_eq!(count.0.load(Ordering::SeqCst), 300);

    wait(&mut readers);
    let (_, mut waking) = topic.publish_yielding(&number(2)).unwrap();
    assert_eq!(Pin::new(&mut waking).poll(&mut context), Poll::Pending);
    drop(waking);
    assert_eq!(count.0.load(Ordering::SeqCst), 300);
}

#[test]
fn an_event_may_publish_another_while_it_is_encoded() {
    struct Nested<'a>(&'a Topic<Number>);
    impl SseEvent for Nested<'_> {
        fn fields(&self) -> Result<EventFields, EncodeError> {
            Ok(EventFields::new(EventName::MESSAGE))
        }
        fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
            sink.push_str("before ");
            publish(self.0, [1]);
            sink.push_str("behind");
            Ok(())
        }
    }
    let (inner, outer) = (builder().build().unwrap(), Topic::<Nested<'_>>::new());
    let mut reader = outer.subscribe().unwrap();
    outer.publish(&Nested(&inner)).unwrap();
    let Some(Delivery::Frames(frames)) = reader.try_next() else { panic!("nothing to read") };
    assert!(frames.ends_with(b"data: before behind\n\n"), "{frames:?}");
    assert_eq!(inner.position().offset(), 1);
}

#[test]
fn a_pipe_publishes_what_is_ready_together_and_closes_at_the_end() {
    use futures_util::FutureExt as _;
    use futures_util::stream::{self, StreamExt as _};

    let topic = builder().build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    let mut pipe = topic.pipe(stream::iter(1..=100).map(number).chain(stream::pending()));
    // Other tasks come in between, however much is ready.
    assert!((&mut pipe).now_or_never().is_none());
    assert_eq!(numbers(&mut reader), (1..=64).collect::<Vec<_>>());
    assert!((&mut pipe).now_or_never().is_none());
    assert_eq!(numbers(&mut reader), (65..=100).collect::<Vec<_>>());
    // Breaking off is not the end.
    drop(pipe);
    assert!(!topic.is_closed());

    let published = topic.pipe(stream::iter([number(101), terminal(102)])).now_or_never();
    assert_eq!(published.unwrap().unwrap(), 2);
    assert_eq!(drain(&mut reader), ([101, 102].into(), Some(Delivery::Ended)));
}

#[test]
fn a_pipe_publishes_what_stands_before_an_event_that_is_refused() {
    use futures_util::FutureExt as _;
    use futures_util::stream;

    let topic = builder().build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    let mut own_id = number(2);
    own_id.fields.id = Some(EventId::from(1));
    let piped = topic.pipe(stream::iter([number(1), own_id, number(3)])).now_or_never();
    assert!(matches!(piped, Some(Err(PublishError::OwnId))));
    assert_eq!((numbers(&mut reader), topic.is_closed()), ([1].into(), false));
}
