//! Models of clients: how browsers keep the last event id, and what a page makes of what it is told.

use std::collections::BTreeMap;

use crate::support::EPOCH;

/// How a client keeps the last event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// As the standard says: an id counts when its block is complete.
    Standard,
    /// As Firefox does: an id in a block without data does not count.
    Firefox,
}

/// The epochs of the topics that a group has, by their labels, which are also the names of their events.
pub(crate) const GROUP: [(&str, &str); 2] = [("cpu", "cpu0000001"), ("disk", "disk000001")];

/// What a client has seen over all its connections, and holds of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    model: Model,
    id: String,
    /// What a topic has sent since the client last started over.
    logs: BTreeMap<String, Vec<u64>>,
    /// Where it started over: the offset just before the first event.
    bases: BTreeMap<String, u64>,
    /// What is applied once.
    pub(crate) sum: u64,
    /// The newest value of each key.
    pub(crate) levels: BTreeMap<u64, u64>,
    pub(crate) resets: usize,
    pub(crate) ended: bool,
}

impl Client {
    /// A client that has read everything up to the id that it has, or nothing.
    pub(crate) fn new(model: Model, id: &str) -> Self {
        let mut client = Self {
            model,
            id: id.to_owned(),
            logs: BTreeMap::new(),
            bases: BTreeMap::new(),
            sum: 0,
            levels: BTreeMap::new(),
            resets: 0,
            ended: false,
        };
        client.rebase(Some(id));
        client
    }

    pub(crate) fn id(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| !id.is_empty())
    }

    /// What came of a topic since the client last started over.
    pub(crate) fn log(&self, epoch: &str) -> &[u64] {
        self.logs.get(epoch).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where the client last started over in a topic; `None` if it has not been told.
    pub(crate) fn base(&self, epoch: &str) -> Option<u64> {
        self.bases.get(epoch).copied()
    }

    /// Reads what arrived of one connection. What is not a whole block does not count.
    pub(crate) fn read(&mut self, bytes: &str) {
        let (blocks, _rest) = bytes.rsplit_once("\n\n").unwrap_or_default();
        for block in blocks.split("\n\n") {
            let field = |name: &str| block.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            let has_data = block.lines().any(|line| line.starts_with("data:"));
            let id = field("id").filter(|_| has_data || matches!(self.model, Model::Standard));
            if let Some(id) = id {
                id.clone_into(&mut self.id);
            }
            if has_data {
                self.receive(field("event").unwrap_or("message"), field("data").unwrap_or_default(), id);
            }
        }
    }

    /// An event, and the id that stands in it.
    fn receive(&mut self, name: &str, data: &str, id: Option<&str>) {
        let value = || data.parse::<u64>().unwrap();
        match name {
            // Whoever is fresh knows nothing, whatever it had before.
            "stream-open" if data.contains("\"resume\":\"fresh\"") => self.start_over(&["", "cpu", "disk"], id),
            "stream-reset" => {
                self.resets += 1;
                let told = |label: &&str| data.contains(&format!("\"{label}\":\""));
                let topics = ["cpu", "disk"].into_iter().filter(told).collect::<Vec<_>>();
                self.start_over(if topics.is_empty() { &["", "cpu", "disk"] } else { &topics }, id);
            }
            "stream-end" => self.ended = true,
            // Of a reset the `stream-reset` behind it says in which topics.
            "stream-open" | "stream-position" | "done" => {}
            "add" => self.sum += value(),
            "level" => {
                self.levels.insert(value() % 3, value());
                // The last event of a snapshot says where everything else stands.
                self.rebase(id);
            }
            "tick" | "noise" => self.logs.entry(EPOCH.to_owned()).or_default().push(value()),
            label => {
                let (_, epoch) = GROUP.into_iter().find(|(known, _)| *known == label).unwrap();
                self.logs.entry(epoch.to_owned()).or_default().push(value());
            }
        }
    }

    /// Forgets everything of these topics; the one that is no group's is "", and has the counters.
    fn start_over(&mut self, labels: &[&str], id: Option<&str>) {
        for label in labels {
            let epoch = GROUP.into_iter().find(|(known, _)| known == label).map_or(EPOCH, |(_, epoch)| epoch);
            self.logs.remove(epoch);
            self.bases.remove(epoch);
            if epoch != GROUP[1].1 {
                self.sum = 0;
                self.levels.clear();
            }
        }
        self.rebase(id);
    }

    /// Learns where it stands in the topics of which it does not know.
    fn rebase(&mut self, id: Option<&str>) {
        for entry in id.unwrap_or_default().split('.') {
            if let Some((epoch, offset)) = entry.rsplit_once('-')
                && let Ok(offset) = offset.parse()
            {
                self.bases.entry(epoch.to_owned()).or_insert(offset);
            }
        }
    }
}
