use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent)]
#[sse(rename_al = "x")]
union Either<T: Copy> {
    a: u8,
    b: T,
}

#[derive(SseDecode)]
union Received {
    at: u64,
}

fn decode<E: SseDecode>(event: sse_core::EventRef<'_>) {
    let _ = E::decode(event);
}

fn main() {
    let _ = sse_core::wire::encode(&Either { b: 1 });
    let _ = decode::<Received>;
}
