//! Connections that are cut after every byte, and resumed with the id that the client then holds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body::Body as _;
use sse_core::topic::TopicBuilder;
use sse_core::{Position, Topic};
use sse_tower::{Source, Sse};

use crate::client::{Client, GROUP, Model};
use crate::support::{BoxBody, Count, EPOCH, answer, get, layer, ready};

/// The topics behind a route, and everything that was published to them.
pub(crate) struct World {
    pub(crate) topics: Vec<Topic<Count>>,
    /// The sum of everything that was added, and the position that it includes.
    pub(crate) state: Arc<Mutex<(u64, Position)>>,
    published: RefCell<Vec<(String, u64, Count)>>,
}

impl World {
    pub(crate) fn one(set: impl FnOnce(TopicBuilder<Count>) -> TopicBuilder<Count>) -> Self {
        Self::of(vec![set(Topic::builder()).epoch(EPOCH.parse().unwrap()).build().unwrap()])
    }

    /// As many topics as a group has, each set by its label.
    pub(crate) fn group(set: impl Fn(&str, TopicBuilder<Count>) -> TopicBuilder<Count>) -> Self {
        let topics =
            GROUP.map(|(label, epoch)| set(label, Topic::builder()).epoch(epoch.parse().unwrap()).build().unwrap());
        Self::of(topics.into())
    }

    fn of(topics: Vec<Topic<Count>>) -> Self {
        let state = Arc::new(Mutex::new((0, topics[0].position())));
        Self { topics, state, published: RefCell::default() }
    }

    pub(crate) fn publish_to(&self, topic: usize, events: impl IntoIterator<Item = Count>) {
        for event in events {
            let position = self.topics[topic]
                .publish_with(&event, |position| {
                    if let Count::Add(value) = event {
                        let mut state = self.state.lock().unwrap();
                        *state = (state.0 + value, position);
                    }
                    position
                })
                .unwrap();
            self.published.borrow_mut().push((position.epoch().to_string(), position.offset(), event));
        }
    }

    pub(crate) fn publish(&self, events: impl IntoIterator<Item = Count>) {
        self.publish_to(0, events);
    }

    /// The next `count` events, whose values are their offsets.
    pub(crate) fn next(&self, count: u64, event: fn(u64) -> Count) {
        self.next_to(0, count, event);
    }

    pub(crate) fn next_to(&self, topic: usize, count: u64, event: fn(u64) -> Count) {
        let head = self.topics[topic].position().offset();
        self.publish_to(topic, (head + 1..=head + count).map(event));
    }

    /// What the client has of every topic is what was published since it last started over, and no more.
    pub(crate) fn check_log(&self, client: &Client) {
        self.check_log_of(client, |_| true);
    }

    pub(crate) fn check_log_of(&self, client: &Client, wants: fn(&Count) -> bool) {
        for topic in &self.topics {
            let epoch = topic.position().epoch().to_string();
            let base = client.base(&epoch).expect("the client has been told where it stands");
            let published = self.published.borrow();
            let expected = published.iter().filter_map(|(of, offset, event)| match event {
                Count::Tick(value) | Count::Noise(value) | Count::Cpu(value) | Count::Disk(value)
                    if *of == epoch && *offset > base && wants(event) =>
                {
                    Some(*value)
                }
                _ => None,
            });
            assert_eq!(client.log(&epoch), expected.collect::<Vec<_>>(), "behind {epoch}-{base}");
        }
    }

    /// Everything that was added counts once.
    pub(crate) fn check_sum(&self, client: &Client) {
        assert_eq!(client.sum, self.state.lock().unwrap().0);
    }

    /// The client has the newest value of each key.
    pub(crate) fn check_levels(&self, client: &Client) {
        let published = self.published.borrow();
        let levels = published.iter().filter_map(|(_, _, event)| match event {
            Count::Level(value) => Some((value % 3, *value)),
            _ => None,
        });
        assert_eq!(client.levels, levels.collect::<BTreeMap<_, _>>());
    }
}

/// What happens while the first connection is open. It reads all that it can after each.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Do(fn(&World)),
    /// Time passes until the connection is kept alive.
    Quiet,
}

/// One kind of connection.
pub(crate) struct Scene<S> {
    pub(crate) make: fn() -> World,
    /// What the route answers.
    pub(crate) route: fn(&World) -> Sse<S>,
    pub(crate) first_id: &'static str,
    pub(crate) steps: &'static [Step],
    /// What stands somewhere in the first connection.
    pub(crate) shows: &'static [&'static str],
    /// What happens before the client comes back.
    pub(crate) away: fn(&World),
    /// What the client must have in the end.
    pub(crate) check: fn(&World, &Client),
}

impl<S: Source + Send + 'static> Scene<S> {
    /// One connection so far; `None` if the answer was 204.
    async fn connect(&self, world: &World, id: Option<&str>) -> Option<(BoxBody, String)> {
        let response = answer(&layer(), get(id), (self.route)(world)).await;
        (response.status() == 200).then(|| {
            let mut body = response.into_body();
            let bytes = ready(&mut body);
            (body, bytes)
        })
    }

    /// A world, and the bytes of the first connection in it.
    async fn play(&self) -> (World, String) {
        let world = (self.make)();
        let first_id = Some(self.first_id).filter(|id| !id.is_empty());
        let (mut body, mut bytes) = self.connect(&world, first_id).await.unwrap();
        for step in self.steps {
            match step {
                Step::Do(step) => step(&world),
                Step::Quiet => tokio::time::advance(Duration::from_secs(15)).await,
            }
            if !body.is_end_stream() {
                bytes.push_str(&ready(&mut body));
            }
        }
        (world, bytes)
    }

    /// Cuts the first connection after every byte, comes back, and compares.
    pub(crate) async fn check(self) {
        let (_, whole) = self.play().await;
        for shown in self.shows {
            assert!(whole.contains(shown), "{shown:?} is not in\n{whole}");
        }
        for model in [Model::Standard, Model::Firefox] {
            let mut known = None;
            for cut in 0..=whole.len() {
                let mut client = Client::new(model, self.first_id);
                client.read(&whole[..cut]);
                // What follows from the same is the same.
                if known.replace(client.clone()).as_ref() == Some(&client) {
                    continue;
                }
                let (world, bytes) = self.play().await;
                assert_eq!(bytes, whole, "two runs differ");
                let was_ended = client.ended;
                (self.away)(&world);
                let mut story = Story(format!("{model:?}, cut after {cut}\n{}", &bytes[..cut]));
                story.0.extend(["\n-- comes back with ", client.id().unwrap_or("nothing"), "\n"]);
                match self.connect(&world, client.id()).await {
                    Some((_, bytes)) => {
                        story.0.push_str(&bytes);
                        client.read(&bytes);
                    }
                    None => assert!(was_ended, "204, and the client was not told of the end"),
                }
                (self.check)(&world, &client);
            }
        }
    }
}

/// What led to a failure.
struct Story(String);

#[expect(clippy::print_stderr, reason = "the assertion that fails does not know of it")]
impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}
