//! The page of the server monitor shows what the server has published, also when its connection was cut.

use std::fs;
use std::path::Path;
use std::process;
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse as _, Response};
use example_server_stats::{Options, ServerStats};
use serde_json::Value;
use sse_core::Retry;
use system_tests::{Browser, Server, Which};

use crate::report::Received;
use crate::scene::{EVENTS, Scene};

/// The number of points in the chart.
fn points(series: &str) -> String {
    format!("JSON.parse(document.querySelector('[data-series={series}]').dataset.values ?? '[]').length")
}

async fn text(browser: &mut Browser, id: &str) -> String {
    let value = browser.evaluate(&format!("document.getElementById('{id}').textContent")).await;
    value.as_str().unwrap().to_owned()
}

/// Presses the button that cuts the page's connection, and waits until something was recovered.
async fn cut(browser: &mut Browser) {
    browser.wait("!document.getElementById('cut').disabled").await;
    browser.evaluate("document.getElementById('cut').click()").await;
    browser.wait("document.getElementById('recovered').textContent !== '0'").await;
}

/// The numbers in the chart.
async fn drawn(browser: &mut Browser, series: &str) -> Vec<f64> {
    let values = browser.evaluate(&format!("document.querySelector('[data-series={series}]').dataset.values")).await;
    serde_json::from_str(values.as_str().unwrap()).unwrap()
}

/// How far down the points of the line are.
async fn heights(browser: &mut Browser, series: &str) -> Vec<f64> {
    let lines = format!("[...document.querySelectorAll('[data-series={series}] polyline')]");
    let heights = browser.evaluate(&format!("{lines}.flatMap((line) => [...line.points]).map(({{ y }}) => y)")).await;
    serde_json::from_value(heights).unwrap()
}

/// The line has a point for each figure, the higher the larger, and in proportion.
#[track_caller]
fn assert_line_is_of(heights: &[f64], figures: &[f64], context: &str) {
    assert_eq!(heights.len(), figures.len(), "{context}");
    let by_figure = |one: &usize, other: &usize| figures[*one].total_cmp(&figures[*other]);
    let low = (0..figures.len()).min_by(by_figure).unwrap();
    let high = (0..figures.len()).max_by(by_figure).unwrap();
    let range = figures[high] - figures[low];
    // A machine that is busy all the time has one figure only.
    let scale = if range == 0.0 { 0.0 } else { (heights[high] - heights[low]) / range };
    assert!(scale <= 0.0, "{context}: the line is upside down");
    for (height, figure) in heights.iter().zip(figures) {
        let expected = heights[low] + scale * (figure - figures[low]);
        assert!((height - expected).abs() < 1.0, "{context}: {figure} is drawn at {height}, not at {expected}");
    }
}

/// The same numbers as they were published.
fn figures(published: &[Received], name: &str, field: &str) -> Vec<f64> {
    let named = published.iter().filter(|event| event.name == name);
    named.map(|event| event.json()[field].as_f64().unwrap()).collect()
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn the_page_shows_every_figure_that_was_published() {
    let options = Options { interval: Duration::from_millis(50), retry: Retry::MIN, ..Options::default() };
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        let mut scene = Scene::new(options, Vec::new()).await;
        browser.open(&scene.proxy.url("/")).await;
        browser.wait(&format!("{} >= 20", points("cpu"))).await;
        cut(&mut browser).await;
        browser.wait(&format!("{} >= 60", points("cpu"))).await;

        scene.stop().await;
        let published = scene.published().await;
        browser.wait(&format!("__received.length >= {}", published.len())).await;
        let Value::Array(received) = browser.evaluate("__received.map(({ seq }) => seq)").await else { panic!() };
        let received: Vec<_> = received.iter().map(|seq| seq.as_u64().unwrap()).collect();
        // The page shows the past too, and all of it is not yet long ago.
        let expected: Vec<_> = (1..=published.len() as u64).collect();
        assert_eq!(received, expected, "{which}");

        for (series, field) in [("cpu", "total"), ("memory", "used")] {
            let figures = figures(&published, series, field);
            browser.wait(&format!("{} >= {}", points(series), figures.len())).await;
            assert_eq!(drawn(&mut browser, series).await, figures, "{which}: {series}");
            assert_line_is_of(&heights(&mut browser, series).await, &figures, &format!("{which}: {series}"));
        }
        assert_eq!((text(&mut browser, "missed").await, text(&mut browser, "doubled").await), ("0".into(), "0".into()));

        let requests = scene.proxy.log(EVENTS);
        let last_ids: Vec<_> = requests.iter().map(|exchange| exchange.last_event_id.is_some()).collect();
        assert_eq!(last_ids, [false, true], "{which}: one connection before the cut and one behind it");
        let recovered = text(&mut browser, "recovered").await;
        for width in [1280, 390] {
            let name = format!("stats-{which}-{width}-{}.png", process::id());
            let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            browser.screenshot(&picture, (width, 900), "light").await;
            assert!(fs::metadata(&picture).unwrap().len() > 10_000, "{which}: the picture is blank");
            fs::remove_file(&picture).unwrap();
        }
        println!("{}: {} events, {recovered} of them recovered, none missed", browser.version, published.len());
        browser.close().await;
    }
}

/// Makes the page one that took ten seconds to load, as far as it can tell.
async fn loaded_slowly(response: Response) -> Response {
    if response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind != "text/html; charset=utf-8") {
        return response;
    }
    let page = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let (before, rest) = str::from_utf8(&page).unwrap().split_once(r#"name="now" content=""#).unwrap();
    let (now, after) = rest.split_once('"').unwrap();
    let earlier = now.parse::<u64>().unwrap() - 10_000;
    Html(format!(r#"{before}name="now" content="{earlier}"{after}"#)).into_response()
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn what_was_recovered_is_counted_however_long_the_page_took_to_load() {
    let options = Options { interval: Duration::from_millis(50), retry: Retry::MIN, ..Options::default() };
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        let stats = ServerStats::new(options);
        let server = Server::new(stats.router().layer(map_response(loaded_slowly))).await;
        let _sampling = tokio::spawn(stats.sample());
        browser.open(&format!("http://{}/", server.address())).await;
        browser.wait(&format!("{} >= 20", points("cpu"))).await;
        cut(&mut browser).await;
        browser.close().await;
    }
}

/// The pictures of the README: real figures of two minutes, with a cut in the middle.
#[tokio::test]
#[ignore = "takes two minutes; `cargo xtask screenshots` runs it"]
async fn screenshots() {
    // Nobody else is connected: the page shows how many are.
    let stats = ServerStats::new(Options::default());
    let server = Server::new(stats.router()).await;
    let _sampling = tokio::spawn(stats.sample());
    let mut browser = Browser::launch(Which::Chromium).await;
    browser.open(&format!("http://{}/", server.address())).await;
    browser.wait(&format!("{} >= 70", points("cpu"))).await;
    cut(&mut browser).await;
    browser.wait(&format!("{} >= 130", points("cpu"))).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/server-stats/screenshots");
    fs::create_dir_all(&folder).unwrap();
    browser.screenshot(&folder.join("desktop.png"), (1280, 900), "light").await;
    browser.screenshot(&folder.join("phone.png"), (390, 844), "dark").await;
    browser.close().await;
}
