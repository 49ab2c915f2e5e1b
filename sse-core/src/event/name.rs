//! The `event` field.

use smol_str::SmolStr;

use super::text::{first_of, validated_text};

/// The name of an event, which a browser's listener is registered for: any string without CR and LF.
///
/// The default is `message`, for which no `event:` line is written; the empty name means the same
/// ([HTML standard, section 9.2.6]).
///
/// # Examples
///
/// ```
/// use sse_core::EventName;
///
/// const TICK: EventName = EventName::from_static("price-tick");
/// assert_eq!(TICK.as_str(), "price-tick");
/// assert_eq!(EventName::try_from("")?, EventName::MESSAGE);
/// assert!(EventName::try_from("tick\nid: 7").is_err());
/// # Ok::<(), sse_core::event::InvalidEventName>(())
/// ```
///
/// [HTML standard, section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventName(SmolStr);

impl EventName {
    /// The default name, `message`.
    pub const MESSAGE: Self = Self(SmolStr::new_static(Self::DEFAULT));

    pub(crate) const DEFAULT: &str = "message";

    /// The beginning of the names of control events: `stream-`. A derived enum and a topic refuse them.
    pub const RESERVED_PREFIX: &str = "stream-";

    /// Makes a name from a constant, checked when it is compiled in a `const`.
    ///
    /// # Panics
    ///
    /// If `name` contains CR or LF.
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        assert!(first_of(ILLEGAL, name).is_none(), "an event name must not contain CR or LF");
        if name.is_empty() { Self::MESSAGE } else { Self(SmolStr::new_static(name)) }
    }

    /// Whether this is the default name, for which no `event:` line is written.
    #[must_use]
    pub fn is_message(&self) -> bool {
        Self::is_default(self.as_str())
    }

    /// Whether the name is one of the control events': it begins with `stream-`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        Self::is_reserved_name(self.as_str())
    }

    /// Whether a text stands for the default name.
    #[inline]
    pub(crate) fn is_default(name: &str) -> bool {
        matches!(name, "" | Self::DEFAULT)
    }

    pub(crate) fn is_reserved_name(name: &str) -> bool {
        name.starts_with(Self::RESERVED_PREFIX)
    }

    #[inline]
    fn from_legal(name: &str) -> Self {
        if name.is_empty() { Self::MESSAGE } else { Self(SmolStr::new(name)) }
    }
}

/// What ends a line.
const ILLEGAL: &[u8] = b"\r\n";

impl Default for EventName {
    fn default() -> Self {
        Self::MESSAGE
    }
}

validated_text! {
    EventName, ILLEGAL;
    /// A name with CR or LF, which no `event:` line can carry.
    InvalidEventName, "an event name must not contain CR or LF"
}
