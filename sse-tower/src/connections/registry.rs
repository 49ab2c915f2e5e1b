//! The one list of open connections.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Connection, ConnectionId};
use crate::gate::Refusal;
use crate::link::Link;

/// A handle to the list of open connections. Its clones share the list.
///
/// See the [module](crate::connections) for an example, and for what a client is told past a cap.
#[derive(Clone)]
pub struct Connections {
    registry: Arc<Registry>,
}

/// Sets the caps of [`Connections`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ConnectionsBuilder {
    max: usize,
    max_per_key: usize,
}

struct Registry {
    caps: ConnectionsBuilder,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    len: usize,
    /// Those without a key are under the empty one.
    by_key: HashMap<Arc<str>, BTreeMap<ConnectionId, Arc<Link>>>,
}

impl Connections {
    /// A list with the default caps: 100 000 connections in all, and 100 of each key.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets other caps.
    pub const fn builder() -> ConnectionsBuilder {
        ConnectionsBuilder { max: 100_000, max_per_key: 100 }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.registry.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len
    }

    /// Whether none is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many connections with this key are open; with `""`, how many without one.
    #[must_use]
    pub fn count(&self, key: &str) -> usize {
        self.lock().count(key)
    }

    /// The open connections, in no order. It is as long as there are connections: for an administrator's page, not for
    /// every request.
    #[must_use]
    pub fn list(&self) -> Vec<Connection> {
        let open = self.lock();
        let links = open.by_key.values().flat_map(BTreeMap::values);
        let connections = links.map(|link| Connection {
            id: link.id,
            key: link.key.clone(),
            since: link.since,
            events: link.events(),
            bytes: link.bytes(),
        });
        connections.collect()
    }

    /// Ends the connections with this key, or with `""` those without one, and says how many. The reason is for the
    /// [hook](crate::SseLayer::on_disconnect); the clients do not see it.
    ///
    /// Their bodies are woken at once; a connection counts until its body has ended. A client that does not read is not
    /// reached, because the server does not poll its body.
    pub fn close(&self, key: &str, reason: impl Into<Arc<str>>) -> usize {
        let links = self.lock().by_key.get(key).map_or_else(Vec::new, |links| links.values().cloned().collect());
        close_each(&links, &reason.into())
    }

    /// Ends all connections, as [`close`](Self::close) does. For the end of the server, see [`Shutdown`](crate::Shutdown).
    pub fn close_all(&self, reason: impl Into<Arc<str>>) -> usize {
        let links: Vec<_> = self.lock().by_key.values().flat_map(BTreeMap::values).cloned().collect();
        close_each(&links, &reason.into())
    }

    /// Whether there is room for one more with this key.
    pub(crate) fn check(&self, key: Option<&str>) -> Result<(), Refusal> {
        self.registry.caps.check(&self.lock(), key)
    }

    /// Takes a place, which the guard holds.
    pub(crate) fn enter(&self, link: &Arc<Link>) -> Result<Place, Refusal> {
        let mut open = self.lock();
        self.registry.caps.check(&open, link.key.as_deref())?;
        open.len += 1;
        let key = link.key.clone().unwrap_or_default();
        open.by_key.entry(key).or_default().insert(link.id, Arc::clone(link));
        Ok(Place { connections: self.clone(), link: Arc::clone(link) })
    }

    fn leave(&self, link: &Link) {
        let mut open = self.lock();
        let key = link.key.as_deref().unwrap_or_default();
        let Some(links) = open.by_key.get_mut(key) else {
            return;
        };
        let left = links.remove(&link.id);
        if links.is_empty() {
            open.by_key.remove(key);
        }
        open.len -= usize::from(left.is_some());
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self::new()
    }
}

impl ConnectionsBuilder {
    /// Sets how many connections there may be in all. Default: 100 000.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// Sets how many connections there may be with one [key](crate::Sse::key). Those without one count in all only.
    /// Default: 100.
    ///
    /// Mind that a browser has a connection for each tab.
    pub const fn max_per_key(mut self, max: usize) -> Self {
        self.max_per_key = max;
        self
    }

    /// Makes an empty list.
    #[must_use]
    pub fn build(self) -> Connections {
        Connections { registry: Arc::new(Registry { caps: self, open: Mutex::default() }) }
    }

    fn check(self, open: &Open, key: Option<&str>) -> Result<(), Refusal> {
        if open.len >= self.max {
            Err(Refusal::TooManyConnections)
        } else if key.is_some_and(|key| open.count(key) >= self.max_per_key) {
            Err(Refusal::TooManyOfKey)
        } else {
            Ok(())
        }
    }
}

impl Open {
    fn count(&self, key: &str) -> usize {
        self.by_key.get(key).map_or(0, BTreeMap::len)
    }
}

/// Wakers are called under no lock of the list.
fn close_each(links: &[Arc<Link>], reason: &Arc<str>) -> usize {
    for link in links {
        link.close(reason);
    }
    links.len()
}

/// A place in the list, free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Connections,
    link: Arc<Link>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.leave(&self.link);
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("len", &self.len())
            .field("max", &self.registry.caps.max)
            .field("max_per_key", &self.registry.caps.max_per_key)
            .finish()
    }
}
