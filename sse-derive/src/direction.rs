//! Which way the events go, and which of serde's attributes count there.

/// One of the two derives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// `SseEvent`: from the enum to the wire.
    Encode,
    /// `SseDecode`: from the wire to the enum.
    Decode,
}

impl Direction {
    /// The name of the derive.
    pub(crate) const fn derive(self) -> &'static str {
        match self {
            Self::Encode => "SseEvent",
            Self::Decode => "SseDecode",
        }
    }

    /// Of `rename(serialize = "..", deserialize = "..")`, the one that counts.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Encode => "serialize",
            Self::Decode => "deserialize",
        }
    }

    /// What leaves a variant or a field out.
    pub(crate) const fn skip(self) -> [&'static str; 2] {
        match self {
            Self::Encode => ["skip", "skip_serializing"],
            Self::Decode => ["skip", "skip_deserializing"],
        }
    }

    /// What hands a variant or a field to a function.
    pub(crate) const fn with(self) -> [&'static str; 2] {
        match self {
            Self::Encode => ["with", "serialize_with"],
            Self::Decode => ["with", "deserialize_with"],
        }
    }
}
