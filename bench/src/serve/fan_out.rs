//! What so many subscribers cost: while they are quiet, and for each event that each of them gets.

use serde_json::{Map, Value};

use super::contenders::Contender;
use super::run::{Cost, Phase, Plan, Round, heap, run};
use super::wanted;
use crate::Effort;
use crate::measure::{in_turn, median, ratio};
use crate::report::{Case, rounded};

/// For how many connections the bytes of one are counted.
const COUNTED: usize = 1_000;

/// What one contender has done, round by round.
struct Rounds {
    contender: Contender,
    rounds: Vec<Round>,
}

impl Rounds {
    fn of(&self, figure: impl Fn(&Round) -> Option<f64>) -> f64 {
        median(self.rounds.iter().filter_map(figure).collect())
    }

    /// The CPU time of a delivery, in microseconds.
    fn cpu(&self, phase: Phase) -> f64 {
        self.cost(phase, |cost| cost.cpu)
    }

    /// The part of it that is spent in user space. The kernel knows it by samples, so it is taken from all rounds.
    fn user(&self, phase: Phase) -> f64 {
        let usages = || self.rounds.iter().filter_map(|round| Some(round.cost(phase)?.usage));
        let user: i64 = usages().map(|usage| usage.user).sum();
        let both: i64 = usages().map(|usage| usage.user + usage.system).sum();
        self.cpu(phase) * ratio(user.cast_unsigned(), both.cast_unsigned())
    }

    fn cost(&self, phase: Phase, read: fn(&Cost) -> f64) -> f64 {
        self.of(|round| round.cost(phase).map(read))
    }
}

/// All cases of so many subscribers that are asked for.
pub(super) fn cases(effort: Effort<'_>, subscribers: usize, rounds: usize) -> Vec<Case> {
    let is_wanted = |what: &str| wanted(effort, &format!("{what}-{subscribers}"));
    let phases: Vec<_> = Phase::ALL.into_iter().filter(|phase| is_wanted(phase.name())).collect();
    if phases.is_empty() && !is_wanted("idle") && !is_wanted("accept") {
        return Vec::new();
    }
    let time = if effort.quick { 100_000_000 } else { 1_000_000_000 };
    let plan = Plan { subscribers, phases: &phases, time };
    let figures = in_turn(rounds, &Contender::ALL.map(|contender| move || run(contender, plan)));
    let contenders = Contender::ALL.into_iter().zip(figures);
    let all: Vec<_> = contenders.map(|(contender, rounds)| Rounds { contender, rounds }).collect();
    let [ours, idiom, epoll] = &all[..] else { return Vec::new() };

    let mut cases = vec![accept(&all, ours, idiom, subscribers)];
    if subscribers >= COUNTED && is_wanted("idle") {
        cases.push(idle(&all, ours, idiom, subscribers));
    }
    for phase in phases {
        cases.extend(deliveries(phase, &all, subscribers));
        cases.push(against_epoll(phase, ours, epoll, subscribers));
    }
    let asked_for = cases.into_iter().filter(|case| effort.includes(&case.name));
    asked_for.map(|case| case.with("subscribers", subscribers).print()).collect()
}

fn against(what: &str, subscribers: usize, unit: &'static str, ours: f64, rival: &Rounds, theirs: f64) -> Case {
    Case::new("serve", format!("{what}-{subscribers}"), unit, ours, &[(rival.contender.name(), theirs)])
}

/// A figure of each contender.
fn each(all: &[Rounds], figure: impl Fn(&Rounds) -> f64) -> Value {
    let figures = all.iter().map(|one| (one.contender.name().to_owned(), rounded(figure(one)).into()));
    Value::Object(figures.collect::<Map<_, _>>())
}

fn accept(all: &[Rounds], ours: &Rounds, idiom: &Rounds, subscribers: usize) -> Case {
    let opened = |of: &Rounds| of.of(|round| Some(round.idle.opened));
    against("accept", subscribers, "ms until all are open", opened(ours), idiom, opened(idiom))
        .with("opened", each(all, opened))
        .with("cpu_us_per_connection", each(all, |one| one.of(|round| Some(round.idle.cpu))))
}

fn idle(all: &[Rounds], ours: &Rounds, idiom: &Rounds, subscribers: usize) -> Case {
    let resident = |of: &Rounds| of.of(|round| Some(round.idle.resident));
    let [heap, bare, theirs] =
        [Contender::Ours, Contender::Bare, Contender::Idiom].map(|contender| heap(contender, COUNTED));
    against("idle", subscribers, "KiB resident per connection", resident(ours), idiom, resident(idiom))
        .target(0.6)
        .with("resident", each(all, resident))
        .with("heap_bytes", rounded(heap))
        .with("heap_bytes_bare", rounded(bare))
        .with("heap_bytes_idiom", rounded(theirs))
        .at_most("heap_bytes_of_ours", heap - bare, 1_024.0)
}

/// What the deliveries of a phase cost, beside the idiom.
fn deliveries(phase: Phase, all: &[Rounds], subscribers: usize) -> Vec<Case> {
    let [ours, idiom, ..] = all else { return Vec::new() };
    let name = phase.name();
    let target = match (phase, subscribers) {
        (Phase::Single, _) => Some(0.95),
        (Phase::Burst, 100) => Some(0.2),
        (Phase::Burst, 101..) => Some(0.15),
        _ => None,
    };
    let cpu = against(name, subscribers, "us CPU per delivery", ours.cpu(phase), idiom, idiom.cpu(phase));
    let cpu = cpu
        .target_if(target)
        .with("user", each(all, |one| one.user(phase)))
        .with("system", each(all, |one| one.cpu(phase) - one.user(phase)))
        .with("total", each(all, |one| one.cpu(phase)));
    if phase == Phase::Burst {
        return vec![cpu];
    }
    let cpu = cpu
        .with("p50_us", each(all, |one| one.cost(phase, |cost| cost.p50)))
        .with("p99_us", each(all, |one| one.cost(phase, |cost| cost.p99)));
    if phase == Phase::Fixed {
        return vec![cpu];
    }
    let mut user = against(name, subscribers, "us user CPU per delivery", ours.user(phase), idiom, idiom.user(phase));
    user.name.push_str("-user");
    let p99 = |of: &Rounds| of.cost(phase, |cost| cost.p99);
    let mut latency = against(name, subscribers, "us, p99, until it is received", p99(ours), idiom, p99(idiom));
    latency.name.push_str("-p99");
    // Runs that follow each other have more in common than those of minutes later.
    let pairs = ours.rounds.iter().zip(&idiom.rounds);
    let ratios = pairs.filter_map(|(ours, idiom)| Some(ours.cost(phase)?.p99 / idiom.cost(phase)?.p99));
    latency.ratio = rounded(median(ratios.collect()));
    vec![cpu, user.target(0.7), latency.target(1.1)]
}

fn against_epoll(phase: Phase, ours: &Rounds, epoll: &Rounds, subscribers: usize) -> Case {
    let mut case = against(phase.name(), subscribers, "us CPU per delivery", ours.cpu(phase), epoll, epoll.cpu(phase));
    case.name.push_str("-epoll");
    case.target_if(match phase {
        Phase::Fixed => None,
        Phase::Single => Some(1.6),
        Phase::Burst => Some(1.3),
    })
}
