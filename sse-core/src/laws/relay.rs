//! The laws of a [`Relay`](crate::relay::Relay).
//!
//! A law draws logs of its own, so that a remote may have others, and laws may run at the same time. It asks of the
//! implementation what [`RelayUnderTest`] says, and nothing that some remote could not give: no law needs a certain
//! offset, a certain time or a remote that fails.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use bytes::Bytes;

use super::trial::{Trial, both, newest, numbered};
use super::{LawBroken, RelayUnderTest};
use crate::event::EventName;
use crate::history::{Epoch, Position};
use crate::relay::{
    MAX_LOG_NAME, Page, PageLimit, Relay as _, RelayError, RemoteEvent, RemoteState, StoredEvent, Token, Wait,
};

/// All the laws of this module, in the order in which they are written, up to the first that is broken.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep a law.
pub async fn relay_contract<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    offsets_increase(subject).await?;
    an_epoch_stays(subject).await?;
    pages_are_whole(subject).await?;
    a_page_begins_behind_its_position(subject).await?;
    a_token_is_one_event(subject).await?;
    an_anchor_names_the_event(subject).await?;
    a_renewal_happens_once(subject).await?;
    a_trimmed_log_has_a_floor(subject).await?;
    a_closed_log_takes_nothing(subject).await?;
    a_wait_ends_with_an_event(subject).await?;
    handles_agree(subject).await?;
    logs_are_apart(subject).await?;
    a_large_event_is_whole_or_refused(subject).await
}

/// Appending gives offsets that are above 0 and above the one before, in the log's epoch; the newest is the head.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn offsets_increase<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("offsets_increase", subject).await?;
    let start = trial.state().await?;
    trial.that(start.head == start.floor && !start.closed, || format!("a new log has the state {start:?}"))?;
    let mut head = start.head;
    for number in 0..20 {
        let position = trial.append(Token::random(), &numbered(number)).await?;
        trial.same(&position.epoch(), &start.epoch, "the epoch of a position")?;
        trial.that(position.offset() > head, || format!("offset {} behind {head}", position.offset()))?;
        head = position.offset();
        trial.same(&trial.state().await?.head, &head, "the head behind an append")?;
    }
    Ok(())
}

/// A log has one epoch from its first mention on, for all handles, whatever is appended.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn an_epoch_stays<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("an_epoch_stays", subject).await?;
    let (first, second) = both(trial.first.state(&trial.log), trial.second.state(&trial.log)).await;
    let (first, second) = (trial.ok(first, "a first state")?, trial.ok(second, "another first state")?);
    trial.same(&first, &second, "what two handles are told that ask for a new log at once")?;
    trial.append(Token::random(), &numbered(0)).await?;
    let third = trial.connect(subject).await?;
    let later = trial.ok(third.state(&trial.log).await, "the state by a later handle")?;
    trial.same(&later.epoch, &first.epoch, "the epoch that a later handle is told")
}

/// What was appended is read in order, whole and unchanged, page by page, and no page exceeds its limit.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn pages_are_whole<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("pages_are_whole", subject).await?;
    let start = trial.state().await?.floor_position();
    let mut appended = Vec::new();
    for number in 0..23 {
        appended.push(trial.store(numbered(number)).await?);
    }
    // Bytes of any kind: a remote does not look into a frame.
    appended.push(trial.store(RemoteEvent::new(EventName::MESSAGE, (0..=255).collect())).await?);
    appended.push(trial.store(RemoteEvent::new(EventName::from_static("größe: 1"), Bytes::new())).await?);

    for limit in [
        PageLimit::default(),
        PageLimit::new(1, usize::MAX),
        PageLimit::new(0, usize::MAX),
        PageLimit::new(7, usize::MAX),
        PageLimit::new(usize::MAX, 100),
        PageLimit::new(usize::MAX, 0),
        PageLimit::new(3, 64),
        PageLimit::new(usize::MAX, usize::MAX),
    ] {
        let mut read = Vec::new();
        let mut after = start;
        while read.len() < appended.len() {
            let page = trial.read(after, limit).await?;
            let sizes = page.events.iter().map(|event| event.event.frame.len());
            let fits = page.events.len() <= 1
                || page.events.len() <= limit.events() && sizes.clone().sum::<usize>() <= limit.bytes();
            trial.that(fits, || format!("a page of {:?} bytes for {limit:?}", sizes.collect::<Vec<_>>()))?;
            let Some(last) = page.events.last() else {
                return Err(trial.broken(format!("an empty page at {after}, with {limit:?}, before the head")));
            };
            trial.same(&page.state.head, &newest(&appended), "the head that a page states")?;
            after = Position::new(after.epoch(), last.offset);
            read.extend(page.events);
        }
        trial.same(&read, &appended, "what is read")?;
        trial.same(&trial.read(after, limit).await?.events, &Vec::new(), "what is behind the newest event")?;
    }
    Ok(())
}

/// Reading behind a position gives exactly what was appended behind it: for each event, for the beginning, and for
/// offsets that no event has.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_page_begins_behind_its_position<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_page_begins_behind_its_position", subject).await?;
    let start = trial.state().await?;
    let appended = trial.fill(12).await?;
    let head = trial.state().await?.head;
    let mut offsets: Vec<u64> = appended.iter().flat_map(|event| [event.offset - 1, event.offset]).collect();
    offsets.extend([start.floor, head.saturating_add(1), head.saturating_add(1_000), u64::MAX]);
    for offset in offsets {
        let page = trial.read(Position::new(start.epoch, offset), PageLimit::default()).await?;
        let behind: Vec<_> = appended.iter().filter(|event| event.offset > offset).cloned().collect();
        trial.same(&page.events, &behind, &format!("what is behind offset {offset}"))?;
        trial.same(&page.state, &trial.state().await?, &format!("the state in the page behind offset {offset}"))?;
    }
    Ok(())
}

/// Tokens with the same key are one event and one position, and another key is another event.
///
/// That holds for attempts at once, later, by another handle, at the same time, and when the log is closed. The event
/// has the token of the attempt that was executed.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_token_is_one_event<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_token_is_one_event", subject).await?;
    let start = trial.state().await?.floor_position();
    let (token, event) = (Token::random(), numbered(1));
    let position = trial.append(token, &event).await?;
    trial.same(&trial.append(token, &event).await?, &position, "the position of an append tried again")?;
    trial.append(Token::random(), &event).await?;
    for attempt in [token, token.again()] {
        let again = trial.second.append(&trial.log, attempt, &event).await;
        trial.same(&trial.ok(again, "an append tried again")?, &position, "the position by another handle")?;
    }
    let events = trial.read(start, PageLimit::default()).await?.events;
    trial.same(&events.len(), &2, "the events of two tokens")?;
    trial.same(&events.first().map(|event| event.token), &Some(token), "the token of an append tried again")?;

    let token = Token::random();
    let attempts = both(
        both(trial.first.append(&trial.log, token, &event), trial.second.append(&trial.log, token, &event)),
        both(trial.second.append(&trial.log, token, &event), trial.first.append(&trial.log, token, &event)),
    );
    let ((first, second), (third, fourth)) = attempts.await;
    let together = trial.ok(first, "one of four attempts at once")?;
    for attempt in [second, third, fourth] {
        let position = trial.ok(attempt, "one of four attempts at once")?;
        trial.same(&position, &together, "the position of one of four attempts at once")?;
    }
    trial.same(&trial.read(start, PageLimit::default()).await?.events.len(), &3, "the events of three tokens")?;

    let last = Token::random();
    let end = trial.append(last, &event.clone().terminal()).await?;
    trial.same(&trial.append(token, &event).await?, &together, "an append tried again when the log is closed")?;
    let again = trial.append(last, &event.terminal()).await?;
    trial.same(&again, &end, "the terminal append tried again")?;
    trial.same(&trial.read(start, PageLimit::default()).await?.events.len(), &4, "the events of four tokens")
}

/// The anchor is the token of the event at the position that is read behind; without an event there, there is none.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn an_anchor_names_the_event<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("an_anchor_names_the_event", subject).await?;
    let start = trial.state().await?;
    let appended = trial.fill(6).await?;
    let token_at = |offset| appended.iter().find(|event| event.offset == offset).map(|event| event.token);
    let mut offsets: Vec<u64> = appended.iter().flat_map(|event| [event.offset - 1, event.offset]).collect();
    offsets.extend([start.floor, trial.state().await?.head.saturating_add(1)]);
    for offset in offsets {
        for limit in [PageLimit::default(), PageLimit::new(1, 0)] {
            let page = trial.read(Position::new(start.epoch, offset), limit).await?;
            trial.same(&page.anchor, &token_at(offset), &format!("the anchor at offset {offset}"))?;
        }
    }
    let oldest = appended.first().map_or(0, |event| event.offset);
    trial.ok(subject.trim(&trial.log, oldest).await, "trimming")?;
    let page = trial.read(Position::new(start.epoch, oldest), PageLimit::default()).await?;
    trial.same(&page.anchor, &None, "the anchor at an event that is gone")
}

/// Renewing an epoch begins another one, once, whoever finds out. It is empty, positions of the old one have nothing
/// behind them, and a token of the old one is a new event.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_renewal_happens_once<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_renewal_happens_once", subject).await?;
    let old = trial.state().await?;
    let appended = trial.fill(3).await?;

    let unknown = trial.ok(trial.first.renew(&trial.log, Epoch::random()).await, "renewing an unknown epoch")?;
    trial.same(&unknown, &old.epoch, "the epoch when another one is said to be lost")?;
    trial.same(
        &trial.read(old.floor_position(), PageLimit::default()).await?.events,
        &appended,
        "what is kept then",
    )?;

    let (first, second) =
        both(trial.first.renew(&trial.log, old.epoch), trial.second.renew(&trial.log, old.epoch)).await;
    let epoch = trial.ok(first, "renewing")?;
    trial.same(&trial.ok(second, "renewing")?, &epoch, "the epoch for the second of two that renew at once")?;
    trial.that(epoch != old.epoch, || "renewing begins no new epoch".to_owned())?;
    let again = trial.ok(trial.second.renew(&trial.log, old.epoch).await, "renewing again")?;
    trial.same(&again, &epoch, "the epoch for one that renews late")?;

    let state = trial.state().await?;
    trial.same(&state, &RemoteState::new(epoch, state.floor, state.floor), "the state of a new epoch")?;
    for offset in [0, old.floor].into_iter().chain(appended.iter().map(|event| event.offset)) {
        for wait in [Wait::No, Wait::ForEvents] {
            let page = trial.first.read(&trial.log, Position::new(old.epoch, offset), PageLimit::default(), wait).await;
            let page = trial.ok(page, "reading in the old epoch")?;
            trial.same(&page, &Page::new(state), &format!("the page behind offset {offset} of the old epoch"))?;
        }
    }
    let begin = trial.read(state.floor_position(), PageLimit::default()).await?;
    trial.same(&begin.events, &Vec::new(), "the events of a new epoch")?;

    let Some(repeated) = appended.into_iter().next() else { return Ok(()) };
    let position = trial.append(repeated.token, &repeated.event).await?;
    trial.same(&position.epoch(), &epoch, "the epoch of an append behind a renewal")?;
    trial.that(position.offset() > state.head, || format!("offset {} in a new epoch", position.offset()))?;
    let page = trial.read(state.floor_position(), PageLimit::default()).await?;
    trial.same(&page.events, &[StoredEvent { offset: position.offset(), ..repeated }].to_vec(), "a new epoch's events")
}

/// When the oldest events are gone, the floor says so, the others are read as before, and offsets go on.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_trimmed_log_has_a_floor<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_trimmed_log_has_a_floor", subject).await?;
    let start = trial.state().await?;
    let appended = trial.fill(9).await?;
    for kept in [5, 1, 0] {
        let (gone, left) = appended.split_at(appended.len() - kept);
        let highest = gone.last().map_or(0, |event| event.offset);
        trial.ok(subject.trim(&trial.log, highest).await, "trimming")?;
        let state = trial.state().await?;
        trial.same(&state.epoch, &start.epoch, "the epoch of a trimmed log")?;
        trial.same(&state.head, &newest(&appended), "the head of a trimmed log")?;
        let next = left.first().map_or(u64::MAX, |event| event.offset);
        trial.that((highest..next).contains(&state.floor) && state.floor <= state.head, || {
            format!("a floor of {} when {highest} is gone and {next} is the next", state.floor)
        })?;
        // From before the gap, from within it, from its end: whoever asks sees the floor and gets what there is.
        for offset in [0, start.floor].into_iter().chain(gone.iter().map(|event| event.offset)).chain([state.floor]) {
            let page = trial.read(Position::new(start.epoch, offset), PageLimit::default()).await?;
            trial.same(&page.state, &state, &format!("the state in the page behind offset {offset}"))?;
            trial.same(&page.events, &left.to_vec(), &format!("what a trimmed log has behind offset {offset}"))?;
        }
        if kept > 0 {
            let page = trial.first.read(&trial.log, start.floor_position(), PageLimit::default(), Wait::ForEvents);
            let page = trial.ok(page.await, "waiting below the floor")?;
            trial.same(&page.events, &left.to_vec(), "what one who waits below the floor gets")?;
        }
    }
    let next = trial.store(numbered(9)).await?;
    trial.that(next.offset > newest(&appended), || format!("offset {} again", next.offset))?;
    let state = trial.state().await?;
    trial.same(&trial.read(state.floor_position(), PageLimit::default()).await?.events, &[next].to_vec(), "what is new")
}

/// A terminal event, or a bare close, ends the log: it is read as the last event, and nothing else is taken, not in the
/// next epoch either.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_closed_log_takes_nothing<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    for last in [numbered(3).terminal(), RemoteEvent::close()] {
        let trial = Trial::new("a_closed_log_takes_nothing", subject).await?;
        let start = trial.state().await?;
        let mut appended = trial.fill(2).await?;
        appended.push(trial.store(last).await?);
        let closed = trial.state().await?;
        trial.that(closed.closed, || "the state of a closed log says that it is open".to_owned())?;
        for event in [numbered(4), numbered(5).terminal(), RemoteEvent::close()] {
            let refused = trial.second.append(&trial.log, Token::random(), &event).await;
            trial.same(&refused, &Err(RelayError::Closed), "an append to a closed log")?;
        }
        trial.same(&trial.state().await?, &closed, "the state of a closed log, later")?;
        let page = trial.read(start.floor_position(), PageLimit::default()).await?;
        trial.same(&page, &Page::new(closed).events(appended), "what a closed log has")?;
        // Nothing will come, so that nobody waits for it.
        let page = trial.first.read(&trial.log, closed.head_position(), PageLimit::default(), Wait::ForEvents).await;
        let page = trial.ok(page, "waiting at the end of a closed log")?;
        trial.that(page.state.closed && page.events.is_empty(), || format!("at the end of a closed log: {page:?}"))?;

        trial.ok(trial.first.renew(&trial.log, start.epoch).await, "renewing a closed log")?;
        trial.that(trial.state().await?.closed, || "a renewed log is open again".to_owned())?;
        let refused = trial.first.append(&trial.log, Token::random(), &numbered(6)).await;
        trial.same(&refused, &Err(RelayError::Closed), "an append to a closed log that was renewed")?;
    }
    Ok(())
}

/// Who waits at the head gets what is appended by another handle, as everybody else who waits does; and hears of the
/// end and of a new epoch. Who stops waiting leaves nothing behind.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_wait_ends_with_an_event<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_wait_ends_with_an_event", subject).await?;
    let mut after = trial.state().await?.head_position();
    for number in 0..3 {
        {
            // Given up before anything came.
            let read = trial.first.read(&trial.log, after, PageLimit::default(), Wait::ForEvents);
            let mut read = pin!(read);
            let _given_up = poll_fn(|cx| Poll::Ready(read.as_mut().poll(cx).is_ready())).await;
        }
        let waits = both(trial.wait(&trial.first, after), trial.wait(&trial.second, after));
        let ((first, second), stored) = both(waits, trial.store(numbered(number))).await;
        let stored = stored?;
        for page in [first?, second?] {
            trial.same(&page.events, &[stored.clone()].to_vec(), "what one who waits gets")?;
        }
        after = Position::new(after.epoch(), stored.offset);
    }
    let (page, stored) = both(trial.wait(&trial.second, after), trial.store(RemoteEvent::close())).await;
    let (page, stored) = (page?, stored?);
    trial.that(page.state.closed, || format!("one who waits when the log is closed gets {page:?}"))?;
    trial.same(&page.events, &[stored].to_vec(), "what one who waits gets at the end")?;

    let trial = Trial::new("a_wait_ends_with_an_event", subject).await?;
    let after = trial.state().await?.head_position();
    let renewed = trial.first.renew(&trial.log, after.epoch());
    let (page, renewed) = both(trial.wait(&trial.second, after), renewed).await;
    let epoch = trial.ok(renewed, "renewing")?;
    trial.same(&page?.state.epoch, &epoch, "the epoch that one who waits hears of")?;
    // The reader has seen more than there is: it hears of it at once.
    let ahead = Position::new(epoch, trial.state().await?.head.saturating_add(10));
    let page = trial.first.read(&trial.log, ahead, PageLimit::default(), Wait::ForEvents).await;
    trial.same(&trial.ok(page, "waiting past the head")?.events, &Vec::new(), "what is past the head")
}

/// What one handle has appended, every other one sees from then on; and what two append at once is there once each, in
/// one order.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn handles_agree<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("handles_agree", subject).await?;
    let start = trial.state().await?.floor_position();
    let mut appended = Vec::new();
    for number in 0..10 {
        let handle = if number % 2 == 0 { &trial.first } else { &trial.second };
        let (token, event) = (Token::random(), numbered(number));
        let position = trial.ok(handle.append(&trial.log, token, &event).await, "appending")?;
        appended.push(StoredEvent::new(position.offset(), token, event));
        for handle in [&trial.first, &trial.second] {
            let state = trial.ok(handle.state(&trial.log).await, "the state behind an append")?;
            trial.same(&state.head_position(), &position, "the head when an append was acknowledged")?;
            let page = trial.ok(handle.read(&trial.log, start, PageLimit::default(), Wait::No).await, "reading")?;
            trial.same(&page.events, &appended, "what is there when an append was acknowledged")?;
        }
    }
    for number in 0..10 {
        let (tokens, events) = ([Token::random(), Token::random()], [numbered(number), numbered(number + 100)]);
        let [(first, one), (second, two)] = [(tokens[0], &events[0]), (tokens[1], &events[1])];
        let at_once =
            both(trial.first.append(&trial.log, first, one), trial.second.append(&trial.log, second, two)).await;
        let offsets = [trial.ok(at_once.0, "appending at once")?, trial.ok(at_once.1, "appending at once")?];
        let mut new = [
            StoredEvent::new(offsets[0].offset(), first, one.clone()),
            StoredEvent::new(offsets[1].offset(), second, two.clone()),
        ];
        new.sort_by_key(|event| event.offset);
        appended.extend(new);
    }
    for handle in [&trial.first, &trial.second] {
        let page = trial.ok(handle.read(&trial.log, start, PageLimit::default(), Wait::No).await, "reading")?;
        trial.same(&page.events, &appended, "what two handles have appended at once")?;
    }
    Ok(())
}

/// Logs with different names have nothing in common, whatever the names.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn logs_are_apart<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("logs_are_apart", subject).await?;
    let beginning = trial.log.as_str();
    let rest = ["", "x", "X", ".x", ".x.y", ".*", ".>", ":x", "{x}", "/x", "\\x", " x", "ä", "a\u{308}", "\r\n", "\0"];
    let mut names: Vec<String> = rest.iter().map(|rest| format!("{beginning}{rest}")).collect();
    let longest = MAX_LOG_NAME - beginning.len();
    names.extend(["x".repeat(longest), "x".repeat(longest - 1) + "y"].map(|rest| format!("{beginning}{rest}")));

    let token = Token::random();
    let mut positions = Vec::new();
    for (name, number) in names.iter().zip(0..) {
        let state = trial.ok(trial.first.state(name).await, name)?;
        trial.same(&state.head, &state.floor, &format!("the events of a new log `{}`", name.escape_debug()))?;
        trial
            .that(positions.iter().all(|(epoch, _)| *epoch != state.epoch), || "two logs have one epoch".to_owned())?;
        // One token in each: it is remembered by each log for itself.
        let position = trial.ok(trial.first.append(name, token, &numbered(number)).await, name)?;
        positions.push((state.epoch, StoredEvent::new(position.offset(), token, numbered(number))));
    }
    for (name, (epoch, event)) in names.iter().zip(&positions) {
        let state = trial.ok(trial.second.state(name).await, name)?;
        trial.same(&state.epoch, epoch, "the epoch of a log when there are others")?;
        let page = trial.second.read(name, state.floor_position(), PageLimit::default(), Wait::No).await;
        let page = trial.ok(page, name)?;
        trial.same(&page.events, &[event.clone()].to_vec(), &format!("the events of `{}`", name.escape_debug()))?;
    }
    if let [closed, open, ..] = names.as_slice() {
        trial.ok(trial.first.append(closed, Token::random(), &RemoteEvent::close()).await, "closing")?;
        trial.ok(trial.first.append(open, Token::random(), &numbered(0)).await, "appending beside a closed log")?;
    }
    Ok(())
}

/// A frame as long as the limit is taken and read whole, with whatever limit of a page. A longer one is refused, and
/// leaves no trace.
///
/// # Errors
///
/// Returns [`LawBroken`] if the implementation does not keep the law.
pub async fn a_large_event_is_whole_or_refused<T: RelayUnderTest>(subject: &T) -> Result<(), LawBroken> {
    let trial = Trial::new("a_large_event_is_whole_or_refused", subject).await?;
    let start = trial.state().await?.floor_position();
    let limit = subject.max_frame_bytes();
    let pattern: Vec<u8> = (0..=250).collect();
    let frame = |bytes: usize| Bytes::from(pattern.repeat(bytes / pattern.len() + 1)).slice(..bytes);
    let small = trial.store(numbered(0)).await?;
    let large = trial.store(RemoteEvent::new(EventName::from_static("large"), frame(limit))).await?;

    let too_large = RemoteEvent::new(EventName::from_static("large"), frame(limit.saturating_add(1)));
    let before = trial.state().await?;
    let refused = trial.first.append(&trial.log, Token::random(), &too_large).await;
    let expected = Err(RelayError::TooLarge { bytes: too_large.frame.len(), limit });
    trial.that(refused == expected, || format!("a frame that is too long is answered with {refused:?}"))?;
    trial.same(&trial.state().await?, &before, "the state behind a frame that was too long")?;

    let next = trial.store(numbered(1)).await?;
    for page_limit in [PageLimit::new(1, 0), PageLimit::new(8, 1), PageLimit::new(8, limit), PageLimit::default()] {
        let mut after = start;
        for expected in [&small, &large, &next] {
            let page = trial.read(after, page_limit).await?;
            let found = page.events.first();
            // Without its bytes, which nobody wants to read in a message.
            let seen = found.map(|event| (event.offset, event.event.frame.len()));
            trial.that(found == Some(expected), || format!("{seen:?} behind {after}, with {page_limit:?}"))?;
            after = Position::new(after.epoch(), expected.offset);
        }
    }
    Ok(())
}
