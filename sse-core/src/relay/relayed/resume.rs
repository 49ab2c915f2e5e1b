//! A client comes back: with a position of this node, of one that is ahead of it, or from before what this node keeps.

use super::super::{Page, PageLimit, Relay, RelayError, Wait};
use super::node::{Node, Upstream};
use super::status::Mark;
use super::subscription::RelayedSubscription;
use super::tail::{Judged, judge};
use super::{RelayedAttached, ResumeError};
use crate::history::{Position, ResetReason, Verdict};
use crate::sync::Arc;
use crate::topic::{Start, SubscribeOptions};

/// What a client came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    WithNothing,
    Behind(Position),
    /// The verdict on it is known: it must start over.
    InVain(ResetReason),
}

impl Came {
    pub(super) fn with(last_event_id: Option<&[u8]>) -> Self {
        let Some(id) = last_event_id.filter(|id| !id.is_empty()) else { return Self::WithNothing };
        match core::str::from_utf8(id).ok().and_then(|id| id.parse().ok()) {
            Some(position) => Self::Behind(position),
            None => Self::InVain(ResetReason::Malformed),
        }
    }
}

/// What the local log cannot say.
enum Question {
    /// Is there such a position?
    IsThere(Position),
    /// What is behind it? The local log has let go of that.
    Behind(Position),
    /// What is there at all?
    Everything(Position, Verdict),
}

/// One client that is to be attached.
pub(super) struct Resume<R> {
    node: Arc<Node<R>>,
    came: Came,
    options: SubscribeOptions,
    /// The oldest event is the oldest here, because the remote log does not answer.
    only_here: bool,
    /// How far the local log was when the tail was waited for, and how often in a row it was no farther afterwards.
    waited_at: Option<Position>,
    in_vain: u32,
}

/// How often the tail is answered without anything coming of it, before the client is to try again.
const MAX_IN_VAIN: u32 = 16;

impl<R: Relay> Resume<R> {
    pub(super) const fn new(node: Arc<Node<R>>, came: Came, options: SubscribeOptions) -> Self {
        Self { node, came, options, only_here: false, waited_at: None, in_vain: 0 }
    }

    pub(super) async fn run(mut self) -> Result<RelayedAttached, ResumeError> {
        loop {
            // Before anything is looked at: what happens afterwards has happened since.
            let mark = self.node.status.mark()?;
            if !mark.begun {
                self.node.status.changed(mark).await?;
                continue;
            }
            let question = match self.attach_here(mark)? {
                Ok(attached) => return Ok(attached),
                Err(question) => question,
            };
            let attached = match question {
                Question::IsThere(position) => self.ask_whether(position, mark).await?,
                Question::Behind(position) => self.ask_behind(position, mark).await?,
                Question::Everything(start, verdict) => self.ask_for_everything(start, verdict, mark).await?,
            };
            if let Some(attached) = attached {
                return Ok(attached);
            }
        }
    }

    /// Attaches the client if the local log can say what becomes of it.
    fn attach_here(&self, mark: Mark) -> Result<Result<RelayedAttached, Question>, ResumeError> {
        let mut question = None;
        let status = &self.node.status;
        let attached = self.node.shared.attach_if(
            |log| {
                let verdict = match self.came {
                    Came::WithNothing => Verdict::Fresh,
                    Came::InVain(reason) => Verdict::Reset(reason),
                    Came::Behind(position) => match log.verdict_on(position) {
                        Verdict::Reset(ResetReason::Evicted) => {
                            question = Some(Question::Behind(position));
                            return None;
                        }
                        Verdict::Reset(reason) => {
                            // A closed log is as far as it will ever be, and an epoch that was left does not come back.
                            let is_over = reason == ResetReason::UnknownEpoch && status.has_left(position.epoch());
                            if !is_over && !mark.ended {
                                question = Some(Question::IsThere(position));
                                return None;
                            }
                            Verdict::Reset(reason)
                        }
                        verdict => verdict,
                    },
                };
                if self.options.start(verdict) == Some(Start::Earliest) && !self.only_here {
                    question = Some(Question::Everything(Position::new(log.position().epoch(), 0), verdict));
                    return None;
                }
                Some(verdict)
            },
            &self.options,
        )?;
        Ok(match (attached, question) {
            (Some(attached), _) => {
                let upstream = self.upstream();
                let position = attached.position.unwrap_or_else(|| attached.subscription.position());
                let subscription = RelayedSubscription::here(attached.subscription, upstream);
                Ok(RelayedAttached { verdict: attached.verdict, position, subscription })
            }
            (None, Some(question)) => Err(question),
            // One of them is there.
            (None, None) => return Err(ResumeError::NoTail),
        })
    }

    fn upstream(&self) -> Arc<dyn Upstream> {
        Arc::<Node<R>>::clone(&self.node)
    }

    /// The position is not one of the local log: it may be one that this node has not come to, or none.
    async fn ask_whether(&mut self, position: Position, mark: Mark) -> Result<Option<RelayedAttached>, ResumeError> {
        let state = self.node.relay.state(&self.node.log).await?;
        if state.epoch != self.node.shared.floor().epoch() {
            // Whatever the position is, this node is behind.
        } else if state.epoch != position.epoch() {
            self.came = Came::InVain(ResetReason::UnknownEpoch);
            return Ok(None);
        } else if state.head < position.offset() {
            self.came = Came::InVain(ResetReason::Future);
            return Ok(None);
        }
        self.wait_for_tail(mark).await
    }

    /// The position is before what the local log keeps.
    async fn ask_behind(&mut self, position: Position, mark: Mark) -> Result<Option<RelayedAttached>, ResumeError> {
        let page = self.node.page(position).await?;
        let state = page.state;
        if state.epoch == position.epoch() && state.floor > position.offset() {
            self.came = Came::InVain(ResetReason::Evicted);
            return Ok(None);
        }
        if state.epoch == position.epoch() && self.is_still_the_same(&page).await? {
            if page.anchor.is_some() || state.floor == position.offset() {
                return self.attach_there(Verdict::Recovered(position), position, page);
            }
            // Whoever gave this id has read an event that is not there.
            self.came = Came::InVain(ResetReason::UnknownEpoch);
            return Ok(None);
        }
        // Something was lost.
        if mark.ended {
            self.came = Came::InVain(ResetReason::UnknownEpoch);
            return Ok(None);
        }
        self.wait_for_tail(mark).await
    }

    /// Whether a page comes from the log that this node has read: one that has lost events since, and has others in
    /// their place, is another, and what the client has read may be among them.
    async fn is_still_the_same(&self, page: &Page) -> Result<bool, ResumeError> {
        let floor = self.node.shared.floor();
        let Some(joint) = self.node.status.known_at(floor).filter(|_| floor.epoch() == page.state.epoch) else {
            return Ok(false);
        };
        if let Some(event) = page.events.iter().find(|event| event.offset >= floor.offset()) {
            let is_it = event.offset == floor.offset();
            return Ok(joint.token.map_or(!is_it, |token| is_it && event.token == token));
        }
        // The page does not come as far.
        let request = self.node.relay.read(&self.node.log, floor, PageLimit::new(1, 0), Wait::No);
        Ok(matches!(judge(request.await?, joint), Ok(Judged::On(_))))
    }

    /// The client is to have everything that there is.
    async fn ask_for_everything(
        &mut self,
        start: Position,
        verdict: Verdict,
        mark: Mark,
    ) -> Result<Option<RelayedAttached>, ResumeError> {
        let Ok(page) = self.node.page(start).await else {
            // It has no claim to what is not here: it came with nothing, or is told that it starts over.
            self.only_here = true;
            return Ok(None);
        };
        let state = page.state;
        if state.epoch != start.epoch() && !mark.ended {
            return self.wait_for_tail(mark).await;
        }
        if state.epoch != start.epoch() || state.floor >= self.node.shared.floor().offset() {
            self.only_here = true;
            return Ok(None);
        }
        self.attach_there(verdict, state.floor_position(), page)
    }

    /// Attaches a client that reads from the remote log first, beginning with this page. `None` if it need not.
    fn attach_there(
        &self,
        verdict: Verdict,
        after: Position,
        page: Page,
    ) -> Result<Option<RelayedAttached>, ResumeError> {
        let Some(here) = self.node.shared.attach_at_floor(verdict, after, &self.options)? else { return Ok(None) };
        let subscription = RelayedSubscription::behind(here, self.upstream(), after, page);
        Ok(Some(RelayedAttached { verdict, position: after, subscription }))
    }

    /// The remote log has answered, and this node has not come as far.
    async fn wait_for_tail<T>(&mut self, mark: Mark) -> Result<Option<T>, ResumeError> {
        let at = self.node.status.known().map(|known| known.at);
        self.in_vain = if at == self.waited_at { self.in_vain + 1 } else { 0 };
        self.waited_at = at;
        if self.in_vain > MAX_IN_VAIN {
            return Err(RelayError::unavailable("the remote log has what this node does not get").into());
        }
        self.node.status.nudge();
        self.node.status.changed(mark).await?;
        Ok(None)
    }
}
