//! The pages of the smaller examples show what their servers say, also when the connection was cut, and when the server has
//! forgotten everything.

use axum::Router;
use example_chat::{Chat, Message};
use example_smart_home::{Device, Home};
use example_stock_prices::{Market, TRAILING};
use serde_json::{Value, json};
use sse_core::Topic;
use system_tests::{Browser, Cut, Ending, Point, Proxy, Server, Which, until};

/// A page behind a proxy, and the server that it came from.
struct Page {
    browser: Browser,
    proxy: Proxy,
    /// Where its event stream is.
    events: &'static str,
    servers: Vec<Server>,
}

impl Page {
    /// Opens a page whose first event stream is reset after so many bytes.
    async fn open(which: Which, router: Router, target: &str, events: &'static str, cut_after: u64) -> Self {
        let server = Server::new(router).await;
        let cut = Cut { point: Point::BodyBytes(cut_after), ending: Ending::Rst };
        let proxy = Proxy::cutting(server.address(), events, vec![cut]).await.unwrap();
        let mut browser = Browser::launch(which).await;
        browser.open(&proxy.url(target)).await;
        Self { browser, proxy, events, servers: vec![server] }
    }

    /// Whoever connects from now on gets to another server.
    async fn replace_server(&mut self, router: Router) {
        let server = Server::new(router).await;
        self.proxy.set_upstream(server.address());
        self.servers.push(server);
    }

    async fn wait(&mut self, expression: &str) {
        self.browser.wait(expression).await;
    }

    async fn wait_for_state(&mut self, state: &str) {
        self.wait(&format!("document.documentElement.dataset.state === {state:?}")).await;
    }

    async fn wait_for_text(&mut self, id: &str, text: &str) {
        self.wait(&format!("document.getElementById({id:?}).textContent === {text:?}")).await;
    }

    /// Waits until the list has so many items, and checks that it has these.
    async fn wait_for_items(&mut self, list: &str, items: &[&str]) {
        let all = format!("[...document.querySelectorAll('#{list} li')].map((item) => item.textContent)");
        self.wait(&format!("{all}.length >= {} && {all}.at(-1) === {:?}", items.len(), items.last().unwrap())).await;
        assert_eq!(self.browser.evaluate(&all).await, json!(items), "{}", self.browser.version);
    }

    /// Types into a field, as far as a page notices.
    async fn fill(&mut self, id: &str, value: &str) {
        let field = format!("document.getElementById({id:?})");
        self.browser.evaluate(&format!("{field}.value = {value:?}, {field}.dispatchEvent(new Event('input'))")).await;
    }

    async fn submit(&mut self, form: &str) {
        self.browser.evaluate(&format!("document.getElementById({form:?}).requestSubmit()")).await;
    }

    /// For each connection to the event stream, whether it came with the id of an event.
    fn resumed(&self) -> Vec<bool> {
        self.proxy.log(self.events).iter().map(|exchange| exchange.last_event_id.is_some()).collect()
    }
}

fn said(text: &str) -> Chat {
    Chat::Said(Message { name: "Grace".to_owned(), text: text.to_owned() })
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn chat_shows_all_that_was_said_and_who_is_typing() {
    for which in [Which::Chromium, Which::Firefox] {
        let room = Topic::new();
        room.publish(&said("before")).unwrap();
        let mut page = Page::open(which, example_chat::app(&room), "/", "/events", 1_000).await;
        page.wait_for_items("messages", &["Gracebefore"]).await;

        // What it says of who is typing does not stand there for long.
        let typing = "document.getElementById('typing')";
        let observer = format!("new MutationObserver(() => shown.push({typing}.textContent))");
        page.browser.evaluate(&format!("window.shown = [], {observer}.observe({typing}, {{ childList: true }})")).await;
        let published = room.stats().published;
        page.fill("name", "Ada").await;
        page.fill("text", "<i>mine</i>").await;
        until("the page to say that somebody types", || (room.stats().published > published).then_some(())).await;
        page.submit("say").await;
        page.wait_for_items("messages", &["Gracebefore", "Ada<i>mine</i>"]).await;
        page.wait("document.getElementById('text').value === ''").await;
        assert_eq!(page.browser.evaluate("shown").await, json!([]), "she knows it");

        room.publish_ephemeral(&Chat::Typing("Grace".to_owned())).unwrap();
        page.wait("shown.includes('Grace is typing …')").await;

        // The connection breaks in the middle of an event.
        let long = "long ".repeat(300);
        room.publish(&said(&long)).unwrap();
        page.proxy.cut_count(1).await;
        room.publish(&said("meanwhile")).unwrap();
        let long = format!("Grace{long}");
        page.wait_for_items("messages", &["Gracebefore", "Ada<i>mine</i>", &long, "Gracemeanwhile"]).await;
        assert_eq!(page.resumed(), [false, true], "{which}");

        // Another server, which knows nothing of all this.
        let other = Topic::new();
        other.publish(&said("anew")).unwrap();
        page.replace_server(example_chat::app(&other)).await;
        room.kick();
        page.wait("document.querySelectorAll('#messages li').length === 1").await;
        page.wait_for_items("messages", &["Graceanew"]).await;
        page.browser.close().await;
    }
}

/// What the page shows: each device, by its id.
async fn devices(page: &mut Page) -> Value {
    let lamps = "[...document.querySelectorAll('button')].map((lamp) => [lamp.id, lamp.ariaPressed])";
    let thermometers = "[...document.querySelectorAll('output')].map((room) => [room.id, room.textContent])";
    page.browser.evaluate(&format!("Object.fromEntries([...{lamps}, ...{thermometers}])")).await
}

fn lamp(room: &str, name: &str, on: bool) -> Device {
    Device::Lamp { room: room.to_owned(), name: name.to_owned(), on }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn smart_home_shows_each_device_as_it_is() {
    for which in [Which::Chromium, Which::Firefox] {
        let home = Home::new().unwrap();
        let publish = |device: Device| {
            let (Device::Lamp { room, .. } | Device::Thermometer { room, .. }) = &device;
            home.room(room).unwrap().publish(&device).unwrap();
        };
        publish(Device::Thermometer { room: "kitchen".to_owned(), celsius: 20.5 });
        let mut page = Page::open(which, example_smart_home::app(&home), "/", "/events", 10_000).await;
        page.wait("document.querySelectorAll('button, output').length === 7").await;

        page.browser.evaluate("document.getElementById('kitchen/ceiling').click()").await;
        page.wait("document.getElementById('kitchen/ceiling').ariaPressed === 'true'").await;
        publish(lamp("bedroom", "bedside", true));
        page.wait("document.getElementById('bedroom/bedside').ariaPressed === 'true'").await;
        assert_eq!(page.resumed(), [false], "{which}: three rooms are one connection");

        // Whoever reads the kitchen is cut off, and misses something in two rooms.
        home.room("kitchen").unwrap().kick();
        publish(lamp("kitchen", "ceiling", false));
        publish(lamp("living-room", "desk", true));
        page.wait("document.getElementById('living-room/desk').ariaPressed === 'true'").await;
        page.wait("document.getElementById('kitchen/ceiling').ariaPressed === 'false'").await;
        let expected = json!({
            "bedroom/bedside": "true", "kitchen/ceiling": "false", "kitchen/counter": "false",
            "kitchen/thermometer": "20.5 °C", "living-room/ceiling": "false", "living-room/corner": "false",
            "living-room/desk": "true",
        });
        assert_eq!(devices(&mut page).await, expected, "{which}");
        assert_eq!(page.resumed(), [false, true], "{which}");

        // Another server: all lamps are off, and nothing is known of how warm it is.
        page.replace_server(example_smart_home::app(&Home::new().unwrap())).await;
        home.room("bedroom").unwrap().kick();
        page.wait("document.querySelectorAll('button[aria-pressed=false]').length === 6").await;
        assert!(devices(&mut page).await["kitchen/thermometer"].is_null(), "{which}");

        page.browser.open(&page.proxy.url("/?rooms=kitchen")).await;
        page.wait("document.querySelectorAll('button').length === 2").await;
        assert_eq!(devices(&mut page).await, json!({ "kitchen/ceiling": "false", "kitchen/counter": "false" }));
        page.browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn stock_prices_skips_what_is_old_and_says_so() {
    let trailing = u32::try_from(TRAILING).unwrap();
    for which in [Which::Chromium, Which::Firefox] {
        let market = Market::new().unwrap();
        let router = example_stock_prices::app(&market);
        let mut page = Page::open(which, router, "/?size=25k", "/prices", 300_000).await;
        page.wait_for_state("live").await;
        for number in 1..=5 {
            market.publish_book(number).unwrap();
        }
        page.wait_for_text("events", "5").await;

        // The server runs on this thread: the page gets nothing before the market is done.
        let newest = 5 + 2 * trailing;
        (6..=newest).for_each(|number| market.publish_book(number).unwrap());
        page.wait_for_text("events", "6").await;
        page.wait_for_text("lagged", "1").await;
        page.wait_for_text("skipped", &(2 * trailing - 1).to_string()).await;

        // 6 books of 25 kB were read. The connection breaks in the middle of the twelfth.
        for number in newest + 1..=newest + 10 {
            market.publish_book(number).unwrap();
        }
        page.proxy.cut_count(1).await;
        page.wait_for_text("events", "16").await;
        page.wait_for_text("missing", "0").await;
        assert_eq!(page.resumed(), [false, true], "{which}");

        // Another market counts anew.
        let other = Market::new().unwrap();
        page.replace_server(example_stock_prices::app(&other)).await;
        other.publish_book(1).unwrap();
        market.books.kick();
        page.wait_for_text("events", "17").await;
        other.publish_book(2).unwrap();
        page.wait_for_text("events", "18").await;
        page.wait_for_text("missing", "0").await;
        page.wait("document.querySelector('#shares td:last-child').textContent === '2'").await;

        page.browser.open(&page.proxy.url("/")).await;
        page.wait_for_state("live").await;
        other.publish_trades(1).unwrap();
        page.wait("document.querySelectorAll('#shares tr').length === 4").await;
        page.browser.close().await;
    }
}

impl Page {
    async fn sign_in(&mut self, user: &str) {
        self.wait_for_state("signed-out").await;
        self.fill("user", user).await;
        self.submit("login").await;
        self.wait_for_state("live").await;
        self.wait_for_text("me", user).await;
    }

    async fn send(&mut self, to: &str, text: &str) {
        self.fill("to", to).await;
        self.fill("text", text).await;
        self.submit("send").await;
        self.wait("document.getElementById('text').value === ''").await;
    }

    /// What the first note is, and its id, on a connection of its own that comes with an id.
    async fn first_note(&mut self, last_event_id: &str) -> (Value, String) {
        let script = format!(
            "new Promise((resolve) => {{
                const source = new EventSource('/events?user=ada&lastEventId={last_event_id}');
                source.addEventListener('note', ({{ data, lastEventId }}) => {{
                    source.close();
                    resolve([JSON.parse(data), lastEventId]);
                }});
            }})"
        );
        serde_json::from_value(self.browser.evaluate(&script).await).unwrap()
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn per_user_shows_each_their_own_notes() {
    let server = example_per_user::app().unwrap();
    let mut ada = Page::open(Which::Chromium, server.clone(), "/", "/events", 1_000).await;
    let mut grace = Page::open(Which::Firefox, server, "/", "/events", 1_000).await;
    ada.sign_in("ada").await;
    grace.sign_in("grace").await;

    ada.send("grace", "for grace").await;
    grace.wait_for_items("notes", &["adafor grace"]).await;
    // The connection breaks in the middle of a note.
    let long = "long ".repeat(300);
    grace.send("ada", &long).await;
    ada.proxy.cut_count(1).await;
    grace.send("ada", "meanwhile").await;
    ada.wait_for_items("notes", &[&format!("grace{long}"), "gracemeanwhile"]).await;
    assert_eq!(ada.resumed(), [false, true]);

    // With her id, nobody else gets what is hers.
    let (note, id) = ada.first_note("").await;
    assert_eq!(note["text"], json!(long));
    let (note, own) = grace.first_note(&id).await;
    assert_eq!(note, json!({ "from": "ada", "text": "for grace" }));
    assert_ne!(own.split('-').next(), id.split('-').next());

    // Grace's server is another one, which does not know her. Ada's note to her comes from the first, and is cut.
    grace.replace_server(example_per_user::app().unwrap()).await;
    ada.send("grace", &long).await;
    grace.wait_for_state("signed-out").await;
    grace.sign_in("grace").await;
    assert_eq!(grace.browser.evaluate("document.querySelectorAll('#notes li').length").await, 0);

    ada.browser.evaluate("document.getElementById('logout').click()").await;
    ada.wait_for_state("signed-out").await;
    grace.send("grace", "still here").await;
    grace.wait_for_items("notes", &["gracestill here"]).await;
    ada.browser.close().await;
    grace.browser.close().await;
}
