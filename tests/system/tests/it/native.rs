//! The browser's own `EventSource` on a page with nothing else.

use serde_json::Value;
use system_tests::{Browser, Proxy};

use crate::report::Received;

/// Opens the event stream at `path` on `page`, which records everything that comes.
pub(crate) async fn open(browser: &mut Browser, proxy: &Proxy, page: &str, path: &str, names: &[&str]) {
    browser.open(&proxy.url(page)).await;
    let names = serde_json::to_string(names).unwrap();
    let script = format!(
        "(() => {{
            window.received = [];
            window.source = new EventSource({path:?});
            for (const name of {names}) {{
                source.addEventListener(name, (event) => received.push([event.type, event.lastEventId, event.data]));
            }}
        }})()"
    );
    browser.evaluate(&script).await;
}

pub(crate) async fn received(browser: &mut Browser) -> Vec<Received> {
    let Value::Array(rows) = browser.evaluate("received").await else { panic!("no list") };
    rows.into_iter().map(|row| serde_json::from_value::<[String; 3]>(row).unwrap().into()).collect()
}
