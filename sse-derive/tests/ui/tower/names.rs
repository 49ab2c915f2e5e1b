use sse_core::{EventId, EventName};

const NAME: EventName = EventName::from_static("price\ntick");
const ID: EventId = EventId::from_static("1\n2");

fn main() {
    let _ = (NAME, ID);
}
