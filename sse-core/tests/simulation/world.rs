//! The scheduler: who does what next, by a seed. Nothing runs at the same time, and no time passes by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use sse_core::history::{Epoch, LiveWindow, Retention};
use sse_core::topic::{LagPolicy, PublishError, Start, Waking};
use sse_core::{Position, Topic};

use crate::client::{self, Client, Model};
use crate::connection::{Connection, Route, Server};
use crate::note::{Flaw, NAMES, Note};
use crate::random::Random;
use crate::tally::Tally;
use crate::truth::{Limits, Truth, Wanted};

/// Some topics and some clients, for some steps.
pub(crate) struct World<'a> {
    random: Random,
    tally: &'a mut Tally,
    clock: Arc<AtomicU64>,
    plan: Plan,
    servers: Vec<Server>,
    clients: Vec<Client>,
    /// Who publishes has not woken everybody yet.
    wakings: Vec<(usize, Waking)>,
    epochs: u64,
    guests: usize,
}

/// What a round is about.
#[derive(Clone, Copy, Debug)]
struct Plan {
    limits: Limits,
    policy: LagPolicy,
    keys: usize,
    padding: usize,
    /// One event in so many is larger than a segment.
    large: usize,
    topics: usize,
    max_event: usize,
}

impl Plan {
    fn new(random: &mut Random) -> Self {
        let events = random.pick(&[0, 1, 4, 30, 200, usize::MAX]);
        let bytes = random.pick(&[300, 3_000, 100_000, usize::MAX, usize::MAX]);
        let age = random.pick(&[None, None, None, Some(0), Some(20), Some(300)]);
        let live = (random.pick(&[0, 1, 8, 60, 4_096]), random.pick(&[200, 4_000, 1 << 20, 1 << 20]));
        let max_keys = random.pick(&[0, 0, 0, 3, 12]);
        let (padding, large) = random.pick(&[(12, usize::MAX), (12, usize::MAX), (400, usize::MAX), (2_000, 150)]);
        Self {
            limits: Limits { keep: (events, bytes, age), live, max_keys },
            policy: random.pick(&[LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip]),
            keys: random.pick(&[2, 8, 40]),
            padding,
            large,
            topics: random.pick(&[1, 1, 2, 3]),
            max_event: 80_000,
        }
    }
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, tally: &'a mut Tally) -> Self {
        let mut random = Random::new(seed);
        let plan = Plan::new(&mut random);
        tally.round = format!("seed {seed}, {plan:?}");
        let clock = Arc::new(AtomicU64::new(0));
        let mut world = Self {
            random,
            tally,
            clock,
            plan,
            servers: Vec::new(),
            clients: Vec::new(),
            wakings: Vec::new(),
            epochs: 0,
            guests: 0,
        };
        for _ in 0..plan.topics {
            let server = world.server();
            world.servers.push(server);
        }
        for _ in 0..6 {
            let client = world.client();
            world.clients.push(client);
        }
        world
    }

    fn server(&mut self) -> Server {
        self.epochs += 1;
        let epoch = Epoch::from_entropy([self.epochs, 7]);
        let Plan { limits, policy, max_event, .. } = self.plan;
        let mut keep = Retention::events(limits.keep.0).and_bytes(limits.keep.1);
        if let Some(age) = limits.keep.2 {
            keep = keep.and_age(Duration::from_millis(age));
        }
        let clock = Arc::clone(&self.clock);
        let mut builder = Topic::builder()
            .epoch(epoch)
            .keep(keep)
            .live(LiveWindow::events(limits.live.0).and_bytes(limits.live.1))
            .lag_policy(policy)
            .max_event_bytes(max_event)
            .clock(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
        if limits.max_keys > 0 {
            builder = builder.latest_per_key(limits.max_keys, |note: &Note| Some(note.key));
        }
        Server { topic: builder.build().expect("there is a clock"), truth: Truth::new(epoch, limits), policy }
    }

    fn client(&mut self) -> Client {
        let random = &mut self.random;
        let group = self.plan.topics > 1 && random.once_in(2);
        let topics = if group { (0..self.plan.topics).collect() } else { vec![random.below(self.plan.topics)] };
        let wanted = if random.once_in(3) {
            Wanted(random.pick(&[[true, false, false], [false, true, true]]))
        } else {
            Wanted::ALL
        };
        let start = |random: &mut Random| match random.below(3) {
            0 => Start::Latest,
            1 => Start::Earliest,
            _ => Start::LatestMinus(random.below(12) as u64),
        };
        let (fresh, after_reset) = (start(random), start(random));
        let snapshot = !group && self.plan.limits.max_keys == 0 && random.once_in(2);
        let route = Route { topics, group, wanted, fresh, after_reset, snapshot };
        let model = random.pick(&[Model::Standard, Model::Firefox]);
        let window = random.pick(&[1, 500, 10_000, 200_000]);
        let laziness = random.pick(&[1, 1, 2, 8, 60]);
        self.guests += 1;
        Client::new(self.guests, model, route, self.plan.topics).slow(window, laziness)
    }

    fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn run(mut self, steps: u64) {
        for _ in 0..steps {
            match self.random.below(100) {
                0..25 => self.publish(),
                25..32 => self.manage(),
                _ => self.move_a_client(),
            }
        }
        self.settle();
    }

    fn note(&mut self, topic: usize, ahead: usize) -> Note {
        let plan = self.plan;
        let random = &mut self.random;
        let padding = if random.once_in(plan.large) { 70_000 } else { random.small(plan.padding) };
        Note {
            topic,
            index: self.servers[topic].truth.items.len() + ahead,
            name: random.below(NAMES.len()),
            key: random.below(plan.keys) as u64,
            amount: i64::try_from(random.below(5)).unwrap_or_default() - 2,
            padding,
            flaw: Flaw::None,
        }
    }

    fn publish(&mut self) {
        let topic = self.random.below(self.plan.topics);
        let now = self.now();
        let mut note = self.note(topic, 0);
        if self.servers[topic].truth.closed {
            let refused = matches!(self.servers[topic].topic.publish(&note), Err(PublishError::Closed));
            self.tally.check(refused, || "a closed topic takes an event".to_owned());
            return;
        }
        let mut held = false;
        match self.random.below(100) {
            0..35 => {
                let position = self.servers[topic].topic.publish(&note);
                self.append(topic, &[note], &position);
            }
            35..50 => {
                let mut seen = None;
                let position = self.servers[topic].topic.publish_with(&note, |position| {
                    seen = Some(position);
                    position
                });
                self.tally.check(seen == position.as_ref().ok().copied(), || format!("{seen:?} and {position:?}"));
                self.append(topic, &[note], &position);
            }
            50..60 => {
                let (position, mut waking) = self.servers[topic].topic.publish_yielding(&note).expect("legal");
                self.append(topic, &[note], &Ok(position));
                if self.random.once_in(2) {
                    let _ended = std::pin::pin!(&mut waking).poll(&mut Context::from_waker(Waker::noop()));
                }
                if self.random.once_in(2) {
                    self.wakings.push((topic, waking));
                    held = true;
                }
            }
            60..77 => {
                self.servers[topic].topic.publish_ephemeral(&note).expect("legal");
                self.servers[topic].truth.append(&[note], false, now);
                self.tally.published += 1;
            }
            77..96 => {
                let most = if self.random.once_in(6) { self.plan.limits.keep.0.min(40) * 2 } else { 5 };
                let notes: Vec<_> = (0..=self.random.below(most)).map(|ahead| self.note(topic, ahead)).collect();
                if notes.len() > self.plan.limits.keep.0 {
                    self.tally.count("batch larger than what is kept");
                }
                let position = self.servers[topic].topic.publish_batch(&notes);
                self.append(topic, &notes, &position);
            }
            _ => {
                // All of a batch or nothing.
                let good = note;
                note.flaw = Flaw::OwnId;
                let batch = [good, note];
                let which = self.random.below(2);
                let refused = self.servers[topic].topic.publish_batch(&batch[which..]).is_err();
                note.flaw = Flaw::None;
                note.padding = self.plan.max_event;
                let too_large = self.servers[topic].topic.publish(&note).is_err();
                self.tally.check(refused && too_large, || "what is none of a topic's is taken".to_owned());
                self.tally.count("refused");
                return;
            }
        }
        if !held {
            self.check_wakes(topic);
        }
    }

    fn append(&mut self, topic: usize, notes: &[Note], position: &Result<Position, PublishError>) {
        let now = self.now();
        let truth = &mut self.servers[topic].truth;
        truth.append(notes, true, now);
        self.tally.published += notes.len() as u64;
        let expected = truth.position(truth.head());
        self.tally.check(position.as_ref().is_ok_and(|position| *position == expected), || {
            format!("published at {position:?} instead of {expected}")
        });
    }

    /// Whoever waits has been woken.
    fn check_wakes(&mut self, topic: usize) {
        if self.wakings.iter().any(|(of, _)| *of == topic) {
            return;
        }
        let connections = self.clients.iter().filter_map(|client| client.connection.as_ref());
        let forgotten = connections.filter(|connection| connection.is_forgotten(topic)).count();
        self.tally.check(forgotten == 0, || format!("{forgotten} readers were not woken"));
    }

    fn manage(&mut self) {
        let topic = self.random.below(self.plan.topics);
        match self.random.below(200) {
            0..70 => {
                let passed = self.random.small(40) as u64;
                let now = self.clock.fetch_add(passed, Ordering::SeqCst) + passed;
                self.servers.iter_mut().for_each(|server| server.truth.evict(now));
            }
            70..100 => self.servers[topic].topic.evict(),
            100..140 if !self.wakings.is_empty() => {
                drop(self.wakings.swap_remove(self.random.below(self.wakings.len())));
            }
            140..160 => self.forge(),
            160..166 => {
                self.servers[topic].topic.kick();
                // Who has read a topic to its end reads it no more.
                if !self.servers[topic].truth.closed {
                    self.check_wakes(topic);
                }
            }
            166..169 => self.close(topic),
            169..173 => self.restart(topic),
            173..183 => {
                let place = self.random.below(self.clients.len());
                self.clients[place].cut(self.tally);
                self.clients[place] = self.client();
            }
            _ => {}
        }
    }

    /// A client comes back with an id that it was never given.
    fn forge(&mut self) {
        let place = self.random.below(self.clients.len());
        if self.clients[place].connection.is_some() || self.clients[place].ended {
            return;
        }
        let topic = self.clients[place].route.topics[0];
        let id = match self.random.below(3) {
            0 => client::far(self.servers[topic].truth.epoch),
            1 => client::far(Epoch::from_entropy([1, 1])),
            _ => "what is this".to_owned(),
        };
        self.clients[place].forge(id);
    }

    /// The topic ends, by itself or by its last event.
    fn close(&mut self, topic: usize) {
        let server = &self.servers[topic];
        if server.truth.closed {
            return;
        }
        if self.random.once_in(2) {
            server.topic.close();
        } else {
            let mut note = self.note(topic, 0);
            note.flaw = Flaw::Terminal;
            let position = self.servers[topic].topic.publish(&note);
            self.append(topic, &[note], &position);
            self.tally.count("terminal");
        }
        self.servers[topic].truth.closed = true;
        self.check_wakes(topic);
    }

    /// The process that has the topic goes, and another one comes that has forgotten everything.
    fn restart(&mut self, topic: usize) {
        self.wakings.retain(|(of, _)| *of != topic);
        for place in 0..self.clients.len() {
            let client = &mut self.clients[place];
            if client.connection.as_ref().is_some_and(|connection| connection.reads(topic)) {
                let unread = client.connection.as_ref().map_or(0, Connection::unread);
                client.read(self.random.below(unread + 1), &self.servers, self.tally);
                client.cut(self.tally);
            }
            if client.ended {
                self.clients[place] = self.client();
            }
        }
        self.servers[topic] = self.server();
        self.tally.count("restarted");
    }

    fn move_a_client(&mut self) {
        let place = self.random.below(self.clients.len());
        let now = self.now();
        let client = &mut self.clients[place];
        if client.ended {
            // It was told not to come back: an answer to its id would be 204.
            let told = client.id.starts_with("=end");
            self.tally.check(told, || "it was told of the end without its id".to_owned());
            client.cut(self.tally);
            if self.random.once_in(40) {
                self.clients[place] = self.client();
            }
            return;
        }
        let Some(connection) = &mut client.connection else {
            if self.random.once_in(3) {
                client.connect(&self.servers, self.tally);
            }
            return;
        };
        let unread = connection.unread();
        match self.random.below(100) {
            0..45 => connection.poll(&self.servers, client.window, now, &mut self.random, self.tally),
            45..90 => {
                if client.reads_now(&mut self.random) {
                    let count = if self.random.once_in(2) { unread } else { self.random.small(unread) };
                    client.read(count, &self.servers, self.tally);
                    if client.is_over() {
                        client.cut(self.tally);
                    }
                }
            }
            90..94 => connection.keep_alive(self.tally),
            _ => {
                // Cut at any byte of what was written, and more often where control events are.
                let count = if self.random.once_in(4) {
                    self.random.small(unread.min(300))
                } else {
                    self.random.below(unread + 1)
                };
                client.read(count, &self.servers, self.tally);
                client.cut(self.tally);
            }
        }
    }

    /// Everybody is left in peace until there is nothing more to read.
    fn settle(&mut self) {
        self.wakings.clear();
        let now = self.now();
        for client in &mut self.clients {
            let mut turns = 0;
            while !client.ended {
                turns += 1;
                if turns > 5_000 {
                    self.tally.violation(|| format!("a client does not come to rest: {:?}", client.route));
                    break;
                }
                let Some(connection) = &mut client.connection else {
                    client.connect(&self.servers, self.tally);
                    continue;
                };
                connection.poll(&self.servers, usize::MAX, now, &mut self.random, self.tally);
                let rests = connection.rests();
                client.read(usize::MAX, &self.servers, self.tally);
                if client.is_over() {
                    client.cut(self.tally);
                } else if rests {
                    client.check_all(&self.servers, self.tally);
                    break;
                }
            }
        }
    }
}
