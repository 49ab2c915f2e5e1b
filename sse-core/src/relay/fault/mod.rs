//! A remote log, and a way to it, on which anything may go wrong that does go wrong.

mod line;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::fmt;
use core::task::Waker;

pub use self::line::Fault;
use self::line::{Line, Request, Stage, Underway};
use super::seed::Choices;
use super::{Page, PageLimit, Relay, RelayError, RemoteEvent, RemoteState, Token, Wait};
use crate::history::{Epoch, Position};
use crate::sync::{Arc, Mutex};

/// A [`Relay`] behind a bad line: requests and answers are lost, late or doubled, as chosen from a seed.
///
/// No clock and no thread decide anything: what is late arrives at a [`step`](Self::step), in an order that the seed
/// gives. Its clones share one line, as the tasks of one process do; two nodes have a line each.
///
/// # Examples
///
/// ```
/// use sse_core::EventName;
/// use sse_core::laws::run;
/// use sse_core::relay::{Fault, FaultyRelay, MemoryRelay, Relay, RemoteEvent, Token};
///
/// let remote = MemoryRelay::new();
/// let node = FaultyRelay::new(remote.clone(), 7);
/// node.inject(Fault::AnswerLost);
///
/// let (token, event) = (Token::random(), RemoteEvent::new(EventName::MESSAGE, "data: 1\n\n".into()));
/// let first = run(node.append("log", token, &event)).expect("it is answered");
/// assert!(first.is_err_and(|error| error.is_unavailable()));
///
/// // It had taken effect. Tried again with the same token, it is the same event.
/// let again = run(node.append("log", token, &event)).expect("it is answered");
/// let state = run(remote.state("log")).expect("it is answered");
/// assert_eq!(again.map(|position| position.offset()), state.map(|state| state.head));
/// ```
pub struct FaultyRelay<R> {
    relay: Arc<R>,
    line: Arc<Mutex<Line>>,
}

impl<R> FaultyRelay<R> {
    /// Puts a line without faults before a relay. The seed decides which requests have the faults that come to be
    /// [likely](Self::with_chance), and in which order what is late arrives.
    #[must_use]
    pub fn new(relay: R, seed: u64) -> Self {
        let line = Line {
            choices: Choices::new(seed),
            chances: [0; Fault::ALL.len()],
            injected: VecDeque::new(),
            happened: [0; Fault::ALL.len()],
            down: false,
            requests: BTreeMap::new(),
            next_request: 0,
        };
        Self { relay: Arc::new(relay), line: Arc::new(Mutex::new(line)) }
    }

    /// Lets a fault happen to so many of a thousand requests. One request has one fault at most.
    #[must_use]
    pub fn with_chance(self, fault: Fault, per_thousand: u16) -> Self {
        for (known, chance) in Fault::ALL.into_iter().zip(&mut self.line.lock().chances) {
            if known == fault {
                *chance = per_thousand;
            }
        }
        self
    }

    /// Lets a fault happen to the next request that it can happen to, after those that were injected before.
    pub fn inject(&self, fault: Fault) {
        self.line.lock().injected.push_back(fault);
    }

    /// How many requests this fault was chosen for.
    #[must_use]
    pub fn count(&self, fault: Fault) -> u64 {
        let line = self.line.lock();
        let happened = Fault::ALL.into_iter().zip(line.happened);
        happened.filter(|(known, _)| *known == fault).map(|(_, count)| count).sum()
    }

    /// Lets no fault happen from now on. What is late still needs a [`step`](Self::step).
    pub fn calm(&self) {
        let mut line = self.line.lock();
        line.chances = [0; Fault::ALL.len()];
        line.injected.clear();
    }

    /// How many requests and answers are late.
    #[must_use]
    pub fn late(&self) -> usize {
        self.line.lock().requests.values().filter(|request| request.stage == Stage::Late).count()
    }

    /// Lets one of the late requests or answers arrive, whichever the seed says. Returns whether there was one.
    pub fn step(&self) -> bool {
        let waking = {
            let mut line = self.line.lock();
            let late = line.requests.iter().filter(|(_, request)| request.stage == Stage::Late);
            let late: Vec<u64> = late.map(|(key, _)| *key).collect();
            let Some(&key) = late.get(line.choices.below(late.len())) else { return false };
            line.advance(Some(key), Stage::UnderWay)
        };
        waking.into_iter().for_each(Waker::wake);
        true
    }

    /// Restarts the remote, or the connection to it: every request that is not answered yet fails, whether it has
    /// taken effect or not.
    pub fn restart(&self) {
        let waking = self.line.lock().advance(None, Stage::Failed);
        waking.into_iter().for_each(Waker::wake);
    }

    /// Takes the remote away: requests fail, those under way too, until it [comes back](Self::come_back).
    pub fn go_down(&self) {
        self.line.lock().down = true;
        self.restart();
    }

    /// Ends what [`go_down`](Self::go_down) began.
    pub fn come_back(&self) {
        self.line.lock().down = false;
    }

    /// The relay behind the line.
    #[must_use]
    pub fn get_ref(&self) -> &R {
        &self.relay
    }

    /// A request sets out.
    fn begin(&self, is_read: bool) -> Result<Underway<'_>, RelayError> {
        let mut line = self.line.lock();
        if line.down {
            return Err(RelayError::unavailable("the remote is down"));
        }
        line.next_request += 1;
        let (key, fault) = (line.next_request, line.draw(is_read));
        line.requests.insert(key, Request::default());
        Ok(Underway { line: &self.line, key, fault })
    }
}

impl<R: Relay> FaultyRelay<R> {
    /// A page, as it comes out of the line.
    async fn spoil(
        &self,
        log: &str,
        after: Position,
        mut page: Page,
        fault: Option<Fault>,
    ) -> Result<Page, RelayError> {
        match fault {
            Some(Fault::PageDoubled) => {
                page.events = page.events.into_iter().flat_map(|event| [event.clone(), event]).collect();
            }
            Some(Fault::PageOverlapping) if page.state.epoch == after.epoch() => {
                let begin = Position::new(after.epoch(), page.state.floor);
                let mut before = self.relay.read(log, begin, PageLimit::default(), Wait::No).await?.events;
                before.retain(|event| event.offset <= after.offset());
                before.append(&mut page.events);
                page.events = before;
            }
            Some(Fault::PageShuffled) if page.events.len() > 1 => {
                let index = self.line.lock().choices.below(page.events.len() - 1);
                page.events.swap(index, index + 1);
            }
            _ => {}
        }
        Ok(page)
    }
}

impl<R: Relay> Relay for FaultyRelay<R> {
    async fn state(&self, log: &str) -> Result<RemoteState, RelayError> {
        let request = self.begin(false)?;
        request.arrive().await?;
        if request.has(Fault::RequestTwice) {
            drop(request.execute(self.relay.state(log)).await);
        }
        let answer = request.execute(self.relay.state(log)).await;
        request.answer(answer).await
    }

    async fn append(&self, log: &str, token: Token, event: &RemoteEvent) -> Result<Position, RelayError> {
        let request = self.begin(false)?;
        request.arrive().await?;
        if request.has(Fault::RequestTwice) {
            drop(request.execute(self.relay.append(log, token, event)).await);
        }
        let answer = request.execute(self.relay.append(log, token, event)).await;
        request.answer(answer).await
    }

    async fn read(&self, log: &str, after: Position, limit: PageLimit, wait: Wait) -> Result<Page, RelayError> {
        let request = self.begin(true)?;
        request.arrive().await?;
        if request.has(Fault::RequestTwice) {
            drop(request.execute(self.relay.read(log, after, limit, wait)).await);
        }
        let answer = match request.execute(self.relay.read(log, after, limit, wait)).await {
            Ok(page) => request.execute(self.spoil(log, after, page, request.fault)).await,
            Err(error) => Err(error),
        };
        request.answer(answer).await
    }

    async fn renew(&self, log: &str, lost: Epoch) -> Result<Epoch, RelayError> {
        let request = self.begin(false)?;
        request.arrive().await?;
        if request.has(Fault::RequestTwice) {
            drop(request.execute(self.relay.renew(log, lost)).await);
        }
        let answer = request.execute(self.relay.renew(log, lost)).await;
        request.answer(answer).await
    }
}

impl<R> Clone for FaultyRelay<R> {
    fn clone(&self) -> Self {
        Self { relay: Arc::clone(&self.relay), line: Arc::clone(&self.line) }
    }
}

impl<R: fmt::Debug> fmt::Debug for FaultyRelay<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyRelay").field("relay", &self.relay).field("late", &self.late()).finish_non_exhaustive()
    }
}
