//! What the command line can do: a file for each verb.

mod asyncapi;
mod compat;
mod failure;
mod list;
mod openapi;
mod output;
mod schema;
mod typings;

use alloc::format;
use alloc::string::String;
use std::process::ExitCode;

pub(super) use self::failure::Failure;
pub(super) use self::output::{print, say};
use super::args::{Args, Flags};
use super::cli::Cli;

/// Something that the command line can do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    pub(super) name: &'static str,
    /// What it does, in a line.
    about: &'static str,
    /// The options, each with what it does.
    options: &'static str,
    pub(super) flags: Flags,
    pub(super) run: fn(&Cli, &Args) -> Result<ExitCode, Failure>,
}

pub(super) const ALL: &[Verb] = &[typings::VERB, schema::VERB, openapi::VERB, asyncapi::VERB, compat::VERB, list::VERB];

/// The exit codes of all verbs.
pub(super) mod code {
    pub(in super::super) const USAGE_OR_IO: u8 = 1;
    pub(in super::super) const NEEDS_UPDATE: u8 = 4;
    pub(in super::super) const INCOMPATIBLE: u8 = 100;
}

const EXITS: &str = "\
exit: 0 done, 1 usage or I/O, 4 a file needs an update (--check), 100 incompatible, or a stream has no schema
";

/// What there is to do.
pub(super) fn overview() -> String {
    let verbs: String = ALL.iter().map(|verb| format!("  {:<10} {}\n", verb.name, verb.about)).collect();
    format!("usage: cargo xtask VERB [options]\n\n{verbs}\n`--help` behind a verb prints its options.\n\n{EXITS}")
}

impl Verb {
    pub(super) fn usage(&self) -> String {
        format!("usage: cargo xtask {} [options]\n\n{}.\n\n{}\n{EXITS}", self.name, self.about, self.options)
    }
}
