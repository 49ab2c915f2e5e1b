//! `cargo xtask fuzz TARGET [SECONDS]`: really fuzzes. That the targets build and keep their corpus is the job `fuzz`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::command::root;

/// The targets are in a workspace of their own.
const FOLDER: &str = "sse-core/fuzz";

/// The version of `cargo-fuzz` that is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";

/// Fuzzes a target for so many seconds, 60 if nothing is said.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let seconds = arguments.get(1).map_or(Ok(60), |text| text.parse::<u32>());
    let (Some(target), Ok(seconds), None) = (arguments.first(), seconds, arguments.get(2)) else {
        eprintln!("usage: cargo xtask fuzz TARGET [SECONDS], where TARGET is one of {}", targets().join(" "));
        return ExitCode::from(2);
    };
    if !targets().contains(target) {
        eprintln!("there is no target `{target}`; there are: {}", targets().join(" "));
        return ExitCode::from(2);
    }
    match fuzz(target, seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The names of the targets.
fn targets() -> Vec<String> {
    let files = fs::read_dir(root().join(FOLDER).join("fuzz_targets")).into_iter().flatten().flatten();
    let name = |path: PathBuf| path.file_stem().map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<_> = files.filter_map(|file| name(file.path())).collect();
    names.sort();
    names
}

fn fuzz(target: &str, seconds: u32) -> Result<(), String> {
    let cargo_fuzz = install()?;
    let work = root().join("target/fuzz").join(target);
    let (found, seeds) = (work.join("corpus"), work.join("seeds"));
    fs::create_dir_all(&found).map_err(|error| error.to_string())?;
    let mut written = cargo();
    written.args(["run", "--quiet", "--manifest-path"]).arg(root().join(FOLDER).join("Cargo.toml"));
    run(written.args(["--bin", target, "--", "seeds"]).arg(&seeds))?;

    println!("fuzzing `{target}` for {seconds} s; what is new goes to {}", found.display());
    let mut fuzzing = Command::new(cargo_fuzz);
    fuzzing.current_dir(root().join("sse-core")).args(["fuzz", "run", target]);
    // The first folder is the one that grows.
    fuzzing.arg(&found).arg(&seeds).arg(root().join(FOLDER).join("corpus").join(target));
    // Long inputs early, but none that are longer than the seeds.
    fuzzing
        .args(["--", "-len_control=10", "-max_len=1024", "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"));
    // A sanitizer and the coverage are options of an unstable compiler, which the pinned one takes this way.
    run(fuzzing.env("RUSTC_BOOTSTRAP", "1"))
}

/// Where `cargo-fuzz` is, installed if it is not there.
fn install() -> Result<PathBuf, String> {
    let tools = root().join("target/tools");
    let program = tools.join("bin/cargo-fuzz");
    if !is_there("c++") {
        return Err("libFuzzer needs a C++ compiler: apt-get install g++".to_owned());
    }
    if !program.is_file() {
        println!("installing cargo-fuzz {CARGO_FUZZ} into {}", tools.display());
        run(cargo().args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ, "--root"]).arg(&tools))?;
    }
    Ok(program)
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::is_file(&folder.join(program)))
}

fn cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let status = command.status().map_err(|error| format!("{shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown} has ended with {status}")) }
}
