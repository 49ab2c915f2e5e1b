//! Nobody watches: the feature for it is off.

use crate::Error;
use crate::gate::Refusal;
use crate::hooks::{Connect, Disconnect};
use crate::opening::Resume;

#[derive(Clone, Debug, Default)]
pub(super) struct Route;

#[derive(Debug, Default)]
pub(super) struct Connection;

pub(super) struct Entered;

#[expect(clippy::unused_self, reason = "as where somebody watches")]
impl Route {
    pub(super) const fn is_on(&self) -> bool {
        false
    }

    pub(super) const fn refuse(&self, _: Refusal) {}

    pub(super) const fn open(&self, _: &Connect, _: Resume) -> Connection {
        Connection
    }
}

#[expect(clippy::unused_self, reason = "as where somebody watches")]
impl Connection {
    #[cfg_attr(feature = "tracing", expect(dead_code, reason = "only spans are entered"))]
    pub(super) const fn enter(&self) -> Entered {
        Entered
    }

    #[cfg_attr(feature = "metrics", expect(dead_code, reason = "only figures count it"))]
    pub(super) const fn sent(&self, _events: u64, _bytes: u64) {}

    pub(super) const fn reset(&self, _: &[u8]) {}

    #[cfg_attr(feature = "tracing", expect(dead_code, reason = "only spans have errors"))]
    pub(super) const fn fail(&self, _: &Error) {}

    pub(super) const fn close(&self, _: &Disconnect) {}
}

#[cfg_attr(feature = "tracing", expect(dead_code, reason = "there is no figure for it"))]
pub(super) const fn unlayered() {}
