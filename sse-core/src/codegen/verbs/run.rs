//! Which verb, and what becomes of its outcome.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::ExitCode;
use std::{env, io};

use super::super::args::{self, Args};
use super::super::cli::Cli;
use super::{ALL, Failure, Verb, code, overview, print, say};

impl Cli {
    /// Does what the program's arguments ask for.
    ///
    /// | exit code | |
    /// |---|---|
    /// | 0 | done, or nothing to do |
    /// | 1 | usage, or a file that cannot be read or written; also a path that is none, and a stream whose name makes no file |
    /// | 4 | a file needs an update, with `--check` |
    /// | 100 | incompatible, or a stream has no schema |
    #[must_use]
    pub fn run(&self) -> ExitCode {
        self.run_args(env::args_os().skip(1))
    }

    /// Does what `args` ask for, of which the first is the verb.
    #[must_use]
    pub fn run_args(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let args = match args::text(args.into_iter().map(Into::into)) {
            Ok(args) => args,
            Err(problem) => return unusable(&problem),
        };
        let Some((verb, args)) = args.split_first() else {
            return unusable("no verb");
        };
        if ["--help", "-h", "help"].contains(&verb.as_str()) {
            return outcome(print(&overview()).map(|()| ExitCode::SUCCESS).map_err(Failure::Io), "");
        }
        match ALL.iter().find(|known| known.name == verb) {
            Some(verb) => outcome(self.carry_out(verb, args.to_vec()), &verb.usage()),
            None => unusable(&format!("there is no verb `{verb}`")),
        }
    }

    fn carry_out(&self, verb: &Verb, args: Vec<String>) -> Result<ExitCode, Failure> {
        let args = Args::parse(&verb.flags, args)?;
        if args.has("--help") {
            print(&verb.usage())?;
            return Ok(ExitCode::SUCCESS);
        }
        // A program that was built in another work tree, of which only the target folder is left, would write there.
        if !self.root().is_dir() {
            let problem = format!("{} is not there: build this program anew", self.root().display());
            return Err(Failure::Io(io::Error::new(ErrorKind::NotFound, problem)));
        }
        (verb.run)(self, &args)
    }
}

fn unusable(problem: &str) -> ExitCode {
    say(&format!("{problem}\n\n{}", overview()));
    code::USAGE_OR_IO.into()
}

fn outcome(done: Result<ExitCode, Failure>, usage: &str) -> ExitCode {
    done.unwrap_or_else(|failure| {
        let (text, code) = failure.report(usage);
        say(&text);
        code.into()
    })
}
