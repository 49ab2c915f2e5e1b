//! What all clients share: where the server is, whether it lives, and what they have to say.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::Failure;

/// As many complaints of a kind are kept; the others are counted.
const MOST: usize = 3;

/// What a client does to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Vanish,
    Silent,
    Drip,
    Storm,
    Garbage,
    Forged,
    Panics,
    Fails,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] =
        [Self::Vanish, Self::Silent, Self::Drip, Self::Storm, Self::Garbage, Self::Forged, Self::Panics, Self::Fails];

    /// What the server knows its connections by, and what one of them is when it has come to its end.
    pub(crate) const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Vanish => ("vanish", "vanished without a word, and were found to be gone"),
            Self::Silent => ("silent", "never read, and were given up"),
            Self::Drip => ("drip", "read a byte a second, and were given up"),
            Self::Storm => ("storm", "came and went at once, and got the right verdict"),
            Self::Garbage => ("garbage", "sent garbage, and got the right answer"),
            Self::Forged => ("forged", "sent forged or huge ids, and got the right verdict"),
            Self::Panics => ("panics", "saw a handler's stream panic, and the end"),
            Self::Fails => ("fails", "saw a handler's stream fail, and the error"),
        }
    }

    /// Of how many a run must be able to tell.
    const fn least(self) -> u64 {
        match self {
            Self::Storm => 1_000,
            Self::Garbage | Self::Forged => 50,
            _ => 5,
        }
    }
}

/// A server that lives, and the number of its life. They begin with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) life: u32,
    pub(crate) address: SocketAddr,
    /// Where those are who will vanish.
    pub(crate) elsewhere: SocketAddr,
}

/// What all clients share.
#[derive(Debug)]
pub(crate) struct Scene {
    server: watch::Sender<Option<Server>>,
    done: [AtomicU64; Kind::ALL.len()],
    complaints: Mutex<(Vec<String>, usize)>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { server: watch::Sender::new(None), done: Default::default(), complaints: Mutex::default() }
    }

    /// A new life, or the end of one, which is to be said before it is ended.
    pub(crate) fn set_server(&self, server: Option<Server>) {
        self.server.send_replace(server);
    }

    /// The server, as soon as there is one.
    pub(crate) async fn server(&self) -> Result<Server, Failure> {
        let mut watched = self.server.subscribe();
        Ok(watched.wait_for(Option::is_some).await?.ok_or("there is a server")?)
    }

    /// Where the server is now. Nobody asks where it was: the port may be another program's by then.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.server.borrow().map(|server| server.address).ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }

    /// Whether this server is not going to be killed yet.
    pub(crate) fn lives(&self, server: Server) -> bool {
        *self.server.borrow() == Some(server)
    }

    pub(crate) fn count(&self, kind: Kind) {
        self.done[kind as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn counted(&self, kind: Kind) -> u64 {
        self.done[kind as usize].load(Relaxed)
    }

    /// The kinds of which there are not enough yet.
    pub(crate) fn wanting(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|&kind| self.counted(kind) < kind.least()).collect()
    }

    /// Something is not as it must be with this kind of client.
    pub(crate) fn complain(&self, kind: &str, complaint: impl fmt::Display) {
        let mut complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, all) = &mut *complaints;
        *all += 1;
        if kept.iter().filter(|kept| kept.starts_with(kind)).count() < MOST {
            kept.push(format!("{kind}: {complaint}"));
        }
    }

    /// What was complained of first, and how often in all.
    pub(crate) fn complaints(&self) -> (Vec<String>, usize) {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does this over and over, but not more often than the interval says. A failure is one unless the server is killed
    /// meanwhile.
    pub(crate) async fn repeat<R>(&self, kind: Kind, every: Duration, mut once: impl FnMut(Server) -> R + Send)
    where
        R: Future<Output = Result<(), Failure>> + Send,
    {
        let mut tick = interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Ok(server) = self.server().await {
            match once(server).await {
                Ok(()) => self.count(kind),
                Err(error) if self.lives(server) => self.complain(kind.describe().0, error),
                Err(_) => {}
            }
            tick.tick().await;
        }
    }
}
