//! Where redirects lead, at first and at a reconnect.

use http::{HeaderValue, header};

use crate::client_script::{Answer, builder, run, status, stream};

fn to(code: u16, location: &'static str) -> Answer {
    match location {
        "/x" => status(code, &[("location", "/x")]),
        "/y" => status(code, &[("location", "/y")]),
        "//b.test/" => status(code, &[("location", "//b.test/")]),
        "//a.test/z" => status(code, &[("location", "//a.test/z")]),
        "" => status(code, &[("location", "")]),
        _ => status(code, &[]),
    }
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_goes_to_where_a_permanent_redirect_led() {
    for (code, second) in [(301, "x"), (308, "x"), (302, ""), (303, ""), (307, "")] {
        run(builder(), [to(code, "/x"), stream("id: 5\ndata: a\n\n")]).await.check(&[
            "0 GET http://a.test/",
            "0 GET http://a.test/x",
            "0 open",
            "0 event a [5]",
            "0 the body ended: failure 0, 3000 ms",
            &format!("3000 GET http://a.test/{second} last-event-id=5"),
            "3000 end NoContent",
        ]);
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_permanent_up_to_there_is() {
    let script = [
        to(301, "/x"),
        to(302, "/y"),
        to(301, "//a.test/z"),
        stream("id: 5\ndata: a\n\n"),
        to(307, "/y"),
        Answer::Refused,
    ];
    run(builder(), script).await.check(&[
        "0 GET http://a.test/",
        "0 GET http://a.test/x",
        "0 GET http://a.test/y",
        "0 GET http://a.test/z",
        "0 open",
        "0 event a [5]",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/x last-event-id=5",
        "3000 GET http://a.test/y last-event-id=5",
        "3000 connection refused: failure 1, 3000 ms",
        "6000 GET http://a.test/x last-event-id=5",
        "6000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_that_leads_nowhere_is_final() {
    for code in [301, 302, 307] {
        for location in ["", "none"] {
            run(builder(), [to(code, location)]).await.check(&[
                "0 GET http://a.test/",
                &format!(
                    "0 error: http://a.test/ answered {}, which cannot be followed: it has no location, or an empty one",
                    http::StatusCode::from_u16(code).unwrap()
                ),
            ]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_redirects_are_followed_and_no_more() {
    let lines = run(builder(), (0..30).map(|_| to(302, "/x"))).await.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("GET")).count(), 21);
    assert!(lines.last().unwrap().ends_with("it is one too many"));
    let mut script: Vec<_> = (0..20).map(|_| to(302, "/x")).collect();
    script.push(stream("data: a\n\n"));
    script.push(status(410, &[]));
    assert!(run(builder(), script).await.lines().contains(&"0 event a []".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn credentials_stay_with_their_origin() {
    let builder = builder()
        .header(header::AUTHORIZATION, HeaderValue::from_static("secret"))
        .header(header::HeaderName::from_static("x-one"), HeaderValue::from_static("1"));
    let script = [to(307, "/x"), to(307, "//b.test/"), to(307, "//a.test/z"), stream("id: 1\ndata: a\n\n")];
    run(builder, script).await.check(&[
        "0 GET http://a.test/ authorization=secret x-one=1",
        "0 GET http://a.test/x authorization=secret x-one=1",
        "0 GET http://b.test/ x-one=1",
        "0 GET http://a.test/z x-one=1",
        "0 open",
        "0 event a [1]",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/ last-event-id=1 authorization=secret x-one=1",
        "3000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_post_is_redirected_as_fetch_says() {
    let text = HeaderValue::from_static("text/plain");
    for (code, second) in [
        (301, "GET http://a.test/x"),
        (302, "GET http://a.test/x"),
        (303, "GET http://a.test/x"),
        (307, "POST http://a.test/x content-type=text/plain body"),
        (308, "POST http://a.test/x content-type=text/plain body"),
    ] {
        run(builder().body(text.clone(), "body"), [to(code, "/x")]).await.check(&[
            "0 POST http://a.test/ content-type=text/plain body",
            &format!("0 {second}"),
            "0 end NoContent",
        ]);
    }
}

/// What the caller says of its host is not true of another one.
#[tokio::test(start_paused = true)]
async fn the_name_of_a_host_stays_with_it() {
    let builder = builder().header(header::HOST, HeaderValue::from_static("virtual.test"));
    run(builder, [to(307, "/x"), to(307, "//b.test/")]).await.check(&[
        "0 GET http://a.test/ host=virtual.test",
        "0 GET http://a.test/x host=virtual.test",
        "0 GET http://b.test/",
        "0 end NoContent",
    ]);
}
