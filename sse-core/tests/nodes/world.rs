//! Everything that there is in one run, and what happens to it.

use sse_core::Position;
use sse_core::relay::{MemoryRelay, MemoryReplica, RelayPublishError, Token};

use crate::client::Client;
use crate::event::Number;
use crate::node::{FAULTS, Line, Node};
use crate::report::Report;
use crate::task::{Pauses, Random, Task};
use crate::truth::{LOG, Truth};

pub(crate) struct World<'a> {
    seed: u64,
    random: Random,
    truth: Truth,
    nodes: Vec<Node>,
    publishers: Vec<Publisher>,
    clients: Vec<Client>,
    replicas: Vec<(MemoryReplica, usize)>,
    pauses: Pauses,
    acknowledged: Vec<(u64, Position)>,
    next_number: u64,
    losses: u64,
    report: &'a mut Report,
}

/// Publishes one event after the other, each until it is acknowledged.
#[derive(Default)]
struct Publisher {
    event: Option<(Number, Token)>,
    attempt: Option<(usize, Task<Result<Position, RelayPublishError>>)>,
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, report: &'a mut Report) -> Self {
        let mut random = Random::new(seed);
        let remote = MemoryRelay::builder().sparse(seed).events(random.pick(&[3, 12, 1_000])).build();
        let truth = Truth::new(remote.clone());
        let pauses = Pauses::default();
        let badness = random.pick(&[0, 10, 40, 90]);
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let line = FAULTS
                .into_iter()
                .fold(Line::new(remote.clone(), random.next()), |line, (fault, _)| line.with_chance(fault, badness));
            nodes.push(Node::new(line, &pauses, &mut random));
        }
        let clients = (0..3 + random.below(4)).map(|_| Client::new(&mut random)).collect();
        let publishers = (0..4).map(|_| Publisher::default()).collect();
        Self {
            seed,
            random,
            truth,
            nodes,
            publishers,
            clients,
            replicas: Vec::new(),
            pauses,
            acknowledged: Vec::new(),
            next_number: 1,
            losses: 0,
            report,
        }
    }

    pub(crate) fn run(mut self, steps: u64) {
        // How often something happens to the remote.
        let rate = self.random.pick(&[0, 10, 30, 80]);
        for _ in 0..steps {
            self.report.count("steps");
            if self.random.chance(rate) {
                self.disturb();
            } else {
                self.step();
            }
            self.truth.observe();
        }
        self.calm();
        self.settle();
        if self.losses == 0 {
            self.check();
            assert_eq!(self.truth.epochs(), 1, "seed {}: an epoch was renewed without need", self.seed);
        }
        // A connection that breaks is enough for a loss to be found out.
        self.nodes.iter().for_each(|node| node.line.restart());
        self.settle();
        self.check();
        self.publish(0);
        self.settle();
        self.check();
        if self.random.chance(500) {
            self.close();
        }
        let requests = self.nodes.iter().flat_map(|node| FAULTS.map(|(fault, name)| (name, node.line.count(fault))));
        requests.for_each(|(name, count)| self.report.add(name, count));
        self.report.add("epoch renewed", self.truth.epochs() as u64 - 1);
    }

    /// Somebody does something.
    fn step(&mut self) {
        match self.random.below(100) {
            0..25 => {
                let node = self.random.below(2);
                self.nodes[node].poll_tail(&mut self.truth, self.report);
            }
            25..45 => self.publish_or_poll(),
            45..80 => {
                let client = self.random.below(self.clients.len());
                self.poll_client(client);
            }
            80..86 => {
                let (client, node) = (self.random.below(self.clients.len()), self.random.below(2));
                self.clients[client].connect(node, &self.nodes[node]);
            }
            86..88 => {
                let client = self.random.below(self.clients.len());
                self.clients[client].cut(self.report);
            }
            88..95 => {
                let node = self.random.below(2);
                self.nodes[node].line.step();
            }
            95..97 => self.pauses.tick(),
            97 => {
                let node = self.random.below(2);
                self.nodes[node].publish_ephemeral(&self.truth, self.report);
            }
            _ => {
                // One more client now and then, in the place of one that has seen much.
                if self.random.chance(100) {
                    let client = self.random.below(self.clients.len());
                    self.clients[client] = Client::new(&mut self.random);
                }
            }
        }
    }

    fn poll_client(&mut self, client: usize) {
        self.clients[client].poll(&self.nodes, &mut self.truth, &mut self.random, self.report);
    }

    /// Something happens to the remote, to a line or to a node.
    fn disturb(&mut self) {
        let node = self.random.below(2);
        match self.random.below(100) {
            0..20 => {
                self.report.count("line restarted");
                self.nodes[node].line.restart();
            }
            20..30 => {
                self.report.count("remote away");
                self.nodes[node].line.go_down();
            }
            30..50 => self.nodes[node].line.come_back(),
            50..60 => {
                let state = self.truth.state();
                let span = usize::try_from(state.head - state.floor).unwrap();
                self.report.count("trimmed");
                self.truth.remote.trim(LOG, state.floor + self.random.below(span + 1) as u64).unwrap();
            }
            60..75 => {
                let replica = self.truth.remote.replica(LOG).unwrap();
                self.replicas.push((replica, self.truth.head()));
                if self.replicas.len() > 3 {
                    self.replicas.remove(0);
                }
            }
            75..85 if !self.replicas.is_empty() => {
                let index = self.random.below(self.replicas.len());
                let (replica, head) = &self.replicas[index];
                self.report.count("replica took over");
                self.truth.remote.fail_over(LOG, replica).unwrap();
                let lost = self.truth.set_back_to(*head);
                self.lose(lost);
            }
            75..90 => {
                self.truth.remote.lose(LOG, 1 + self.random.below(4)).unwrap();
                let lost = self.truth.set_back();
                self.lose(lost);
            }
            90..94 => self.restart(node),
            _ => {
                self.report.count("kicked");
                self.nodes[node].kick(&self.truth, self.report);
            }
        }
    }

    /// So many events are gone, and what was connected to the remote is no more. Perhaps.
    fn lose(&mut self, lost: usize) {
        self.losses += 1;
        self.report.add("event lost", lost as u64);
        if self.random.chance(800) {
            self.nodes.iter().for_each(|node| node.line.restart());
        }
    }

    /// A process ends and another begins in its place.
    fn restart(&mut self, index: usize) {
        self.report.count("node restarted");
        for client in &mut self.clients {
            client.leave(index, self.report);
        }
        for publisher in &mut self.publishers {
            publisher.attempt.take_if(|(node, _)| *node == index);
        }
        let line = self.nodes[index].line.clone();
        self.nodes[index] = Node::new(line, &self.pauses, &mut self.random);
    }

    fn publish_or_poll(&mut self) {
        let publisher = self.random.below(self.publishers.len());
        if self.publishers[publisher].attempt.is_some() {
            self.poll_publisher(publisher);
        } else if self.publishers[publisher].event.is_some() || self.random.chance(300) {
            self.publish(publisher);
        }
    }

    /// Publishes a new event, or tries again with one that was not acknowledged: perhaps by the other node.
    fn publish(&mut self, index: usize) {
        let publisher = &mut self.publishers[index];
        let (event, token) = *publisher.event.get_or_insert_with(|| {
            let padding = if self.random.chance(20) { 40_000 } else { 0 };
            let event = Number { value: self.next_number, attempt: 0, ephemeral: false, padding };
            self.next_number += 1;
            (event, Token::from_bits(u128::from(event.value)))
        });
        publisher.event = Some((Number { attempt: event.attempt + 1, ..event }, token));
        let node = if self.random.chance(200) { 1 - index % 2 } else { index % 2 };
        publisher.attempt = Some((node, Task::new(self.nodes[node].topic.publish_with_token(token, &event))));
    }

    fn poll_publisher(&mut self, index: usize) {
        let publisher = &mut self.publishers[index];
        let Some(result) = publisher.attempt.as_mut().and_then(|(_, task)| task.poll()) else { return };
        publisher.attempt = None;
        match result {
            Ok(position) => {
                self.report.count("acknowledged");
                self.acknowledged.extend(publisher.event.take().map(|(event, _)| (event.value, position)));
            }
            Err(error) => {
                assert_eq!(error.token().map(Token::key), publisher.event.map(|(_, token)| token.key()), "{error}");
                self.report.count("publisher refused");
            }
        }
    }

    /// Nothing goes wrong any more.
    fn calm(&self) {
        for node in &self.nodes {
            node.line.come_back();
            node.line.calm();
        }
    }

    /// Everybody goes on until nobody can.
    fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 2_000, "seed {}: there is no end to it", self.seed);
            self.pauses.tick();
            let mut busy = false;
            for index in 0..self.nodes.len() {
                busy |= self.nodes[index].is_woken() || self.nodes[index].line.step();
                self.nodes[index].poll_tail(&mut self.truth, self.report);
            }
            for publisher in 0..self.publishers.len() {
                if self.publishers[publisher].event.is_some() {
                    busy = true;
                    if self.publishers[publisher].attempt.is_none() {
                        self.publish(publisher);
                    }
                    self.poll_publisher(publisher);
                    self.truth.observe();
                }
            }
            for client in 0..self.clients.len() {
                if self.clients[client].is_away() {
                    let node = self.random.below(2);
                    self.clients[client].connect(node, &self.nodes[node]);
                }
                busy |= self.clients[client].is_woken();
                self.poll_client(client);
                self.truth.observe();
            }
            if !busy {
                return;
            }
        }
    }

    /// Everybody has everything, and everything is where it was acknowledged to be.
    fn check(&self) {
        let seed = self.seed;
        for (index, node) in self.nodes.iter().enumerate() {
            assert_eq!(node.position(), self.truth.state().head_position(), "seed {seed}: node {index}");
        }
        for client in &self.clients {
            let state = self.truth.state();
            assert!(client.has_everything(&self.nodes, &self.truth), "seed {seed}: {state:?}\n{}", client.story());
        }
        for &(number, position) in &self.acknowledged {
            let there = self.truth.at(position);
            let is_it = |index: &usize| self.truth.fact(*index).number.is_some_and(|(value, _)| value == number);
            assert!(there.iter().any(is_it), "seed {seed}: {number} is not at {position}");
        }
        let mut numbers: Vec<u64> = self
            .truth
            .path(self.truth.head())
            .filter_map(|index| self.truth.fact(index).number)
            .map(|(value, _)| value)
            .collect();
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count, "seed {seed}: a number is there twice");
    }

    fn close(&mut self) {
        self.report.count("log closed");
        let mut closing = Task::new(self.nodes[0].topic.close());
        closing.poll().unwrap().unwrap();
        self.truth.observe();
        self.settle();
        self.check();
        for client in &self.clients {
            assert!(client.has_ended(), "seed {}: {}", self.seed, client.story());
        }
        let mut late =
            Task::new(self.nodes[1].topic.publish(&Number { value: 0, attempt: 0, ephemeral: false, padding: 0 }));
        assert!(late.poll().unwrap().unwrap_err().is_closed());
        assert!(Task::new(self.nodes[1].topic.close()).poll().unwrap().is_ok());
    }
}

/// So that what is wrong can be seen again.
impl Drop for World<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.seed);
        }
    }
}
