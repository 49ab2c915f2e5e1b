use sse_core::SseEvent;

#[derive(SseEvent)]
struct Tick {
    at: u64,
}

#[derive(SseEvent)]
#[sse(rename_al = "x")]
union Either<T: Copy> {
    a: u8,
    b: T,
}

fn main() {
    let _ = sse_core::wire::encode(&Tick { at: 1 });
    let _ = sse_core::wire::encode(&Either { b: 1 });
}
