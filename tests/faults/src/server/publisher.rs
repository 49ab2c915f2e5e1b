//! Who publishes: one number after the other, through all lives.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sse_core::{Position, Topic};
use tokio::time::{self, MissedTickBehavior};

use crate::Failure;
use crate::args::Life;
use crate::event::Feed;

/// How many events are published before the first client can come: a restart is no restart if nothing was missed.
const UNSEEN: u32 = 500;

/// Who publishes. A number is written down before it is published, so that no life gives it out again.
#[derive(Debug)]
pub(super) struct Publisher {
    topic: Topic<Feed>,
    life: u32,
    written: File,
    last: AtomicU64,
    /// The last number in the topic, and its position, which change together.
    state: Mutex<(u64, Position)>,
    stopping: AtomicBool,
    publishing: AtomicBool,
}

impl Publisher {
    pub(super) fn new(topic: &Topic<Feed>, life: &Life) -> Result<Self, Failure> {
        let written = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&life.numbers)?;
        let mut bytes = [0; 8];
        let last = if written.metadata()?.len() == 0 {
            0
        } else {
            written.read_exact_at(&mut bytes, 0)?;
            u64::from_le_bytes(bytes)
        };
        Ok(Self {
            topic: topic.clone(),
            life: life.number,
            written,
            last: AtomicU64::new(last),
            state: Mutex::new((last, topic.position())),
            stopping: AtomicBool::new(false),
            publishing: AtomicBool::new(true),
        })
    }

    pub(super) fn publish_what_nobody_sees(&self) -> Result<(), Failure> {
        (0..UNSEEN).try_for_each(|_| self.publish_one())
    }

    /// Publishes so many a second, until it is told to stop.
    pub(super) async fn publish(self: Arc<Self>, rate: u32) -> Result<(), Failure> {
        let mut tick = time::interval(Duration::from_secs(1) / rate);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !self.stopping.load(Relaxed) {
            self.publish_one()?;
            tick.tick().await;
        }
        self.publishing.store(false, Release);
        Ok(())
    }

    fn publish_one(&self) -> Result<(), Failure> {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        self.written.write_all_at(&number.to_le_bytes(), 0)?;
        self.topic.publish_with(&Feed::number(self.life, number), |position| {
            *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (number, position);
        })?;
        Ok(())
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Relaxed);
    }

    pub(super) fn is_publishing(&self) -> bool {
        self.publishing.load(Acquire)
    }

    /// The last number that was given out.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Relaxed)
    }

    /// The state, and the position that it includes.
    pub(super) fn state(&self) -> (Feed, Position) {
        let (number, position) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (Feed::State { life: self.life, number }, position)
    }
}
