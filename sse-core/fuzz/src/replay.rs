//! Targets without a fuzzer: they run files.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::seeds;

/// A target's command line: `seeds FOLDER` writes what the fuzzer begins with; else each argument is a file, or a folder
/// of files, to be run.
#[must_use]
pub fn main(target: &str, run: fn(&[u8])) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [verb, folder] if verb == "seeds" => seeds::write(target, Path::new(folder)),
        [] => Err(io::Error::other("usage: seeds FOLDER, or the files to be run")),
        paths => paths.iter().try_fold(0, |count, path| Ok(count + replay(Path::new(path), run)?)),
    };
    match outcome {
        Ok(count) => {
            println!("{target}: {count} inputs");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a file, or each of a folder in their order, and says how many that were.
///
/// # Errors
///
/// If they cannot be read.
///
/// # Panics
///
/// Where `run` does, once the file was named.
pub fn replay(path: &Path, run: fn(&[u8])) -> io::Result<usize> {
    if !path.is_dir() {
        println!("{}", path.display());
        run(&fs::read(path)?);
        return Ok(1);
    }
    let mut files: Vec<_> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.sort();
    files.iter().try_fold(0, |count, file| Ok(count + replay(file, run)?))
}
