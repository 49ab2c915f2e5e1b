//! The suites pass what keeps the laws, and find whatever breaks one.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::future::pending;

use bytes::Bytes;

use super::*;
use crate::history::{Epoch, Position};
use crate::relay::{
    FaultyRelay, MemoryRelay, Page, PageLimit, Relay, RelayError, RemoteEvent, RemoteState, Token, Wait,
};
use crate::sync::{Arc, Mutex};

#[test]
fn the_relay_of_this_process_keeps_the_laws() {
    run(relay_contract(&MemoryRelay::new())).unwrap().unwrap();
    for seed in 0..50 {
        run(relay_contract(&MemoryRelay::builder().sparse(seed).frame_bytes(2_000).build())).unwrap().unwrap();
    }
}

impl RelayUnderTest for FaultyRelay<MemoryRelay> {
    type Relay = Self;

    async fn connect(&self) -> Result<Self, RelayError> {
        Ok(self.clone())
    }

    async fn trim(&self, log: &str, through: u64) -> Result<(), RelayError> {
        self.get_ref().trim(log, through)
    }

    fn max_frame_bytes(&self) -> usize {
        self.get_ref().max_frame_bytes()
    }
}

#[test]
fn a_line_without_faults_keeps_the_laws() {
    run(relay_contract(&FaultyRelay::new(MemoryRelay::new(), 0))).unwrap().unwrap();
}

#[test]
fn a_line_that_says_requests_twice_keeps_the_laws() {
    let doubling = FaultyRelay::new(MemoryRelay::new(), 0).with_chance(crate::relay::Fault::RequestTwice, 1_000);
    run(relay_contract(&doubling)).unwrap().unwrap();
}

/// What an implementation may get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    OffsetsRepeat,
    HeadStaysBehind,
    EpochsByHandle,
    EpochsByState,
    PagesReversed,
    PagesUnbounded,
    PagesLoseAnEvent,
    PagesMakeText,
    PagesForgetNames,
    ReadsIncludeThePosition,
    ReadsAreStale,
    TokensIgnored,
    TokensByHandle,
    TokensByAttempt,
    TokensBehindTheEnd,
    AnchorOfTheNext,
    NoAnchor,
    RenewalEachTime,
    RenewalOfAnything,
    RenewalOpensAgain,
    OldEpochIsServed,
    TokensOutliveTheEpoch,
    FloorStaysAtZero,
    FloorTooHigh,
    EndIsForgotten,
    WaitForEver,
    WaitIsIgnored,
    WaitPastTheHead,
    LogsIgnoreCase,
    LogsEndAtADot,
    LimitTooLow,
    LimitIgnored,
}

/// A relay with one defect.
struct Defective {
    remote: MemoryRelay,
    defect: Defect,
    handle: u64,
    handles: Arc<Mutex<u64>>,
    /// The last renewal, for defects that remember it.
    renewed: Arc<Mutex<Option<Position>>>,
}

impl Defective {
    fn new(defect: Defect) -> Self {
        let remote = MemoryRelay::builder().sparse(7).frame_bytes(2_000).build();
        Self { remote, defect, handle: 0, handles: Arc::default(), renewed: Arc::default() }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn name(&self, log: &str) -> String {
        match self.defect {
            Defect::LogsIgnoreCase => log.to_lowercase(),
            Defect::LogsEndAtADot => log.split('.').next().unwrap_or_default().to_owned(),
            Defect::RenewalOpensAgain => match *self.renewed.lock() {
                // Another log, which nobody has closed.
                Some(_) => format!("{log}-renewed"),
                None => log.to_owned(),
            },
            _ => log.to_owned(),
        }
    }

    fn spoil_state(&self, state: &mut RemoteState) {
        match self.defect {
            Defect::HeadStaysBehind => state.head = state.floor,
            Defect::EpochsByHandle => state.epoch = Epoch::from_entropy([self.handle, 7]),
            Defect::EpochsByState => state.epoch = Epoch::random(),
            Defect::FloorStaysAtZero => state.floor = 0,
            Defect::FloorTooHigh => state.floor = state.head,
            _ => {}
        }
    }
}

impl RelayUnderTest for Defective {
    type Relay = Self;

    async fn connect(&self) -> Result<Self, RelayError> {
        let mut handles = self.handles.lock();
        *handles += 1;
        Ok(Self {
            remote: self.remote.clone(),
            defect: self.defect,
            handle: *handles,
            handles: Arc::clone(&self.handles),
            renewed: Arc::clone(&self.renewed),
        })
    }

    async fn trim(&self, log: &str, through: u64) -> Result<(), RelayError> {
        self.remote.trim(log, through)
    }

    fn max_frame_bytes(&self) -> usize {
        self.remote.max_frame_bytes() - usize::from(self.has(Defect::LimitIgnored))
    }
}

impl Relay for Defective {
    async fn state(&self, log: &str) -> Result<RemoteState, RelayError> {
        let mut state = self.remote.state(&self.name(log)).await?;
        self.spoil_state(&mut state);
        Ok(state)
    }

    async fn append(&self, log: &str, token: Token, event: &RemoteEvent) -> Result<Position, RelayError> {
        let log = self.name(log);
        let state = self.remote.state(&log).await?;
        if self.has(Defect::TokensBehindTheEnd) && state.closed {
            return Err(RelayError::Closed);
        }
        if self.has(Defect::LimitTooLow) && event.frame.len() >= self.max_frame_bytes() {
            return Err(RelayError::TooLarge { bytes: event.frame.len(), limit: self.max_frame_bytes() });
        }
        if self.has(Defect::TokensOutliveTheEpoch)
            && let Some(position) = *self.renewed.lock()
        {
            return Ok(position);
        }
        let mut event = event.clone();
        if self.has(Defect::EndIsForgotten) {
            event.terminal = false;
        }
        let token = match self.defect {
            Defect::TokensIgnored => Token::random(),
            Defect::TokensByHandle => Token::from_bits(token.to_bits() ^ u128::from(self.handle)),
            Defect::TokensByAttempt => Token::from_bits(token.to_bits() ^ token.to_bits() >> 96),
            _ => token,
        };
        let position = self.remote.append(&log, token, &event).await?;
        if self.has(Defect::OffsetsRepeat) { Ok(Position::new(position.epoch(), 1)) } else { Ok(position) }
    }

    async fn read(&self, log: &str, after: Position, limit: PageLimit, wait: Wait) -> Result<Page, RelayError> {
        let log = self.name(log);
        let state = self.remote.state(&log).await?;
        let (mut from, mut limit, mut wait) = (after, limit, wait);
        match self.defect {
            Defect::ReadsIncludeThePosition => from = Position::new(after.epoch(), after.offset().saturating_sub(1)),
            Defect::PagesUnbounded => limit = PageLimit::new(usize::MAX, usize::MAX),
            Defect::OldEpochIsServed => from = Position::new(state.epoch, after.offset()),
            Defect::WaitIsIgnored => wait = Wait::No,
            Defect::WaitForEver if wait == Wait::ForEvents && after == state.head_position() && !state.closed => {
                return pending().await;
            }
            Defect::WaitPastTheHead if wait == Wait::ForEvents && after.offset() > state.head => {
                return pending().await;
            }
            _ => {}
        }
        let mut page = self.remote.read(&log, from, limit, wait).await?;
        match self.defect {
            Defect::PagesReversed => page.events.reverse(),
            Defect::PagesLoseAnEvent if page.events.len() > 5 => drop(page.events.remove(3)),
            Defect::PagesMakeText => {
                for event in &mut page.events {
                    event.event.frame = Bytes::from(String::from_utf8_lossy(&event.event.frame).into_owned());
                }
            }
            Defect::PagesForgetNames => {
                page.events.iter_mut().for_each(|event| event.event.name = crate::EventName::MESSAGE);
            }
            Defect::ReadsAreStale if self.handle.is_multiple_of(2) => drop(page.events.pop()),
            Defect::AnchorOfTheNext => page.anchor = page.events.first().map(|event| event.token),
            Defect::NoAnchor => page.anchor = None,
            _ => {}
        }
        self.spoil_state(&mut page.state);
        Ok(page)
    }

    async fn renew(&self, log: &str, lost: Epoch) -> Result<Epoch, RelayError> {
        let log = self.name(log);
        let state = self.remote.state(&log).await?;
        let lost = match self.defect {
            Defect::RenewalOfAnything => state.epoch,
            Defect::RenewalEachTime if self.renewed.lock().is_some() => state.epoch,
            _ => lost,
        };
        let epoch = self.remote.renew(&log, lost).await?;
        if epoch != state.epoch {
            *self.renewed.lock() = Some(state.head_position());
        }
        Ok(epoch)
    }
}

/// Checks that a law finds a defect, and returns what it says.
#[track_caller]
fn check(defect: Defect, law: &str) -> String {
    let subject = Defective::new(defect);
    let broken = match law {
        "offsets_increase" => run(relay::offsets_increase(&subject)),
        "an_epoch_stays" => run(relay::an_epoch_stays(&subject)),
        "pages_are_whole" => run(relay::pages_are_whole(&subject)),
        "a_page_begins_behind_its_position" => run(relay::a_page_begins_behind_its_position(&subject)),
        "a_token_is_one_event" => run(relay::a_token_is_one_event(&subject)),
        "an_anchor_names_the_event" => run(relay::an_anchor_names_the_event(&subject)),
        "a_renewal_happens_once" => run(relay::a_renewal_happens_once(&subject)),
        "a_trimmed_log_has_a_floor" => run(relay::a_trimmed_log_has_a_floor(&subject)),
        "a_closed_log_takes_nothing" => run(relay::a_closed_log_takes_nothing(&subject)),
        "a_wait_ends_with_an_event" => run(relay::a_wait_ends_with_an_event(&subject)),
        "handles_agree" => run(relay::handles_agree(&subject)),
        "logs_are_apart" => run(relay::logs_are_apart(&subject)),
        "a_large_event_is_whole_or_refused" => run(relay::a_large_event_is_whole_or_refused(&subject)),
        _ => panic!("there is no law `{law}`"),
    };
    let broken = broken.map_or_else(
        || "pending for ever".to_owned(),
        |result| {
            let broken = result.expect_err(&format!("{defect:?} should break `{law}`"));
            assert_eq!(broken.law(), law);
            broken.to_string()
        },
    );
    // In the whole suite it is found too, by this law or an earlier one.
    let subject = Defective::new(defect);
    assert!(run(relay_contract(&subject)).is_none_or(|result| result.is_err()), "{defect:?} passes the suite");
    broken
}

#[test]
fn every_law_finds_what_breaks_it() {
    let defects = [
        (Defect::OffsetsRepeat, "offsets_increase"),
        (Defect::HeadStaysBehind, "offsets_increase"),
        (Defect::EpochsByHandle, "an_epoch_stays"),
        (Defect::EpochsByState, "an_epoch_stays"),
        (Defect::PagesReversed, "pages_are_whole"),
        (Defect::PagesUnbounded, "pages_are_whole"),
        (Defect::PagesLoseAnEvent, "pages_are_whole"),
        (Defect::PagesMakeText, "pages_are_whole"),
        (Defect::PagesForgetNames, "pages_are_whole"),
        (Defect::ReadsIncludeThePosition, "a_page_begins_behind_its_position"),
        (Defect::ReadsAreStale, "handles_agree"),
        (Defect::TokensIgnored, "a_token_is_one_event"),
        (Defect::TokensByHandle, "a_token_is_one_event"),
        (Defect::TokensByAttempt, "a_token_is_one_event"),
        (Defect::TokensBehindTheEnd, "a_token_is_one_event"),
        (Defect::AnchorOfTheNext, "an_anchor_names_the_event"),
        (Defect::NoAnchor, "an_anchor_names_the_event"),
        (Defect::RenewalEachTime, "a_renewal_happens_once"),
        (Defect::RenewalOfAnything, "a_renewal_happens_once"),
        (Defect::OldEpochIsServed, "a_renewal_happens_once"),
        (Defect::TokensOutliveTheEpoch, "a_renewal_happens_once"),
        (Defect::FloorStaysAtZero, "a_trimmed_log_has_a_floor"),
        (Defect::FloorTooHigh, "a_trimmed_log_has_a_floor"),
        (Defect::EndIsForgotten, "a_closed_log_takes_nothing"),
        (Defect::RenewalOpensAgain, "a_closed_log_takes_nothing"),
        (Defect::WaitForEver, "a_wait_ends_with_an_event"),
        (Defect::WaitIsIgnored, "a_wait_ends_with_an_event"),
        (Defect::WaitPastTheHead, "a_wait_ends_with_an_event"),
        (Defect::LogsIgnoreCase, "logs_are_apart"),
        (Defect::LogsEndAtADot, "logs_are_apart"),
        (Defect::LimitTooLow, "a_large_event_is_whole_or_refused"),
        (Defect::LimitIgnored, "a_large_event_is_whole_or_refused"),
    ];
    for (defect, law) in defects {
        check(defect, law);
    }
}

#[test]
fn a_broken_law_says_what_was_seen() {
    let broken = check(Defect::NoAnchor, "an_anchor_names_the_event");
    // At an offset and with a token that nobody need know.
    let (before, after) = broken.split_once(" should be Some(Token(").unwrap();
    assert!(before.starts_with("the law `an_anchor_names_the_event` is broken: the anchor at offset "), "{broken}");
    assert!(after.ends_with(")) and is None"), "{broken}");
}

#[test]
fn a_relay_that_fails_breaks_the_law_that_it_is_asked_in() {
    let full = MemoryRelay::builder().logs(0).build();
    let broken = run(relay_contract(&full)).unwrap().unwrap_err();
    assert_eq!(
        broken.to_string(),
        "the law `offsets_increase` is broken: the state fails: the remote log refuses: there are 0 logs, which is \
         the limit"
    );
}

/// Nothing of the suite needs a thread of its own.
#[test]
fn relays_are_used_from_many_threads() {
    fn crosses_threads<T: Send>(_: &T) {}
    let relay = MemoryRelay::new();
    let event = RemoteEvent::close();
    let epoch = Epoch::random();
    crosses_threads(&relay.state("log"));
    crosses_threads(&relay.append("log", Token::random(), &event));
    crosses_threads(&relay.read("log", Position::new(epoch, 0), PageLimit::default(), Wait::ForEvents));
    crosses_threads(&relay.renew("log", epoch));
    let faulty = FaultyRelay::new(relay, 0);
    let requests: Vec<_> = [faulty.append("log", Token::random(), &event)].into();
    crosses_threads(&requests);
}
