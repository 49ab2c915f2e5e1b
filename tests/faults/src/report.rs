//! What came of a run: the line, and whether every invariant held.

use std::time::Duration;

use crate::Failure;
use crate::clients::Tally;
use crate::gauges::Gauges;
use crate::memory::Figures;
use crate::scene::{Kind, Scene};

/// What may be left when everybody is gone, in KiB: the log, and what a server has that never had a client. A hundred bytes
/// of each connection would be 50 MiB.
const LEFT: usize = 4_096;

/// What a run has found.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) clients: usize,
    pub(crate) kills: u32,
    pub(crate) cuts: u64,
    pub(crate) tally: Tally,
    /// How many clients have counted each number once.
    pub(crate) adding_up: usize,
    /// The gauges of each life: of those that were killed just before, of the last one when everybody had gone.
    pub(crate) lives: Vec<Gauges>,
    pub(crate) memory: [Figures; 2],
    /// KiB of the heap when everybody was gone.
    pub(crate) left: usize,
    /// For how long harm was done.
    pub(crate) time: Duration,
}

impl Report {
    /// Prints everything, and fails with a sentence if an invariant did not hold.
    pub(crate) fn conclude(&self, scene: &Scene) -> Result<(), Failure> {
        for kind in Kind::ALL {
            let (name, what) = kind.describe();
            let count = scene.counted(kind);
            println!("{name}: {count} {what}, {} a second", count / self.time.as_secs().max(1));
        }
        let last = self.lives.last().ok_or("the server never lived")?;
        println!(
            "typed: {} connections broke off at some byte; reasons of the last life: {:?}",
            self.cuts, last.reasons
        );
        println!(
            "panics: {} as planned, {} others; {} readers lagged",
            self.lives.iter().map(|life| life.planned_panics).sum::<u64>(),
            self.lives.iter().map(|life| life.other_panics).sum::<u64>(),
            self.lives.iter().map(|life| life.lagged).sum::<u64>()
        );
        let Tally { delivered, gaps, duplicates, resets, announced } = self.tally;
        println!(
            "published={} delivered={delivered} gaps={gaps} duplicates={duplicates} resets={resets} \
             announced={announced}",
            last.published
        );
        println!("gauges: connections={} subscribers={}", last.connections, last.subscribers);
        self.memory.iter().for_each(|figures| println!("{figures}"));

        let broken = self.broken(scene, last);
        if broken.is_empty() { Ok(()) } else { Err(broken.join("\n").into()) }
    }

    /// The invariants that did not hold.
    fn broken(&self, scene: &Scene, last: &Gauges) -> Vec<String> {
        let Tally { gaps, duplicates, resets, announced, .. } = self.tally;
        let each_kill = self.clients as u64 * u64::from(self.kills);
        let (complaints, all) = scene.complaints();
        let invariants = [
            (all == 0, format!("{all} complaints, among them:\n  {}", complaints.join("\n  "))),
            (scene.wanting().is_empty(), format!("too few to tell: {:?}", scene.wanting())),
            (gaps == 0, format!("{gaps} numbers are missing, and nobody was told")),
            (duplicates == 0, format!("{duplicates} numbers came twice")),
            (resets == each_kill, format!("{resets} resets of {} clients at {} kills", self.clients, self.kills)),
            (announced > 0 || self.kills == 0, "no loss was announced, although there were some".to_owned()),
            (self.cuts > 0, "no connection broke off".to_owned()),
            (self.adding_up == self.clients, "not every client has counted each number once".to_owned()),
            (!last.publishing, "the last life is still publishing".to_owned()),
            (last.connections == 0 && last.subscribers == 0, format!("not everybody is gone: {last:?}")),
            (last.connects == last.disconnects, format!("the hooks do not agree: {last:?}")),
            (
                self.lives.iter().all(|life| life.other_panics == 0),
                "the server panicked where nobody had planned it".to_owned(),
            ),
        ];
        let empty = (self.left <= LEFT, format!("{} KiB of the heap are left when everybody is gone", self.left));
        let flat = self.memory.iter().map(|memory| (memory.is_flat(), format!("the memory is not flat: {memory}")));
        invariants
            .into_iter()
            .chain([empty])
            .chain(flat)
            .filter(|(holds, _)| !holds)
            .map(|(_, sentence)| sentence)
            .collect()
    }
}
