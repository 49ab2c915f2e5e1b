//! The page of Prometheus in the documentation is what an exporter writes.

use std::time::Duration;

use http::Method;
use metrics_exporter_prometheus::PrometheusBuilder;
use sse_tower::Sse;

use crate::observe_figures::Figures;
use crate::support::{answer, get, layer, publish, ready, topic};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/figures.md");

/// In the order of their names, as an exporter with a hash map does not write them.
fn sorted(page: &str) -> String {
    let mut figures: Vec<_> =
        page.split("\n\n").map(str::trim).filter(|figure| !figure.is_empty()).map(lines).collect();
    figures.sort();
    figures.join("\n\n")
}

/// `# HELP` and `# TYPE`, then by label; buckets stay in their order.
fn lines(figure: &str) -> String {
    let mut lines: Vec<_> = figure.lines().collect();
    if !figure.contains("_bucket{") {
        lines.sort_by_key(|line| (!line.starts_with('#'), *line));
    }
    lines.join("\n")
}

#[tokio::test(start_paused = true)]
async fn the_page_of_the_documentation_is_true() {
    let figures = Figures::of(PrometheusBuilder::new().set_buckets(&[1.0, 60.0, 3_600.0]).unwrap());
    let layer = layer().keep_alive(None).metrics("prices");
    let topic = topic(2);
    let mut bodies = Vec::new();
    for id in [None, None, None, Some("k3x9f0q2m1-4"), Some("k3x9f0q2m1-1")] {
        publish(&topic, 1..=1);
        let mut body = answer(&layer, get(id), Sse::topic(&topic)).await.into_body();
        ready(&mut body);
        bodies.push(body);
    }
    tokio::time::advance(Duration::from_secs(90)).await;
    drop(bodies.drain(..2));
    let mut request = get(None);
    *request.method_mut() = Method::DELETE;
    drop(answer(&layer, request, Sse::topic(&topic)).await);
    publish(&topic, 1..=20);
    for body in &mut bodies {
        ready(body);
    }

    let page = format!(
        "<!-- Written by the test of it; `UPDATE=1 cargo test -p sse-tower observe_page` writes it anew. -->\n\n\
         ```text\n{}\n```\n",
        sorted(&figures.page())
    );
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(FILE).unwrap_or_default(), page);
}
