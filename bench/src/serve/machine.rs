//! Which core does what, and how much may be open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

/// The core of the server.
pub(super) const SERVER: usize = 0;

/// The core of the load client.
pub(super) const CLIENT: usize = 1;

/// Keeps this process on one core, and lets it open as many files as it may.
pub(super) fn take(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).expect("the server and the load client need a core each");

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let most = Rlimit { current: maximum, maximum };
    setrlimit(Resource::Nofile, most).expect("a process may open as many files as its hard limit says");
}
