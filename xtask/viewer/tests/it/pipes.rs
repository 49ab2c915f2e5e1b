//! `decode` and `encode`.

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::run::{run, viewer};

#[tokio::test]
async fn decode_prints_json_lines_into_a_pipe() {
    let stream = "retry: 500\n: hi\nid: 1\nevent: tick\ndata: {\"cents\":7}\n\ndata: a\ndata: b\n\nid: 2\n\ndata: lost";
    let output = run(&["decode"], stream.as_bytes()).await;
    assert_eq!(
        output.lines(),
        [
            json!({ "retry": 500 }),
            json!({ "event": "tick", "id": "1", "data": { "cents": 7 } }),
            json!({ "event": "message", "id": "1", "data": "a\nb" }),
            json!({ "id": "2" }),
        ]
    );
    assert_eq!((output.code, &*output.stderr), (1, "an event is lost: the stream ends before its blank line\n"));
}

#[tokio::test]
async fn decode_prints_text_if_asked() {
    let output = run(&["decode", "--pretty"], b"event: tick\ndata: {\"cents\":7}\n\n").await;
    assert_eq!(output.stdout.split_once("  ").unwrap().1, "tick  {\"cents\": 7}\n");
    assert_eq!((output.code, &*output.stderr), (0, ""));
}

#[tokio::test]
async fn each_comes_as_soon_as_it_is_there() {
    for (verb, input, output) in [("decode", "data: 1\n\n", "\"data\":1}\n"), ("encode", "{\"data\":1}\n", "data: 1\n")]
    {
        let mut child = viewer(&[verb]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..2 {
            stdin.write_all(input.as_bytes()).await.unwrap();
            let mut line = String::new();
            while line.trim().is_empty() {
                stdout.read_line(&mut line).await.unwrap();
            }
            assert!(line.ends_with(output), "{verb}: {line}");
        }
        drop(stdin);
        stdout.read_to_end(&mut Vec::new()).await.unwrap();
        assert!(child.wait().await.unwrap().success());
    }
}

#[tokio::test]
async fn a_mistake_in_a_line_loses_nothing_before_it() {
    let output = run(&["encode"], b"{\"data\":1}\n{\"data\":2}\n{\"dta\":3}\n{\"data\":4}\n").await;
    assert_eq!((output.code, &*output.stdout), (1, "data: 1\n\ndata: 2\n\n"));
    assert!(output.stderr.starts_with("error: line 3: unknown field `dta`"), "{}", output.stderr);
}

#[tokio::test]
async fn a_wrong_command_line_is_explained() {
    let output = run(&["decode", "--count", "1"], b"").await;
    assert_eq!((output.code, &*output.stdout), (2, ""));
    assert!(output.stderr.starts_with("error: invalid option '--count'\n\nusage: "), "{}", output.stderr);
    assert_eq!(run(&["--help"], b"").await.code, 0);
}

#[tokio::test]
async fn whoever_has_read_enough_is_no_failure() {
    let mut child = viewer(&["decode"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"data: 1\n\n").await.unwrap();
    assert!(child.wait().await.unwrap().success());
}
