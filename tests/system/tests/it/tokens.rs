//! The page of a long generation goes on where it was, whatever happens to its connection or to itself.

use std::fs;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use example_llm_tokens::{Options, Pace, app, text};
use sse_core::Retry;
use system_tests::{Browser, Exchange, Proxy, Server, Which, until};
use tokio::sync::Semaphore;

const PROMPT: &str = "What does the clerk write?";

struct Scene {
    browser: Browser,
    proxy: Proxy,
    which: Which,
    _server: Server,
}

impl Scene {
    async fn new(which: Which, pace: Pace) -> Self {
        let browser = Browser::launch(which).await;
        let server = Server::new(app(&Options { pace, retry: Retry::MIN, ..Options::default() })).await;
        let proxy = Proxy::passing(server.address()).await.unwrap();
        Self { browser, proxy, which, _server: server }
    }

    async fn open(&mut self, target: &str) {
        self.browser.open(&self.proxy.url(target)).await;
    }

    /// Asks on the page, and gives the id of the generation.
    async fn ask(&mut self) -> String {
        self.open("/").await;
        self.submit(&format!("{PROMPT:?}")).await;
        self.browser.wait("location.hash.slice(1)").await.as_str().unwrap().to_owned()
    }

    /// Asks for what an expression gives.
    async fn submit(&mut self, prompt: &str) {
        let [field, form] = ["prompt", "ask"].map(|id| format!("document.getElementById('{id}')"));
        self.browser.evaluate(&format!("{field}.value = {prompt}, {form}.requestSubmit()")).await;
    }

    async fn content(&mut self, id: &str) -> String {
        let content = self.browser.evaluate(&format!("document.getElementById({id:?}).textContent")).await;
        content.as_str().unwrap().to_owned()
    }

    async fn wait_for(&mut self, id: &str, content: &str) {
        self.browser.wait(&format!("document.getElementById({id:?}).textContent === {content:?}")).await;
    }

    async fn wait_for_state(&mut self, state: &str) {
        self.browser.wait(&format!("document.documentElement.dataset.state === {state:?}")).await;
    }

    /// Waits until the page shows so many tokens, and checks that they are the first of the text.
    async fn wait_for_tokens(&mut self, count: usize) {
        self.wait_for("tokens", &count.to_string()).await;
        let first: String = text(PROMPT).split_inclusive(' ').take(count).collect();
        assert_eq!(self.content("text").await, first, "{}: {count} tokens", self.which);
    }

    /// Waits for the end, and checks that nothing is missing and nothing is there twice.
    async fn wait_for_end(&mut self) {
        self.wait_for_state("complete").await;
        self.wait_for_tokens(text(PROMPT).split_inclusive(' ').count()).await;
        assert_eq!(self.content("text").await, text(PROMPT), "{}", self.which);
        assert_eq!(self.content("missing").await, "0", "{}", self.which);
    }

    /// The requests for the events of a generation.
    fn requests(&self, id: &str) -> Vec<Exchange> {
        self.proxy.log(&format!("/generations/{id}/events"))
    }

    /// Waits until nobody reads the generation.
    async fn wait_until_left(&self, id: &str) {
        until("the reader to leave", || self.requests(id).iter().all(|exchange| exchange.over).then_some(())).await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_reload_in_mid_sentence_gets_the_missed_tokens_and_no_other() {
    for which in [Which::Chromium, Which::Firefox] {
        let steps = Arc::new(Semaphore::new(12));
        let mut scene = Scene::new(which, Pace::Steps(Arc::clone(&steps))).await;
        let id = scene.ask().await;
        scene.wait_for_tokens(12).await;
        assert_eq!(scene.content("question").await, PROMPT);
        assert_eq!(scene.content("resumed").await, "", "{which}: who asks has missed nothing");

        scene.browser.reload().await;
        scene.wait_for("resumed", "resumed with 0 missed tokens").await;
        scene.wait_for_tokens(12).await;
        steps.add_permits(5);
        scene.wait_for_tokens(17).await;

        // The page is gone, and the model goes on.
        scene.open(Server::BLANK).await;
        scene.wait_until_left(&id).await;
        steps.add_permits(9);
        // The prompt is the first event.
        let status = format!("fetch('/generations/{id}').then((answer) => answer.json())");
        scene.browser.wait(&format!("{status}.then(({{ events }}) => events === 1 + 26)")).await;
        scene.open(&format!("/#{id}")).await;
        scene.wait_for("resumed", "resumed with 9 missed tokens").await;
        scene.wait_for_tokens(26).await;
        assert_eq!(scene.content("recovered").await, "9", "{which}");
        assert_eq!(scene.browser.evaluate("document.querySelector('mark').textContent.split(' ').length - 1").await, 9);
        let last = scene.requests(&id).pop().unwrap();
        assert!(last.request_line.contains("lastEventId=") && last.request_line.contains("-18 "), "{last:?}");

        scene.browser.wait("!document.getElementById('cut').disabled").await;
        scene.browser.evaluate("document.getElementById('cut').click()").await;
        // Said for longer than the state lasts.
        scene.browser.wait("document.getElementById('story').textContent.includes('connection cut')").await;
        steps.add_permits(4);
        scene.wait_for_tokens(30).await;
        scene.wait_for("connections", "4").await;

        for (width, height) in [(1280, 900), (390, 844)] {
            let name = format!("tokens-{which}-{width}-{}.png", process::id());
            let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            scene.browser.screenshot(&picture, (width, height), "light").await;
            assert!(fs::metadata(&picture).unwrap().len() > 10_000, "{which}: the picture is blank");
            fs::remove_file(&picture).unwrap();
            let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(scene.browser.evaluate(overflow).await, 0, "{which}: wider than {width}");
        }

        steps.add_permits(10_000);
        scene.wait_for_end().await;
        // What is complete is not asked for again.
        let requests = scene.requests(&id).len();
        scene.browser.reload().await;
        scene.wait_for_end().await;
        assert_eq!(scene.requests(&id).len(), requests);
        println!("{}: {requests} connections, every token once", scene.browser.version);
        scene.browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn the_text_is_the_same_however_often_the_page_is_reloaded() {
    for which in [Which::Chromium, Which::Firefox] {
        let mut scene = Scene::new(which, Pace::Every(Duration::from_millis(20))).await;
        let id = scene.ask().await;
        for at_least in [10, 40, 70, 100] {
            scene.browser.wait(&format!("document.getElementById('tokens').textContent >= {at_least}")).await;
            scene.browser.reload().await;
        }
        scene.wait_for_end().await;
        let recovered = scene.content("recovered").await;
        println!("{}: {} connections, {recovered} tokens late", scene.browser.version, scene.requests(&id).len());
        scene.browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn another_reader_gets_the_whole_text_and_an_unknown_one_is_told_so() {
    for which in [Which::Chromium, Which::Firefox] {
        let steps = Arc::new(Semaphore::new(6));
        let mut scene = Scene::new(which, Pace::Steps(Arc::clone(&steps))).await;
        let id = scene.ask().await;
        scene.wait_for_tokens(6).await;

        // A tab that holds nothing.
        scene.open(Server::BLANK).await;
        scene.browser.evaluate("sessionStorage.clear()").await;
        scene.open(&format!("/#{id}")).await;
        scene.wait_for("resumed", "caught up on 6 tokens").await;
        scene.wait_for_tokens(6).await;
        scene.wait_for("question", PROMPT).await;

        scene.browser.evaluate("location.hash = 'none'").await;
        scene.wait_for_state("unknown").await;
        assert!(scene.content("error").await.starts_with("The server does not know this generation"), "{which}");
        assert_eq!(scene.content("text").await, "");

        // The question is too long: the page shows what the server says.
        scene.submit("'€'.repeat(2_000)").await;
        scene.wait_for("error", "a prompt of 6000 bytes exceeds the limit of 4000").await;
        scene.browser.close().await;
    }
}
