//! A server that dies and comes back has forgotten everything, and says so.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use system_tests::{Browser, Proxy, Which, until};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::native;
use crate::report::Received;
use crate::scene::EVENTS;

const NAMES: [&str; 3] = ["cpu", "stream-open", "stream-reset"];

/// The program, built as a user builds it.
async fn program() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = ["build", "--quiet", "--package", "example-server-stats", "--message-format", "json"];
    let output = Command::new(cargo).args(build).stderr(Stdio::inherit()).output().await.expect("cargo");
    assert!(output.status.success(), "the example does not build");
    let lines = output.stdout.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let executable = lines.filter_map(|line: Value| Some(line["executable"].as_str()?.into())).next_back();
    executable.expect("an executable")
}

/// Starts the program and reads from its output where it listens.
async fn start(program: &PathBuf) -> (Child, SocketAddr) {
    let mut child = Command::new(program).arg("0").stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("a line that says where it listens");
    let address = line.rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
    (child, address.unwrap_or_else(|| panic!("no address: {line}")))
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_restarted_server_resets_its_clients_and_they_go_on() {
    let program = program().await;
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        let (mut first, address) = start(&program).await;
        let proxy = Proxy::passing(address).await.unwrap();
        // Any document of the server's that does not open a stream itself.
        native::open(&mut browser, &proxy, "/style.css", EVENTS, &NAMES).await;
        browser.wait("received.filter(([name]) => name === 'cpu').length >= 2").await;

        first.kill().await.unwrap();
        browser.wait("source.readyState === EventSource.CONNECTING").await;
        let (second, address) = start(&program).await;
        proxy.set_upstream(address);
        browser
            .wait("received.slice(received.findIndex(([name]) => name === 'stream-reset')).slice(1).length >= 3")
            .await;

        let received = native::received(&mut browser).await;
        let reset = received.iter().position(|event| event.name == "stream-reset").expect("a reset");
        let (before, after) = (&received[..reset], &received[reset + 1..]);
        assert_eq!(received[reset].data, r#"{"reason":"unknown-epoch"}"#, "{which}");
        assert_eq!(before.last().map(|event| event.json()["resume"].clone()), Some("reset".into()));

        let epoch = |event: &Received| event.position().epoch();
        let old = epoch(&before[0]);
        assert!(after.iter().all(|event| event.name == "cpu" && epoch(event) != old), "{after:?}");
        assert!(after.iter().all(|event| epoch(event) == epoch(&received[reset])), "{after:?}");
        let positions: Vec<_> = received[reset..].iter().map(|event| event.position().offset()).collect();
        assert!(positions.is_sorted_by(|one, other| one < other), "{positions:?}");

        let last_ids = proxy.log(EVENTS).into_iter().filter_map(|exchange| exchange.last_event_id);
        assert!(last_ids.clone().count() > 0 && last_ids.clone().all(|id| id.starts_with(old.as_str())));
        println!("{}: reset after {} events, then {} new ones", browser.version, before.len() - 2, after.len());

        drop(second);
        browser.close().await;
        until("the connection to end", || proxy.log(EVENTS).iter().all(|exchange| exchange.over).then_some(())).await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn the_page_survives_a_restart() {
    let program = program().await;
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        let (mut first, address) = start(&program).await;
        let proxy = Proxy::passing(address).await.unwrap();
        browser.open(&proxy.url("/")).await;
        browser.wait("document.documentElement.dataset.state === 'live' && __received.length >= 4").await;

        first.kill().await.unwrap();
        browser.wait("document.documentElement.dataset.state === 'reconnecting'").await;
        let (second, address) = start(&program).await;
        proxy.set_upstream(address);
        // Said for longer than the state lasts.
        browser.wait("document.querySelector('#story .reset') !== null").await;
        let before = browser.evaluate("__received.length").await;
        browser.wait(&format!("__received.length >= {before} + 4")).await;
        for count in ["missed", "doubled"] {
            assert_eq!(
                browser.evaluate(&format!("document.getElementById('{count}').textContent")).await,
                "0",
                "{which}"
            );
        }
        drop(second);
        browser.close().await;
    }
}
