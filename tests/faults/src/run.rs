//! A run: the lives of the server, one after the other, under all clients at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, process};

use faults::elsewhere::Elsewhere;
use tokio::signal;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::Failure;
use crate::args::Plan;
use crate::clients::typed::Typed;
use crate::clients::{Tally, harmful};
use crate::gauges::Gauges;
use crate::host::Host;
use crate::memory::{Memory, What, resident};
use crate::report::Report;
use crate::scene::Scene;

/// Far more than anything here takes: reaching it means that it will not come.
const PATIENCE: Duration = Duration::from_mins(3);
const LOOK: Duration = Duration::from_millis(50);
const PROGRESS: Duration = Duration::from_secs(30);
/// The last life has the greater part, because memory shows in the long run.
const LAST: f64 = 0.7;

/// Runs it, prints what came of it, and fails if an invariant did not hold.
pub(crate) async fn run(plan: Plan) -> Result<(), Failure> {
    may_open(plan.clients + 1_000)?;
    let scene = Arc::new(Scene::new());
    let report = tokio::select! {
        report = lives(plan, &scene) => report,
        // So that the namespace does not stay behind.
        pressed = signal::ctrl_c() => pressed.map_err(Failure::from).and_then(|()| Err("interrupted".into())),
    };
    match report {
        Ok(report) => report.conclude(&scene),
        Err(error) => {
            let (complaints, all) = scene.complaints();
            Err(format!("{error}\n{all} complaints before that:\n{}", complaints.join("\n")).into())
        }
    }
}

async fn lives(plan: Plan, scene: &Arc<Scene>) -> Result<Report, Failure> {
    let elsewhere = Arc::new(Elsewhere::new(0).await?);
    let numbers = Numbers::new()?;
    let begun = Instant::now();
    println!("{} clients, {} events a second, {:?}, {} kills", plan.clients, plan.rate, plan.time, plan.kills);

    let typed = Typed::new(scene, plan.clients);
    let harm = harmful(scene, &elsewhere);
    let mut run = Run { plan, scene: Arc::clone(scene), typed, begun, lives: Vec::new() };
    let mut host = run.start(1, &elsewhere, numbers.path()).await?;
    for life in 1..=plan.kills {
        run.load(&host, plan.time.mul_f64((1.0 - LAST) / f64::from(plan.kills))).await?;
        run.lives.push(host.gauges().await?);
        // First it is said, so that nobody wonders.
        run.scene.set_server(None);
        host.kill().await?;
        host = run.start(life + 1, &elsewhere, numbers.path()).await?;
    }
    let share = if plan.kills == 0 { 1.0 } else { LAST };
    let [heap, whole] = run.load(&host, plan.time.mul_f64(share)).await?;
    let memory = [heap.figures()?, whole.figures()?];
    let wanting = || run.scene.wanting();
    until("each kind to have done its harm", || wanting().is_empty())
        .await
        .map_err(|error| format!("{error}: {:?}", wanting()))?;

    // Nobody does harm any more. Who has vanished by now is found to be gone like the others before.
    drop(harm);
    let time = begun.elapsed();
    host.stop_publishing().await?;
    let last = gauges_when(&host, "the last event", |gauges| !gauges.publishing).await?;
    let everybody = || run.typed.arrived(host.server.life, last.published) == plan.clients;
    until("everybody to have the last event", everybody).await?;
    let (tally, adding_up, cuts) = (run.typed.tally(), run.typed.that_add_up(), run.typed.cuts());
    drop(run.typed);
    let gone = |gauges: &Gauges| gauges.connections == 0 && gauges.subscribers == 0;
    run.lives.push(gauges_when(&host, "everybody to be gone", gone).await?);
    let left = host.gauges().await?.heap / 1_024;
    println!("{left} KiB of the heap, {} KiB resident when everybody is gone", resident(host.pid).await?);
    run.scene.set_server(None);
    host.kill().await?;

    let Plan { clients, kills, .. } = plan;
    Ok(Report { clients, kills, cuts, tally, adding_up, lives: run.lives, memory, left, time })
}

struct Run {
    plan: Plan,
    scene: Arc<Scene>,
    typed: Typed,
    begun: Instant,
    lives: Vec<Gauges>,
}

impl Run {
    /// A new life, in which every good client has arrived.
    async fn start(&self, life: u32, elsewhere: &Elsewhere, numbers: &Path) -> Result<Host, Failure> {
        let host = Host::start(life, self.plan.rate, numbers, &elsewhere.here).await?;
        self.scene.set_server(Some(host.server));
        until("every client to arrive", || self.typed.arrived(life, 1) == self.plan.clients).await?;
        self.say(&host).await?;
        Ok(host)
    }

    /// Lets them all be for so long, and looks at the memory twice a second.
    async fn load(&self, host: &Host, time: Duration) -> Result<[Memory; 2], Failure> {
        let (mut heap, mut whole) = (Memory::new(What::Heap), Memory::new(What::Resident));
        let (begun, mut said) = (Instant::now(), Instant::now());
        let mut tick = interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while begun.elapsed() < time {
            tick.tick().await;
            heap.add(begun.elapsed(), host.gauges().await?.heap as u64 / 1_024);
            whole.add(begun.elapsed(), resident(host.pid).await?);
            if said.elapsed() >= PROGRESS {
                said = Instant::now();
                self.say(host).await?;
            }
        }
        Ok([heap, whole])
    }

    /// A line of progress.
    async fn say(&self, host: &Host) -> Result<(), Failure> {
        let Gauges { published, connections, .. } = host.gauges().await?;
        let Tally { delivered, gaps, duplicates, resets, announced } = self.typed.tally();
        println!(
            "{:4} s: life {}, published={published} delivered={delivered} gaps={gaps} duplicates={duplicates} \
             resets={resets} announced={announced}, {connections} connections, {} KiB resident, {} complaints",
            self.begun.elapsed().as_secs(),
            host.server.life,
            resident(host.pid).await?,
            self.scene.complaints().1,
        );
        Ok(())
    }
}

async fn until(what: &str, mut probe: impl FnMut() -> bool) -> Result<(), Failure> {
    let since = Instant::now();
    while !probe() {
        if since.elapsed() > PATIENCE {
            return Err(format!("not within {PATIENCE:?}: {what}").into());
        }
        sleep(LOOK).await;
    }
    Ok(())
}

async fn gauges_when(host: &Host, what: &str, probe: impl Fn(&Gauges) -> bool) -> Result<Gauges, Failure> {
    let since = Instant::now();
    loop {
        let gauges = host.gauges().await?;
        if probe(&gauges) {
            return Ok(gauges);
        }
        if since.elapsed() > PATIENCE {
            return Err(format!("not within {PATIENCE:?}: {what}: {gauges:?}").into());
        }
        sleep(LOOK).await;
    }
}

/// Fails if this process may not open so many files: the clients would, in the middle of it.
fn may_open(files: usize) -> Result<(), Failure> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).and_then(|limit| limit.parse::<usize>().ok());
    match soft {
        Some(soft) if soft < files => {
            Err(format!("{files} files must be open at once, and {soft} may: `ulimit -n {files}`").into())
        }
        _ => Ok(()),
    }
}

/// The file with the last number, which is gone when this is dropped.
struct Numbers(PathBuf);

impl Numbers {
    fn new() -> Result<Self, Failure> {
        let path = env::temp_dir().join(format!("faults-{}.number", process::id()));
        fs::write(&path, [])?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}
