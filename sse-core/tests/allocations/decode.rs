//! What it costs to decode an event.

use allocation_counter::measure;
use sse_core::Decoder;

const EVENTS: u64 = 1_000;

/// Events as a language model's server sends them, each with an id of its own.
fn stream() -> Vec<u8> {
    let event = |id| {
        let data =
            format!(r#"{{"index":{id},"delta":{{"type":"text_delta","text":" token, und ein zweites: größer"}}}}"#);
        format!("id: {id}\nevent: content_block_delta_of_a_long_name\ndata: {data}\n\n").into_bytes()
    };
    (0..EVENTS).flat_map(event).collect()
}

/// Decodes the stream once, so that buffers have grown, and again in chunks of this length; returns the allocations.
fn allocations(chunk: usize, decode: fn(&mut Decoder, &mut &[u8]) -> bool) -> u64 {
    let stream = stream();
    let mut decoder = Decoder::new();
    let mut run = || {
        let mut events = 0;
        for mut input in stream.chunks(chunk) {
            while decode(&mut decoder, &mut input) {
                events += 1;
            }
        }
        assert_eq!(events, EVENTS);
    };
    run();
    measure(run).count_total
}

#[test]
fn an_owned_event_is_one_allocation() {
    for chunk in [1, 100, 16 << 10, usize::MAX] {
        let count = allocations(chunk, |decoder, input| decoder.decode(input).unwrap().is_some());
        assert_eq!(count, EVENTS, "in chunks of {chunk}");
    }
}

#[test]
fn a_borrowed_event_is_none() {
    for chunk in [1, 100, 16 << 10, usize::MAX] {
        let count = allocations(chunk, |decoder, input| decoder.decode_ref(input).unwrap().is_some());
        assert_eq!(count, 0, "in chunks of {chunk}");
    }
}
