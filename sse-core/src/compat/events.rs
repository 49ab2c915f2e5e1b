//! The events of a stream.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::comparison::Comparison;
use super::error::CompatError;
use super::rule::Rule;
use super::severity::Severity;
use super::stream::Event;

/// The name of the event that has no `event:` line.
const DEFAULT: &str = "message";

impl<'a> Comparison<'a> {
    /// Compares all that is known of the two streams.
    pub(super) fn streams(&mut self) -> Result<(), CompatError> {
        let (base, head) = (self.base, self.head);
        self.within(base.name, |at| {
            if base.name != head.name {
                at.report(Rule::TsNameChanged, format!("the stream is `{}` now", head.name));
            }
            at.words(base.root, head.root);
            at.promises();
            let became_default = at.default_event()?;
            for (name, event) in &base.events {
                at.within(name, |at| match (head.events.get(name), became_default) {
                    (Some(now), _) => at.event(event, now),
                    (None, Some((old, new))) if old == *name => {
                        at.report(
                            Rule::EventDefaultChanged,
                            format!("it is sent as {} now: listeners for {} get nothing", in_words(new), in_words(old)),
                        );
                        head.events.get(new).map_or(Ok(()), |now| at.event(event, now))
                    }
                    (None, _) => at.event_removed(event),
                })?;
            }
            for (name, event) in head.events.iter().filter(|(name, _)| !base.events.contains_key(*name)) {
                if became_default.is_none_or(|(_, new)| new != *name) {
                    let closed = if base.closed { " although the stream was closed" } else { "" };
                    let severity = if base.closed { Severity::Error } else { Severity::Info };
                    let message = format!("the event is new{closed}");
                    at.within(name, |at| {
                        at.report_as(Rule::EventAdded, severity, message);
                        if event.terminal {
                            let message = "it is the last event of its stream: old clients reconnect behind it";
                            at.report(Rule::EventTerminalAdded, message.into());
                        }
                        Ok(())
                    })?;
                }
            }
            at.control()
        })
    }

    /// The events that are ours: a client of before knows those of its version.
    fn control(&mut self) -> Result<(), CompatError> {
        let (Some(base), Some(head)) = (self.base.control, self.head.control) else {
            return Ok(());
        };
        for (name, payload) in base {
            self.within(name, |at| {
                if let Some(now) = head.get(name) {
                    return at.schemas(payload, now);
                }
                at.report(Rule::EventRemoved, "the event is no longer sent".into());
                Ok(())
            })?;
        }
        for name in head.keys().filter(|name| !base.contains_key(*name)) {
            self.within(name, |at| {
                at.report(Rule::EventAdded, "the event is new".into());
                Ok(())
            })?;
        }
        Ok(())
    }

    /// What clients may rely on.
    fn promises(&mut self) {
        match (self.base.closed, self.head.closed) {
            (true, false) => {
                self.report(
                    Rule::StreamClosedRemoved,
                    "the stream was closed: clients rely on its list of events".into(),
                );
            }
            (false, true) => self.report(Rule::StreamClosedAdded, "the stream is closed now".into()),
            _ => {}
        }
        match (self.base.open, self.head.open) {
            (false, true) => {
                let message = "the stream is open now: clients that are out there do not know of it";
                self.report(Rule::StreamOpenAdded, message.into());
            }
            (true, false) => self.report(Rule::StreamOpenRemoved, "the stream is no longer open".into()),
            _ => {}
        }
    }

    /// The event that became the default one or was it, by its old and its new name.
    fn default_event(&mut self) -> Result<Option<(&'a str, &'a str)>, CompatError> {
        let (base, head) = (self.base, self.head);
        if base.events.contains_key(DEFAULT) == head.events.contains_key(DEFAULT) {
            return Ok(None);
        }
        let gone = base.events.iter().filter(|(name, _)| !head.events.contains_key(*name));
        let mut pairs = Vec::new();
        for (old, event) in gone {
            for (new, other) in head.events.iter().filter(|(name, _)| !base.events.contains_key(*name)) {
                if (*old == DEFAULT || *new == DEFAULT) && self.may_be(event, other)? {
                    pairs.push((event.type_name != other.type_name, *old, *new));
                }
            }
        }
        // The same variant rather than the same payload.
        Ok(pairs.into_iter().min().map(|(_, old, new)| (old, new)))
    }

    fn event(&mut self, base: &Event<'_>, head: &Event<'_>) -> Result<(), CompatError> {
        if base.type_name != head.type_name {
            let message = format!("the type `{}` is `{}` now", base.type_name, head.type_name);
            self.report(Rule::TsNameChanged, message);
        }
        self.words(base.definition, head.definition);
        match (base.terminal, head.terminal) {
            (false, true) => self.report(
                Rule::EventTerminalAdded,
                "it is the last event of its stream now: old clients reconnect behind it".into(),
            ),
            (true, false) => {
                self.report(
                    Rule::EventTerminalRemoved,
                    "it is no longer the last event of its stream: old clients stop there".into(),
                );
            }
            _ => {}
        }
        match (base.id, head.id) {
            (true, false) => self.report(
                Rule::EventIdRemoved,
                "it carries no id of its own any more: clients come back with an older one".into(),
            ),
            (false, true) => self.report(Rule::EventIdAdded, "it carries an id of its own now".into()),
            _ => {}
        }
        if base.retry != head.retry {
            let millis =
                |retry: Option<&Value>| retry.map_or_else(|| "none".to_owned(), |millis| format!("{millis} ms"));
            let message = format!("its reconnection time was {}, and is {}", millis(base.retry), millis(head.retry));
            self.report(Rule::EventRetryChanged, message);
        }
        if base.encoding != head.encoding {
            let message = format!("its data was {}, and is {}", base.encoding, head.encoding);
            self.report(Rule::EventEncodingChanged, message);
            return Ok(());
        }
        match (base.data, head.data) {
            (Some(base), Some(head)) => self.schemas(base, head),
            _ => Ok(()),
        }
    }

    fn event_removed(&mut self, event: &Event<'_>) -> Result<(), CompatError> {
        let mut alike: Vec<String> = Vec::new();
        for (name, other) in &self.head.events {
            if !self.base.events.contains_key(name) && self.may_be(event, other)? {
                alike.push(format!("`{name}`"));
            }
        }
        let hint = (!alike.is_empty()).then(|| format!("renamed to {}?", alike.join(" or ")));
        let (severity, was) = if event.is_deprecated() {
            (Severity::Warn, "the event, which was deprecated,")
        } else {
            (Severity::Error, "the event")
        };
        self.report_with(Rule::EventRemoved, severity, format!("{was} is no longer sent"), hint);
        Ok(())
    }

    /// Whether the two may be one event under two names: the variant is the same, or what it carries.
    fn may_be(&mut self, base: &Event<'_>, head: &Event<'_>) -> Result<bool, CompatError> {
        if base.type_name == head.type_name {
            return Ok(true);
        }
        Ok(base.encoding == head.encoding
            && match (base.data, head.data) {
                (Some(base), Some(head)) => self.are_equal(base, head)?,
                (None, None) => true,
                _ => false,
            })
    }
}

fn in_words(event: &str) -> String {
    if event == DEFAULT { "the default event".to_owned() } else { format!("`{event}`") }
}
