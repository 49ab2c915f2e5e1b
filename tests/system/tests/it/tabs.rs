//! Ten tabs with one connection, in the browsers: whichever tab goes, none of the others misses anything.

use axum::routing::get;
use example_server_stats::{Options, ServerEvent, ServerStats};
use serde_json::{Value, json};
use sse_core::Retry;
use sse_core::codegen::{Emit, Options as Generated, Registry};
use system_tests::{Browser, Exchange, Proxy, Server, Which, until};

use crate::scene::EVENTS;

const TABS: usize = 10;
/// What a browser allows to one origin over HTTP/1.1.
const MOST: usize = 6;

/// The generated client with the shared connection; the examples are generated without it.
async fn server(stats: &ServerStats) -> Server {
    let options = Generated::new().emit(Emit::Js).shared(true);
    let files = Registry::new().stream::<ServerEvent>(EVENTS).render(&options).unwrap();
    let router = files.into_iter().filter(|(name, _)| name.extension().is_some_and(|ending| ending == "js")).fold(
        stats.router(),
        |router, (name, text)| {
            let path = format!("/shared/{}", name.display());
            router.route(&path, get(async move || ([("content-type", "text/javascript")], text)))
        },
    );
    Server::new(router).await
}

const LISTEN: &str = r#"(async () => {
    window.seqs = [];
    window.opened = [];
    window.resets = [];
    window.lost = [];
    const { openServerEvent } = await import("/shared/server-event.js");
    const { shared } = await import("/shared/runtime-shared.js");
    window.source = openServerEvent({ connect: shared, retryMs: 200, maxBackoffMs: 600 });
    source.onOpen(({ resume }) => opened.push(resume));
    source.onReset(({ reason }) => resets.push(reason));
    source.onConnectionError((_, state) => lost.push(state));
    source.on("load", ({ seq }) => seqs.push(seq));
})()"#;

/// The tabs that are open, and what each must have seen: everything behind what it began with.
struct Scene {
    browser: Browser,
    stats: ServerStats,
    proxy: Proxy,
    tabs: Vec<usize>,
    published: u64,
    _server: Server,
}

impl Scene {
    async fn new(which: Which) -> Self {
        let stats = ServerStats::new(Options { retry: Retry::MIN, ..Options::default() });
        let server = server(&stats).await;
        let proxy = Proxy::passing(server.address()).await.unwrap();
        let browser = Browser::launch(which).await;
        Self { browser, stats, proxy, tabs: Vec::new(), published: 0, _server: server }
    }

    async fn open(&mut self, tab: usize) {
        self.browser.open_tab(tab, &self.proxy.url(Server::BLANK)).await;
        self.browser.evaluate_tab(tab, LISTEN).await;
        self.browser.wait_tab(tab, "opened.length > 0").await;
        self.tabs.push(tab);
    }

    fn publish(&mut self, count: u64) {
        for _ in 0..count {
            let load = |seq| ServerEvent::Load { seq, at_ms: 7, one: 0.5, five: 0.25, fifteen: 0.125 };
            self.stats.publish(load).unwrap();
        }
        self.published += count;
    }

    /// Every tab has seen everything since `from` once, and was never told to start over.
    async fn all_have(&mut self, from: u64) {
        let expected: Vec<_> = (from..=self.published).collect();
        for tab in self.tabs.clone() {
            self.browser.wait_tab(tab, &format!("seqs.at(-1) >= {}", self.published)).await;
            let seqs = self.browser.evaluate_tab(tab, &format!("seqs.filter((seq) => seq >= {from})")).await;
            assert_eq!(seqs, json!(expected), "tab {tab}");
            assert_eq!(self.browser.evaluate_tab(tab, "resets").await, json!([]), "tab {tab}");
        }
    }

    /// How many connections to the stream are open.
    fn connections(&self) -> usize {
        self.proxy.log(EVENTS).iter().filter(|exchange| !exchange.over).count()
    }

    /// Closes the tab that holds the connection, while events come.
    async fn close_leader(&mut self) {
        // Whoever asked first for the lock has it.
        let leader = self.tabs.remove(0);
        self.publish(5);
        self.browser.close_tab(leader).await;
        self.publish(5);
        until("one connection", || (self.connections() == 1).then_some(())).await;
        self.publish(5);
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn ten_tabs_share_a_connection_and_miss_nothing_when_its_tab_is_closed() {
    const { assert!(TABS > MOST, "or it would work without") };
    for which in [Which::Chromium, Which::Firefox] {
        let mut scene = Scene::new(which).await;
        for tab in 0..TABS {
            scene.open(tab).await;
            scene.publish(1);
        }
        scene.all_have(TABS as u64).await;
        assert_eq!(scene.connections(), 1, "{which}");

        for _ in 0..2 {
            scene.close_leader().await;
            scene.all_have(TABS as u64).await;
        }
        let requests = scene.proxy.log(EVENTS).len();
        assert_eq!(requests, 3, "{which}: one for each tab that held it");
        let asked = |exchange: Exchange| exchange.request_line.contains("?lastEventId=");
        let resumed: Vec<_> = scene.proxy.log(EVENTS).into_iter().map(asked).collect();
        assert_eq!(resumed, [false, true, true], "{which}");
        for tab in scene.tabs.clone() {
            let Value::Array(opened) = scene.browser.evaluate_tab(tab, "opened").await else { panic!("no list") };
            assert!(opened.iter().skip(1).all(|resume| resume == "recovered"), "{which}, tab {tab}: {opened:?}");
        }

        // One that comes late begins there.
        scene.open(TABS).await;
        scene.publish(3);
        scene.all_have(scene.published - 2).await;
        assert_eq!(scene.connections(), 1, "{which}");
        println!("{}: {TABS} tabs, {} events, one connection at a time", scene.browser.version, scene.published);
        scene.browser.close().await;
    }
}
