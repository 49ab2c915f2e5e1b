//! What the command line can do: a file for each verb.

mod asyncapi;
mod compat;
mod failure;
mod list;
mod openapi;
mod output;
mod run;
mod schema;
mod typings;

use alloc::format;
use alloc::string::String;
use std::process::ExitCode;

use self::failure::Failure;
use self::output::{print, say};
use super::args::{Args, Flags};
use super::cli::Cli;

/// Something that the command line can do.
#[derive(Clone, Copy, Debug)]
struct Verb {
    name: &'static str,
    /// What it does, in a line.
    about: &'static str,
    /// The options, each with what it does.
    options: &'static str,
    flags: Flags,
    run: fn(&Cli, &Args) -> Result<ExitCode, Failure>,
}

const ALL: &[Verb] = &[typings::VERB, schema::VERB, openapi::VERB, asyncapi::VERB, compat::VERB, list::VERB];

/// The exit codes of all verbs.
mod code {
    pub(super) const USAGE_OR_IO: u8 = 1;
    pub(super) const NEEDS_UPDATE: u8 = 4;
    pub(super) const INCOMPATIBLE: u8 = 100;
}

const EXITS: &str = "\
exit: 0 done, 1 usage or I/O, 4 a file needs an update (--check), 100 incompatible, or a stream has no schema
";

/// What there is to do.
fn overview() -> String {
    let verbs: String = ALL.iter().map(|verb| format!("  {:<10} {}\n", verb.name, verb.about)).collect();
    format!("usage: cargo xtask VERB [options]\n\n{verbs}\n`--help` behind a verb prints its options.\n\n{EXITS}")
}

impl Verb {
    fn usage(&self) -> String {
        format!("usage: cargo xtask {} [options]\n\n{}.\n\n{}\n{EXITS}", self.name, self.about, self.options)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn the_help_explains_the_options_that_there_are() {
        for verb in ALL {
            let Flags { values, repeatable, switches } = verb.flags;
            let lines = || verb.options.lines().take_while(|line| !line.is_empty());
            // All explanations begin in one column: that of the first.
            let column = lines().next().and_then(|line| line.rfind("  ")).unwrap() + 2;
            let (mut told, mut known) = (Vec::new(), [values, repeatable, switches].concat());
            for line in lines() {
                // An option that reaches into the column is explained in the next line.
                let split = line.split_at_checked(column).filter(|(option, _)| option.ends_with(' '));
                let (option, text) = split.unwrap_or((line, ""));
                assert!(!text.starts_with(' '), "{}: {line}", verb.name);
                let mut words = option.split_whitespace();
                let Some(flag) = words.next() else {
                    continue; // It goes on from the line before.
                };
                assert_eq!(words.next().is_none(), switches.contains(&flag), "{}: {line}", verb.name);
                assert_eq!(text.contains("; repeatable"), repeatable.contains(&flag), "{}: {line}", verb.name);
                told.push(flag);
            }
            told.sort_unstable();
            known.sort_unstable();
            assert_eq!(told, known, "{}", verb.name);
        }
    }

    #[test]
    fn the_overview_names_each_verb() {
        for verb in ALL {
            assert!(overview().contains(&format!("  {:<10} {}\n", verb.name, verb.about)));
            assert!(verb.usage().starts_with(&format!("usage: cargo xtask {} [options]\n\n", verb.name)));
        }
    }
}
