//! `openapi`: a document of OpenAPI, whole or merged into another.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use serde_json::Value;

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::super::files::at;
use super::super::openapi::{Data, OpenApi, Version, document, merged};
use super::{Failure, Verb, output};
use crate::schema::canonical_text;

pub(super) const VERB: Verb = Verb {
    name: "openapi",
    about: "Writes an OpenAPI document with a route for each stream",
    options: "  --version 3.2|3.1                the version; that of the document if there is one to merge with
  --data strict|decoded|payload    what stands for the data of an event; strict in 3.2, decoded in 3.1
  --sentinel speakeasy|none        whether to say with which data a stream ends, for Speakeasy
  --merge FILE                     a document in JSON to put the routes into, written with its keys sorted; what was
                                   generated in it is replaced
  --only NAME                      this stream only; repeatable
  --out FILE                       the file; else it is printed
  --check                          write nothing; exit with 4 if the file is not as it would be written
",
    flags: Flags {
        values: &["--version", "--data", "--sentinel", "--merge", "--out"],
        repeatable: &["--only"],
        switches: &["--check"],
    },
    run,
};

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let mut how = OpenApi::new();
    if args.value("--version").is_some() {
        how = how.version(args.choice("--version", &[("3.2", Version::V3_2), ("3.1", Version::V3_1)])?);
    }
    if args.value("--data").is_some() {
        let choices = [("strict", Data::Strict), ("decoded", Data::Decoded), ("payload", Data::Payload)];
        how = how.data(args.choice("--data", &choices)?);
    }
    if args.choice("--sentinel", &[("none", false), ("speakeasy", true)])? {
        how = how.speakeasy_sentinel();
    }
    let only: Vec<String> = args.values("--only").map(Into::into).collect();
    let streams = cli.registry().select(&only)?;
    let theirs = args.value("--merge");
    let document = match theirs {
        None => document(&streams, &how)?,
        Some(file) => {
            let path = cli.root().join(file);
            let text = fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
            let theirs: Value = serde_json::from_str(&text).map_err(|error| at(&path, &not_json(&error)))?;
            merged(&streams, &how, theirs)?
        }
    };
    // What a document is merged into is what it is to be compared with.
    let out = args.value("--out").or_else(|| theirs.filter(|_| args.has("--check")));
    output::document(cli, VERB.name, args, out.map(Path::new), &canonical_text(document))
}

fn not_json(error: &serde_json::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("it is not JSON: {error}"))
}
