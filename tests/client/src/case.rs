//! A connection case, and what is expected of it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A case, as the server that plays it says.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
pub struct Case {
    pub id: String,
    pub what: String,
    pub url: String,
    pub expect: Expect,
    /// A second client follows the first.
    pub twice: bool,
    /// The client closes when it has everything.
    pub close: bool,
    /// So many clients come at once.
    pub many: Option<usize>,
}

/// What is to come of a case. What is `None` is not judged.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
pub struct Expect {
    /// `readyState`: 0 connecting, 1 open, 2 closed.
    pub state: Option<u8>,
    pub requests: Option<usize>,
    pub opens: Option<usize>,
    pub errors: Option<usize>,
    /// The data of each event.
    pub data: Option<Vec<String>>,
    /// The last event id of each event.
    pub ids: Option<Vec<String>>,
    /// What `Last-Event-ID` each request carried.
    pub last_event_ids: Option<Vec<Option<String>>>,
    /// Which requests went to the target of the redirect.
    pub targets: Option<Vec<bool>>,
    /// Milliseconds between the end of an answer and the request behind it.
    pub delays: Option<Vec<u64>>,
    pub methods: Option<Vec<String>>,
    /// Headers of the first request.
    pub headers: Option<BTreeMap<String, String>>,
}
