//! The clients: those who check what they get, and those who do what no client should.

mod broken;
mod cut;
mod drip;
mod forged;
mod garbage;
mod sequence;
mod silent;
mod slow;
mod storm;
pub(crate) mod typed;
pub(crate) mod vanish;

use std::sync::Arc;

use faults::elsewhere::Elsewhere;
use tokio::task::JoinSet;

pub(crate) use self::sequence::{Sequence, Tally};
use crate::scene::Scene;

/// How many there are of those who do one thing after the other.
const EACH: u32 = 10;

/// All who do harm, until this is dropped.
pub(crate) fn harmful(scene: &Arc<Scene>, elsewhere: &Arc<Elsewhere>) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    clients.spawn(vanish::clients(Arc::clone(scene), Arc::clone(elsewhere)));
    for _ in 0..EACH {
        clients.spawn(silent::client(Arc::clone(scene)));
        clients.spawn(drip::client(Arc::clone(scene)));
        clients.spawn(broken::panics(Arc::clone(scene)));
        clients.spawn(broken::fails(Arc::clone(scene)));
    }
    for lane in 0..storm::LANES {
        clients.spawn(storm::client(Arc::clone(scene), lane));
    }
    clients.spawn(garbage::client(Arc::clone(scene)));
    clients.spawn(forged::client(Arc::clone(scene)));
    clients
}
