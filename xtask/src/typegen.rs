//! The workspace of a user, whose own xtask calls the library as ours does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::command::{Tally, root};

/// What the user runs, and the exit code that it has. `OUT` is a folder that is empty at first.
const RUNS: &[(&str, i32)] = &[
    // What is committed is current.
    ("typings --check", 0),
    ("typings --check --lang python", 0),
    ("schema --check", 0),
    ("openapi --out api/openapi.json --check", 0),
    // What is not there needs an update, until it is written.
    ("typings --out OUT --check", 4),
    ("typings --out OUT", 0),
    ("typings --out OUT --check", 0),
    ("typings --out OUT --check --only desk", 0),
    ("schema --view wire --draft 07 --out OUT --check", 4),
    ("schema --view wire --draft 07 --out OUT", 0),
    ("schema --view wire --draft 07 --out OUT --check", 0),
    ("openapi --version 3.1 --out OUT/openapi.json --check", 4),
    ("openapi --version 3.1 --out OUT/openapi.json", 0),
    ("openapi --version 3.1 --merge OUT/openapi.json --out OUT/openapi.json --check", 0),
    ("asyncapi --out OUT/asyncapi.json", 0),
    ("asyncapi --out OUT/asyncapi.json --check", 0),
    ("list", 0),
    ("typings --only nothing", 1),
    ("typing", 1),
    ("", 1),
];

/// Runs the xtask of `examples/typegen-xtask` through cargo.
pub(crate) fn check() -> Tally {
    let out = env::temp_dir().join(format!("typegen-xtask-{}", std::process::id()));
    let mut tally = Tally::default();
    for (line, expected) in RUNS {
        let code = run(&line.replace("OUT", &out.to_string_lossy()));
        if code != Some(*expected) {
            println!("`cargo xtask {line}` in examples/typegen-xtask: {code:?}, not {expected}");
        }
        tally += Tally::one(code == Some(*expected));
    }
    drop(fs::remove_dir_all(&out));
    tally
}

fn run(arguments: &str) -> Option<i32> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["xtask"]).args(arguments.split_whitespace()).current_dir(workspace());
    // Its own, because the lock of ours may be held by who runs this.
    command.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok()?.code()
}

fn workspace() -> PathBuf {
    root().join("examples/typegen-xtask")
}

fn target() -> PathBuf {
    let ours = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Path::new(&ours).join("typegen")
}
