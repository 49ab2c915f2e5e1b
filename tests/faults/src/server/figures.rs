//! What the hooks have counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sse_tower::Connections;
use sse_tower::hooks::{Connect, Disconnect, DisconnectReason};

use crate::gauges::Gauges;

/// What the hooks have counted.
#[derive(Debug, Default)]
pub(super) struct Figures(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    kinds: BTreeSet<String>,
    connects: u64,
    disconnects: u64,
    reasons: BTreeMap<String, u64>,
}

impl Figures {
    pub(super) fn connect(&self, connect: &Connect) {
        self.change(|counted| {
            counted.connects += 1;
            let kind = connect.key.as_deref().unwrap_or_default();
            if !counted.kinds.contains(kind) {
                counted.kinds.insert(kind.to_owned());
            }
        });
    }

    pub(super) fn disconnect(&self, disconnect: &Disconnect) {
        let reason = match &disconnect.reason {
            DisconnectReason::ClientGone => "client gone".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        self.change(|counted| {
            counted.disconnects += 1;
            *counted.reasons.entry(reason).or_default() += 1;
        });
    }

    pub(super) fn read(&self, connections: &Connections, gauges: &mut Gauges) {
        self.change(|counted| {
            gauges.connects = counted.connects;
            gauges.disconnects = counted.disconnects;
            gauges.reasons = counted.reasons.clone();
            gauges.kinds = counted.kinds.iter().map(|kind| (kind.clone(), connections.count(kind))).collect();
        });
    }

    fn change(&self, change: impl FnOnce(&mut Counted)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
