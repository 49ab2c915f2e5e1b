//! The server monitor, which publishes all the time, behind a proxy.

use example_server_stats::{Options, ServerStats};
use system_tests::{Cut, Proxy, Published, Server, until};
use tokio::task::JoinHandle;

use crate::report::Received;

pub(crate) const EVENTS: &str = "/events";

pub(crate) struct Scene {
    pub(crate) proxy: Proxy,
    stats: ServerStats,
    published: Published,
    sampling: JoinHandle<()>,
    _server: Server,
}

impl Scene {
    /// The first connections to the event stream are cut so.
    pub(crate) async fn new(options: Options, cuts: Vec<Cut>) -> Self {
        let stats = ServerStats::new(options);
        let published = Published::new(stats.topic().subscribe().unwrap());
        let server = Server::new(stats.router()).await;
        let proxy = Proxy::cutting(server.address(), EVENTS, cuts).await.unwrap();
        let sample = stats.sample();
        let sampling = tokio::spawn(async move { match sample.await.unwrap() {} });
        Self { proxy, stats, published, sampling, _server: server }
    }

    pub(crate) fn newest(&self) -> u64 {
        self.stats.topic().position().offset()
    }

    /// Everything that is published until now.
    pub(crate) async fn published(&self) -> Vec<Received> {
        let newest = self.newest();
        until("the record of the newest event", || {
            // Of a topic that begins with this scene, and whose offsets are dense.
            let events = self.published.events();
            (events.len() as u64 >= newest).then(|| events.into_iter().map(Received::from).collect())
        })
        .await
    }

    /// Publishes nothing any more.
    pub(crate) async fn stop(&mut self) {
        self.sampling.abort();
        assert!((&mut self.sampling).await.unwrap_err().is_cancelled());
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.sampling.abort();
    }
}
