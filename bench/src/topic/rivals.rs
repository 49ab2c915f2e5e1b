//! What a user would write with a channel: a frame is encoded once, and every subscriber gets a reference to it.

use bytes::Bytes;
use tokio::sync::{broadcast, mpsc};

use super::channel::{Channel, MAX_BURST, Receiver};
use crate::payload::Quote;

/// Room for events that are not received yet, as in the examples of these crates: some bursts.
const ROOM: usize = 4 * MAX_BURST;

/// `tokio::sync::broadcast`.
#[derive(Debug)]
pub(crate) struct Broadcast {
    sender: broadcast::Sender<Bytes>,
    number: u64,
}

impl Channel for Broadcast {
    const NAME: &'static str = "tokio broadcast";
    type Receiver = broadcast::Receiver<Bytes>;

    fn new() -> Self {
        Self { sender: broadcast::Sender::new(ROOM), number: 0 }
    }

    fn subscribe(&mut self) -> Self::Receiver {
        self.sender.subscribe()
    }

    fn publish(&mut self, event: &Quote) {
        self.number += 1;
        self.sender.send(event.frame(self.number)).expect("there are receivers");
    }
}

impl Receiver for broadcast::Receiver<Bytes> {
    async fn receive(&mut self) -> usize {
        usize::from(self.recv().await.is_ok())
    }
}

/// One bounded `tokio::sync::mpsc` for each subscriber.
#[derive(Debug)]
pub(crate) struct Bounded {
    senders: Vec<mpsc::Sender<Bytes>>,
    number: u64,
}

impl Channel for Bounded {
    const NAME: &'static str = "tokio mpsc";
    type Receiver = mpsc::Receiver<Bytes>;

    fn new() -> Self {
        Self { senders: Vec::new(), number: 0 }
    }

    fn subscribe(&mut self) -> Self::Receiver {
        let (sender, receiver) = mpsc::channel(ROOM);
        self.senders.push(sender);
        receiver
    }

    fn publish(&mut self, event: &Quote) {
        self.number += 1;
        let frame = event.frame(self.number);
        for sender in &self.senders {
            sender.try_send(frame.clone()).expect("there is room and a receiver");
        }
    }
}

impl Receiver for mpsc::Receiver<Bytes> {
    async fn receive(&mut self) -> usize {
        usize::from(self.recv().await.is_some())
    }
}

/// One unbounded `tokio::sync::mpsc` for each subscriber.
#[derive(Debug)]
pub(crate) struct Unbounded {
    senders: Vec<mpsc::UnboundedSender<Bytes>>,
    number: u64,
}

impl Channel for Unbounded {
    const NAME: &'static str = "tokio mpsc unbounded";
    type Receiver = mpsc::UnboundedReceiver<Bytes>;

    fn new() -> Self {
        Self { senders: Vec::new(), number: 0 }
    }

    fn subscribe(&mut self) -> Self::Receiver {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.senders.push(sender);
        receiver
    }

    fn publish(&mut self, event: &Quote) {
        self.number += 1;
        let frame = event.frame(self.number);
        for sender in &self.senders {
            sender.send(frame.clone()).expect("there is a receiver");
        }
    }
}

impl Receiver for mpsc::UnboundedReceiver<Bytes> {
    async fn receive(&mut self) -> usize {
        usize::from(self.recv().await.is_some())
    }
}

/// `async-broadcast`.
#[derive(Debug)]
pub(crate) struct AsyncBroadcast {
    sender: async_broadcast::Sender<Bytes>,
    first: Option<async_broadcast::Receiver<Bytes>>,
    number: u64,
}

impl Channel for AsyncBroadcast {
    const NAME: &'static str = "async-broadcast";
    type Receiver = async_broadcast::Receiver<Bytes>;

    fn new() -> Self {
        let (sender, first) = async_broadcast::broadcast(ROOM);
        Self { sender, first: Some(first), number: 0 }
    }

    fn subscribe(&mut self) -> Self::Receiver {
        self.first.take().unwrap_or_else(|| self.sender.new_receiver())
    }

    fn publish(&mut self, event: &Quote) {
        self.number += 1;
        self.sender.try_broadcast(event.frame(self.number)).expect("there is room and a receiver");
    }
}

impl Receiver for async_broadcast::Receiver<Bytes> {
    async fn receive(&mut self) -> usize {
        usize::from(self.recv().await.is_ok())
    }
}
