//! For whom is looked, and how strictly.

/// Which clients must go on working.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Those that are deployed: they read what is sent, with the types of before.
    #[default]
    Wire,
    /// Also the source of those that generate their types anew: names of types count.
    Source,
    /// As `Source`, in TypeScript, where all numbers are of one type.
    Ts,
}

/// What is compared, and how strictly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) profile: Profile,
    pub(super) closed_enums: bool,
}

impl Options {
    /// For clients that are deployed and get along with new values of enums.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which clients must go on working.
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets whether clients break at a value that their enum does not list. Default: not.
    #[must_use]
    pub const fn closed_enums(mut self, closed: bool) -> Self {
        self.closed_enums = closed;
        self
    }
}
