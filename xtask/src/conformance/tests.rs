//! The committed vectors, and the runner itself: one that cannot fail proves nothing.

use super::*;

/// How many vectors pass, and the failures.
#[track_caller]
fn run(json: &[u8]) -> (usize, Vec<String>) {
    let vectors = parse(json).unwrap();
    let failures: Vec<_> = vectors.iter().filter_map(|vector| vector.run().err()).collect();
    (vectors.len() - failures.len(), failures)
}

#[test]
fn the_decoder_passes() {
    let vectors = include_bytes!("../../../sse-core/conformance/vectors/public.json");
    assert_eq!(run(vectors), (268, Vec::new()));
}

#[test]
fn the_decoder_is_eager() {
    let vectors = include_bytes!("../../../sse-core/conformance/vectors/eager.json");
    assert_eq!(run(vectors), (18, Vec::new()));
}

#[test]
fn the_encoder_passes() {
    let vectors = include_bytes!("../../../sse-core/conformance/vectors/encoder_public.json");
    assert_eq!(run(vectors), (81, Vec::new()));
}

/// Runs one vector whose name is added.
#[track_caller]
fn check(vector: &str, expect: &[&str]) {
    let json = format!(r#"[{{"name": "n", {vector}}}]"#);
    assert_eq!(run(json.as_bytes()).1, expect);
}

#[test]
fn what_differs_is_said() {
    // data: a, with id 1 and retry 5
    let input = r#""input_base64": "cmV0cnk6IDUKaWQ6IDEKZGF0YTogYQoK""#;
    let a = r#""events": [{"event": "message", "data": "a", "id": "1"}]"#;
    check(&format!(r#"{input}, {a}, "retry": 5, "last_event_id": "1""#), &[]);
    check(
        &format!(r#"{input}, {a}, "retry": 6, "last_event_id": "1""#),
        &["decode, whole: the retry is Some(5), not Some(6)"],
    );
    check(&format!(r#"{input}, {a}, "retry": 6, "retry_also_ok": [5], "last_event_id": "1""#), &[]);
    check(&format!(r#"{input}, {a}, "retry": null, "retry_or_at_least": 5, "last_event_id": "1""#), &[]);
    check(
        &format!(r#"{input}, {a}, "retry": 5, "last_event_id": """#),
        &[r#"decode, whole: the last event ID is "1", not """#],
    );
    check(
        &format!(r#"{input}, "events": [], "retry": 5, "last_event_id": "1""#),
        &[r#"decode, whole: event 0 is Some(EventCase { event: "message", data: "a", id: "1" }), not None"#],
    );
    check(
        r#""chunks": ["ZGF0YTogYQoK", ""], "total": [0, 1]"#,
        &["decode: after each chunk [1, 1] events had come out, not [0, 1]"],
    );
}

#[test]
fn an_encoder_vector_is_judged() {
    let decoded = r#""decoded": {"events": [], "retry": null, "last_event_id": "", "comments": ["b"]}"#;
    check(
        &format!(r#""items": [{{"comment": "a"}}], "expect": "ok", {decoded}"#),
        &[r#"the comments are [" a"], not ["b"]"#],
    );
    check(r#""items": [{"id": "1", "data": "d"}], "expect": "reject""#, &[r#"accepted, as "id: 1\ndata: d\n\n""#]);
    check(r#""items": [{"id": "\n"}], "expect": "reject""#, &[]);
    check(r#""items": [{"retry": -1}], "expect": "ok-or-reject""#, &[]);
    check(r#""items": [{"retry": 1.5}], "expect": "ok""#, &["refused: 1.5 is no u64"]);
    check(
        r#""items": [{"id": "999", "data": "d"}], "expect": "reject", "attack": true"#,
        &[r#"INJECTED: accepted, as "id: 999\ndata: d\n\n""#],
    );
}

#[test]
fn a_file_that_is_no_vectors_is_refused() {
    for (json, error) in [
        ("", "not an array of vectors: EOF while parsing a value at line 1 column 0"),
        ("[]", "there is no vector in it"),
        (r#"[{"why": "?"}]"#, "vector 0: it has no name"),
        (r#"[{"name": "n"}]"#, "vector 0: `n` is of no known format"),
        (r#"[{"name": "n", "chunks": ["?"], "total": [0]}]"#, "vector 0: Invalid symbol 63, offset 0."),
    ] {
        assert_eq!(parse(json.as_bytes()).unwrap_err(), error);
    }
    assert!(load("no/such/file.json").is_err());
}

#[test]
fn every_chunking_is_the_whole_input() {
    let most = chunks::EVERY_CUT;
    let input: Vec<u8> = (0..=99).cycle().take(most + 1).collect();
    for len in [0, 1, 2, 100, most, most + 1] {
        let (input, splits) = (&input[..len], [vec![0, 0, len]]);
        let all: Vec<_> = chunks::chunkings(len, &splits).collect();
        assert_eq!(all.len(), 6 + usize::from(len > 1) + if len <= most { len.saturating_sub(1) } else { 0 });
        for chunking in all {
            let cuts = chunking.cuts("n", len);
            assert_eq!(chunks::cut(input, &cuts).collect::<Vec<_>>().concat(), input);
        }
    }
}
