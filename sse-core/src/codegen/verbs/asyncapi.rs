//! `asyncapi`: a document of AsyncAPI.

use alloc::string::String;
use alloc::vec::Vec;
use std::path::Path;
use std::process::ExitCode;

use super::super::args::{Args, Flags};
use super::super::asyncapi::document;
use super::super::cli::Cli;
use super::{Failure, Verb, output};
use crate::schema::canonical_text;

pub(super) const VERB: Verb = Verb {
    name: "asyncapi",
    about: "Writes an AsyncAPI document with a channel for each stream",
    options: "  --only NAME    this stream only; repeatable
  --out FILE     the file; else it is printed
  --check        write nothing; exit with 4 if the file is not as it would be written
",
    flags: Flags { values: &["--out"], repeatable: &["--only"], switches: &["--check"] },
    run,
};

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let only: Vec<String> = args.values("--only").map(Into::into).collect();
    let text = canonical_text(document(&cli.registry().select(&only)?)?);
    output::document(cli, VERB.name, args, args.value("--out").map(Path::new), &text)
}
