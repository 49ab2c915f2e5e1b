//! Where the figures come from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, Networks, RefreshKind, System};

use crate::ServerEvent;

/// Reads the figures of this machine.
pub(crate) struct Sampler {
    system: System,
    networks: Networks,
}

/// What makes an event of its `seq`.
type Numbered = Box<dyn FnOnce(u64) -> ServerEvent + Send>;

impl Sampler {
    /// Takes the first readings, which later ones are compared with.
    pub(crate) fn new() -> Result<Self, sysinfo::Error> {
        let kinds = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_usage())
            .with_memory(MemoryRefreshKind::everything());
        Ok(Self { system: System::new_with_specifics(kinds)?, networks: Networks::new_with_refreshed_list()? })
    }

    /// One event of each kind, but for its `seq`. It reads some small files of the kernel and takes well under a
    /// millisecond, which is why nothing is moved to another thread.
    pub(crate) fn sample(&mut self, open: usize) -> [Numbered; ServerEvent::PER_SAMPLE as usize] {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        self.networks.refresh(true);

        let at_ms = now_ms();
        let total = tenths(self.system.global_cpu_usage());
        let cores = self.system.cpus().iter().map(|core| tenths(core.usage())).collect();
        let (used, memory) = (self.system.used_memory(), self.system.total_memory());
        let (swap_used, swap_total) = (self.system.used_swap(), self.system.total_swap());
        let load = System::load_average().unwrap_or_default();
        let (received_bytes, sent_bytes) = self
            .networks
            .values()
            .fold((0, 0), |(received, sent), network| (received + network.received(), sent + network.transmitted()));

        [
            Box::new(move |seq| ServerEvent::Cpu { seq, at_ms, total, cores }),
            Box::new(move |seq| ServerEvent::Memory { seq, at_ms, used, total: memory, swap_used, swap_total }),
            Box::new(move |seq| ServerEvent::Load {
                seq,
                at_ms,
                one: load.one,
                five: load.five,
                fifteen: load.fifteen,
            }),
            Box::new(move |seq| ServerEvent::Connections { seq, at_ms, open: open as u64, received_bytes, sent_bytes }),
        ]
    }
}

/// More digits would only be noise on the wire.
fn tenths(percent: f32) -> f32 {
    (percent * 10.0).round() / 10.0
}

/// The time of day, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the events carry the time of day, and this is where it enters")]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
