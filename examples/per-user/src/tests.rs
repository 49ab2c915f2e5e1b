//! A logout that comes between the look at the session and the subscription.

use axum::http::Request;
use axum::http::header::COOKIE;
use sse_tower::test;

use super::*;

/// A window of the same user, in which somebody signs out at the worst of all moments.
async fn events_then_logout(State(users): State<Users>, user: User) -> Result<impl IntoResponse, Refusal> {
    let answer = events(State(users.clone()), user.clone()).await;
    assert_eq!(logout(State(users), user).await, StatusCode::NO_CONTENT);
    answer
}

#[tokio::test]
async fn a_stream_that_a_logout_could_not_find_ends_all_the_same() {
    let users = Users::new().unwrap();
    users.inboxes.publish("ada", &Inbox::Note { from: "grace".to_owned(), text: "a secret".to_owned() }).unwrap();
    let app = Router::new()
        .route("/events", get(events))
        .route("/late", get(events_then_logout))
        .with_state(users.clone())
        .layer(layer(&users));
    let token = users.sessions.begin("ada".to_owned()).unwrap();
    let ask = async |path| {
        let request = Request::get(path).header(COOKIE, format!("session={token}")).body(String::new()).unwrap();
        test::ask::<Inbox>(app.clone(), request).await.unwrap()
    };

    let mut early = ask("/events").await;
    early.next().await.unwrap();
    let late = ask("/late").await;
    for mut events in [early, late] {
        // Nothing more comes, and nothing that was there already.
        assert_eq!(events.ended().await.unwrap(), test::End::Closed);
    }
    assert!(users.connections.is_empty());
}
