//! Which sockets can be read.

use std::os::fd::{AsFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
pub(super) use rustix::event::epoll::Event;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::retry_on_intr;

/// How many are learnt of at once.
const AT_ONCE: usize = 1_024;

pub(super) struct Poller(OwnedFd);

impl Poller {
    pub(super) fn new() -> (Self, Vec<Event>) {
        let epoll = epoll::create(CreateFlags::CLOEXEC).expect("there is room for one more file");
        (Self(epoll), Vec::with_capacity(AT_ONCE))
    }

    /// Watches a socket, of which `data` will tell which it is.
    pub(super) fn add(&self, socket: impl AsFd, data: u64) {
        epoll::add(&self.0, socket, EventData::new_u64(data), EventFlags::IN).expect("it is a socket");
    }

    pub(super) fn remove(&self, socket: impl AsFd) {
        epoll::delete(&self.0, socket).expect("it is watched");
    }

    /// Waits until something can be read, or not at all.
    pub(super) fn poll(&self, ready: &mut Vec<Event>, wait: bool) {
        let timeout = if wait { None } else { Some(&Timespec::default()) };
        retry_on_intr(|| epoll::wait(&self.0, spare_capacity(ready), timeout)).expect("it is an epoll");
    }
}
