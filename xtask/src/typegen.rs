//! The workspace of a user, whose own xtask calls the library as ours does.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, io};

use serde_json::{Value, json};

use crate::command::{Tally, root};
use crate::compat::base;

/// What the user runs, and the exit code that it has. `OUT` is a folder that is empty at first, `COMMITTED` what is
/// committed, and `BEFORE` a schema from when the desk had one more event.
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
    ("compat --base COMMITTED", 0),
    ("compat --base COMMITTED --deny warn --profile source --closed-enums", 0),
    ("compat --base BEFORE", 100),
    ("compat --base BEFORE --only desk --format github", 100),
    ("compat --base BEFORE --only order", 0),
    ("compat --base no-such-commit", 1),
    ("compat", 1),
    ("list", 0),
    ("typings --only nothing", 1),
    ("typing", 1),
    ("", 1),
];

/// Runs the xtask of `examples/typegen-xtask` through cargo, and the test of its events.
pub(crate) fn check() -> Tally {
    let out = env::temp_dir().join(format!("typegen-xtask-{}", std::process::id()));
    let before = out.with_extension("before.schema.json");
    let written = write_before(&before);
    if let Err(error) = &written {
        println!("{}: {error}", before.display());
    }
    let mut tally = Tally::one(written.is_ok());
    tally += run("test --quiet", 0);
    for (line, expected) in RUNS {
        let line = line.replace("OUT", &out.to_string_lossy()).replace("BEFORE", &before.to_string_lossy());
        let line = line.replace("COMMITTED", base("schemas"));
        tally += run(&format!("xtask {line}"), *expected);
    }
    drop(fs::remove_dir_all(&out));
    drop(fs::remove_file(&before));
    tally
}

/// Writes the desk's schema with an event that there is no more.
fn write_before(path: &Path) -> Result<(), Box<dyn Error>> {
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(workspace().join("schemas/desk.schema.json"))?)?;
    schema["x-sse"]["events"]["retired"] = json!({ "data": "empty" });
    schema["$defs"]["DeskRetiredEvent"] =
        json!({ "type": "object", "properties": { "event": { "const": "retired" } }, "required": ["event"] });
    let events = schema["oneOf"].as_array_mut().ok_or("no events")?;
    events.push(json!({ "$ref": "#/$defs/DeskRetiredEvent" }));
    Ok(fs::write(path, schema.to_string())?)
}

/// Runs cargo with these arguments, and checks its exit code.
fn run(arguments: &str, expected: i32) -> Tally {
    let output = cargo(arguments);
    let code = output.as_ref().ok().and_then(|output| output.status.code());
    if code != Some(expected) {
        println!("`cargo {arguments}` in examples/typegen-xtask: {code:?}, not {expected}");
        match output {
            Ok(output) => print!("{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => println!("{error}"),
        }
    }
    Tally::one(code == Some(expected))
}

fn cargo(arguments: &str) -> io::Result<Output> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(arguments.split_whitespace()).current_dir(workspace());
    // Its own, because the lock of ours may be held by who runs this.
    command.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null()).output()
}

fn workspace() -> PathBuf {
    root().join("examples/typegen-xtask")
}

fn target() -> PathBuf {
    let ours = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Path::new(&ours).join("typegen")
}
