//! The rules, and how bad it is to break one.

use super::options::Profile;
use super::severity::Severity;

macro_rules! severity {
    (None) => {
        None
    };
    ($Severity:ident) => {
        Some(Severity::$Severity)
    };
}

macro_rules! rules {
    ($($Rule:ident $id:literal $wire:ident $source:ident $ts:ident [$($Inverse:ident)|+] $what:literal $note:literal;)+) => {
        /// A kind of change. The [module's page](super) has the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`: ", $what, ".")] $Rule,)+
        }

        impl Rule {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$Rule,)+];

            /// The name in reports and in `sse-compat.toml`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$Rule => $id,)+
                }
            }

            /// What the change is, in some words.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$Rule => $what,)+
                }
            }

            /// When the severity is another, or why it is this.
            #[must_use]
            pub const fn note(self) -> &'static str {
                match self {
                    $(Self::$Rule => $note,)+
                }
            }

            /// How bad the change is for such clients, unless the [note](Self::note) says otherwise; none if they
            /// cannot see it.
            #[must_use]
            pub const fn severity(self, profile: Profile) -> Option<Severity> {
                match self {
                    $(Self::$Rule => match profile {
                        Profile::Wire => severity!($wire),
                        Profile::Source => severity!($source),
                        Profile::Ts => severity!($ts),
                    },)+
                }
            }

            /// What the change is called when it is undone.
            #[must_use]
            pub const fn inverses(self) -> &'static [Self] {
                match self {
                    $(Self::$Rule => &[$(Self::$Inverse),+],)+
                }
            }
        }
    };
}

rules! {
    StreamRemoved "stream-removed" Error Error Error [StreamAdded]
        "a stream is gone" "";
    StreamAdded "stream-added" Info Info Info [StreamRemoved]
        "a stream is new" "";
    StreamClosedRemoved "stream-closed-removed" Error Error Error [StreamClosedAdded]
        "a stream is no longer `closed`" "clients rely on the list of events";
    StreamClosedAdded "stream-closed-added" Info Info Info [StreamClosedRemoved]
        "a stream became `closed`" "";
    StreamOpenAdded "stream-open-added" Warn Warn Warn [StreamOpenRemoved]
        "a stream became `open`" "clients that are out there were not told";
    StreamOpenRemoved "stream-open-removed" Info Info Info [StreamOpenAdded]
        "a stream is no longer `open`" "";

    EventRemoved "event-removed" Error Error Error [EventAdded]
        "an event is gone" "warn if it was deprecated";
    EventAdded "event-added" Info Info Info [EventRemoved]
        "an event is new" "error if the stream was `closed`";
    EventDefaultChanged "event-default-changed" Error Error Error [EventDefaultChanged]
        "a named event became the default event, or the other way round" "another listener gets it";
    EventEncodingChanged "event-encoding-changed" Error Error Error [EventEncodingChanged]
        "`json`, `text`, `base64` or `empty` became another of them" "";
    EventTerminalAdded "event-terminal-added" Error Error Error [EventTerminalRemoved]
        "an event became the last of its stream, or is new and is it" "old clients reconnect behind it";
    EventTerminalRemoved "event-terminal-removed" Error Error Error [EventTerminalAdded]
        "an event is no longer the last of its stream" "old clients stop too early";
    EventIdRemoved "event-id-removed" Error Error Error [EventIdAdded]
        "an event no longer carries an id of its own" "clients come back with an older one";
    EventIdAdded "event-id-added" Info Info Info [EventIdRemoved]
        "an event carries an id of its own" "";
    EventRetryChanged "event-retry-changed" Info Info Info [EventRetryChanged]
        "an event carries another reconnection time" "";

    PropertyRemoved "property-removed" Error Error Error [PropertyAdded]
        "a property is gone" "warn if it was optional or deprecated, info if both";
    PropertyAdded "property-added" Info Info Info [PropertyRemoved]
        "a property is new" "error if the object took no others";
    PropertyBecameOptional "property-became-optional" Error Error Error [PropertyBecameRequired]
        "a property may be missing" "a new `skip_serializing_if`";
    PropertyBecameRequired "property-became-required" Info Info Info [PropertyBecameOptional]
        "a property is always there" "";
    PropertyBecameNullable "property-became-nullable" Error Error Error [PropertyBecameNonNull]
        "a value may be `null`" "also an item, an element or a whole payload";
    PropertyBecameNonNull "property-became-non-null" Info Info Info [PropertyBecameNullable]
        "a value is never `null`" "";
    PropertyRenamed "property-renamed" Error Error Error [PropertyRenamed]
        "a property is gone and one of the same type is new" "if it was neither optional nor deprecated: else it is gone";

    TypeChanged "type-changed" Error Error Error [TypeChanged]
        "no value is one of before" "string to integer; a string with another `contentEncoding`";
    TypeWidened "type-widened" Error Error Error [TypeNarrowed]
        "there are values of further types" "integer to number: warn for `ts`";
    TypeNarrowed "type-narrowed" Info Info Info [TypeWidened]
        "there are no values of some types" "";
    IntWidthGrew "int-width-grew" Error Error Error [IntWidthShrank]
        "integers may exceed 2^53, and could not before" "`JSON.parse` rounds them";
    IntWidthShrank "int-width-shrank" Info Info Info [IntWidthGrew]
        "integers no longer exceed 2^53" "";
    FormatChanged "format-changed" Warn Warn Warn [FormatChanged | FormatAdded]
        "a value has another format, or none" "`date-time` to `date`, `uuid` to none";
    FormatAdded "format-added" Info Info Info [FormatChanged]
        "a value has a format, and had none" "";
    BoundWidened "bound-widened" Warn Warn Warn [BoundNarrowed]
        "a limit of values, lengths or counts went out or away" "also that of `u8` to `u32`, and a `pattern`";
    BoundNarrowed "bound-narrowed" Info Info Info [BoundWidened]
        "a limit of values, lengths or counts is new or went in" "";
    SchemaChanged "schema-changed" Error Error Error [SchemaChanged]
        "a keyword changed that is not understood here" "`not`, `if`, `contains`, `dependentRequired`";

    EnumValueAdded "enum-value-added" Warn Warn Warn [EnumValueRemoved]
        "an enum has another value" "error with `--closed-enums`; info if the stream was `open`";
    EnumValueRemoved "enum-value-removed" Info Info Info [EnumValueAdded]
        "an enum has a value less" "";
    VariantAdded "variant-added" Error Error Error [VariantRemoved]
        "a union has another variant" "warn if the stream was `open`, and clients know the tag";
    VariantRemoved "variant-removed" Info Info Info [VariantAdded]
        "a union has a variant less" "";
    ConstChanged "const-changed" Error Error Error [ConstChanged]
        "a constant has another value" "most often the tag of a variant that was renamed";

    TupleLengthChanged "tuple-length-changed" Error Error Error [TupleLengthChanged]
        "a tuple has more elements, or fewer" "also an array of fixed length";
    ArrayBecameTuple "array-became-tuple" Error Error Error [TupleBecameArray]
        "a list became a tuple" "";
    TupleBecameArray "tuple-became-array" Error Error Error [ArrayBecameTuple]
        "a tuple became a list" "";

    MapKeysWidened "map-keys-widened" Error Error Error [MapKeysNarrowed | MapKeysWidened]
        "a map has keys that it did not take" "integers to strings";
    MapKeysNarrowed "map-keys-narrowed" Info Info Info [MapKeysWidened]
        "the keys of a map are fewer" "";
    AdditionalPropertiesOpened "additional-properties-opened" Info Info Info [AdditionalPropertiesClosed]
        "an object may have further properties" "error if it took no others and now has them, by `flatten` of a map";
    AdditionalPropertiesClosed "additional-properties-closed" Info Info Info [AdditionalPropertiesOpened]
        "an object has no further properties" "";

    DefaultChanged "default-changed" Info Info Info [DefaultChanged]
        "another default" "";
    DescriptionChanged "description-changed" Info Info Info [DescriptionChanged]
        "another description" "";
    ExamplesChanged "examples-changed" Info Info Info [ExamplesChanged]
        "other examples" "";
    DeprecatedChanged "deprecated-changed" Info Info Info [DeprecatedChanged]
        "deprecated, or no longer" "";

    DefRenamed "def-renamed" None Error Error [DefRenamed]
        "the type of a payload, or of a part of it, has another name" "only if the old name is gone";
    TsNameChanged "ts-name-changed" None Error Error [TsNameChanged]
        "the type of an event has another name" "its variant was renamed";
}

impl Rule {
    /// The rule of that name.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }

    /// Whether the same values are sent as before.
    pub(super) const fn is_about_words(self) -> bool {
        matches!(
            self,
            Self::DefaultChanged
                | Self::DescriptionChanged
                | Self::ExamplesChanged
                | Self::DeprecatedChanged
                | Self::DefRenamed
                | Self::TsNameChanged
        )
    }
}
