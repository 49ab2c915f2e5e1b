//! The command line.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::ffi::OsString;
use std::path::PathBuf;

use super::options::{Emit, Options};

pub(super) const USAGE: &str = "\
usage: cargo xtask typings [options]

Writes a typed client for each stream.

  --out DIR      the folder, from the root of the workspace
  --emit ts|js   TypeScript, or JavaScript with its types
  --only NAME    this stream only; repeatable
  --check        write nothing; exit with 4 if a file is not as it would be written
  --stdout       print the files
  --help         print this

exit: 0 done, 1 usage or I/O, 4 out of date (--check), 100 a stream has no schema
";

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Args {
    pub(super) help: bool,
    pub(super) check: bool,
    pub(super) stdout: bool,
    pub(super) out: Option<PathBuf>,
    pub(super) options: Options,
}

impl Args {
    /// Reads the arguments behind the program's name; `emit` is what is written without `--emit`.
    pub(super) fn parse(args: impl IntoIterator<Item = OsString>, emit: Emit) -> Result<Self, String> {
        let args: Result<Vec<String>, OsString> = args.into_iter().map(OsString::into_string).collect();
        let mut args = args.map_err(|arg| format!("`{}` is not UTF-8", arg.display()))?.into_iter();
        let mut parsed = Self { options: Options::new().emit(emit), ..Self::default() };
        match args.next().as_deref() {
            Some("typings") => {}
            Some("--help" | "-h" | "help") => {
                return Ok(Self { help: true, ..Self::default() });
            }
            Some(other) => return Err(format!("there is no command `{other}`")),
            None => return Err("no command".to_owned()),
        }
        while let Some(arg) = args.next() {
            let (flag, given) = match arg.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
                _ => (arg, None),
            };
            match flag.as_str() {
                "--out" | "--emit" | "--only" => {
                    let value = given.or_else(|| args.next()).ok_or_else(|| format!("`{flag}` needs a value"))?;
                    parsed.set(&flag, value)?;
                }
                "--check" | "--stdout" | "--help" | "-h" if given.is_none() => match flag.as_str() {
                    "--check" => parsed.check = true,
                    "--stdout" => parsed.stdout = true,
                    _ => parsed.help = true,
                },
                _ if given.is_some() => {
                    return Err(format!("`{flag}` takes no value, or is unknown"));
                }
                _ => return Err(format!("there is no option `{flag}`")),
            }
        }
        if parsed.check && parsed.stdout {
            return Err("`--check` and `--stdout` exclude each other".to_owned());
        }
        Ok(parsed)
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        match flag {
            "--out" => self.out = Some(value.into()),
            "--only" => self.options.only.push(value),
            _ => {
                self.options.emit = match value.as_str() {
                    "ts" => Emit::Ts,
                    "js" => Emit::Js,
                    _ => return Err(format!("`--emit` is `ts` or `js`, not `{value}`")),
                }
            }
        }
        Ok(())
    }
}
