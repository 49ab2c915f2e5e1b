//! What the load client says to a server and hears from it, over a pair of sockets of which one is the server's standard
//! input. Whoever is left alone ends.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::{allocations, measure};

/// How many events a server is to publish, or one of the two below.
pub(super) type Command = u32;

/// It is to say what it has used. As it does so in turn, what was asked for before has been done.
pub(super) const REPORT: Command = 0;

/// It is to count what it allocates from now on until it is to report.
pub(super) const COUNT: Command = Command::MAX;

/// What a server has used since it began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// CPU time in nanoseconds.
    pub(super) cpu: i64,
    /// The part of it that was spent in user space, in microseconds; the kernel looks 250 times a second or so.
    pub(super) user: i64,
    /// The part of it that was spent in the kernel, in microseconds.
    pub(super) system: i64,
    /// Bytes that are held and were allocated while they were counted.
    pub(super) heap: i64,
}

impl Usage {
    pub(super) const BYTES: usize = 4 * size_of::<i64>();

    fn now() -> Self {
        let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
        Self {
            cpu: measure::cpu().cast_signed(),
            user: usage.user_time().num_microseconds(),
            system: usage.system_time().num_microseconds(),
            heap: allocations::stop().held,
        }
    }

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (to, figure) in bytes.chunks_exact_mut(8).zip([self.cpu, self.user, self.system, self.heap]) {
            to.copy_from_slice(&figure.to_le_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let mut figures = bytes.chunks_exact(8).map(|figure| figure.try_into().map_or(0, i64::from_le_bytes));
        let mut next = || figures.next().unwrap_or_default();
        Self { cpu: next(), user: next(), system: next(), heap: next() }
    }

    /// What was used since `before`.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu - before.cpu,
            user: self.user - before.user,
            system: self.system - before.system,
            heap: self.heap - before.heap,
        }
    }
}

/// Does what the load client says; some of it is answered.
pub(super) fn obey(command: Command, publish: &mut impl FnMut(u32)) -> Option<[u8; Usage::BYTES]> {
    match command {
        REPORT => return Some(Usage::now().to_bytes()),
        COUNT => allocations::start(),
        events => publish(events),
    }
    None
}

/// The commands in what was read, which is never half of one.
pub(super) fn commands(bytes: &[u8]) -> impl Iterator<Item = Command> {
    bytes
        .chunks_exact(size_of::<Command>())
        .filter_map(|command| Some(Command::from_le_bytes(command.try_into().ok()?)))
}
