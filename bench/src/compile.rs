//! What a derive adds to the time in which an enum of thirty variants is checked.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::measure::{in_turn, median, ratio};
use crate::report::{Case, print_table};
use crate::{Effort, readme};

/// A package whose one file is the enum with these derives.
#[derive(Debug)]
struct Shape {
    name: &'static str,
    derives: &'static str,
    /// On the enum, so that serde writes what ours writes.
    attribute: &'static str,
    dependencies: &'static str,
}

const ADJACENT: &str = r#"#[serde(tag = "event", content = "data")]"#;
const SERDE: &str = r#"serde = { version = "1", features = ["derive"] }"#;
const SERDE_AND_SCHEMARS: &str = "serde = { version = \"1\", features = [\"derive\"] }\nschemars = \"1\"";
const OURS: &str = r#"sse-core = { path = "SSE_CORE", default-features = false, features = ["derive", "json"] }"#;
const OURS_WITH_SCHEMA: &str =
    r#"sse-core = { path = "SSE_CORE", default-features = false, features = ["derive", "json", "schema"] }"#;

const PLAIN: Shape = Shape { name: "plain", derives: "", attribute: "", dependencies: "" };

/// What ours is measured against, pair by pair: both make the same possible.
const PAIRS: [[Shape; 2]; 4] = [
    [
        Shape { name: "encode", derives: "sse_core::SseEvent", attribute: "", dependencies: OURS },
        Shape { name: "serialize", derives: "serde::Serialize", attribute: ADJACENT, dependencies: SERDE },
    ],
    [
        Shape {
            name: "encode-decode",
            derives: "sse_core::SseEvent, sse_core::SseDecode",
            attribute: "",
            dependencies: OURS,
        },
        Shape {
            name: "serialize-deserialize",
            derives: "serde::Serialize, serde::Deserialize",
            attribute: ADJACENT,
            dependencies: SERDE,
        },
    ],
    [
        Shape { name: "encode-schema", derives: "sse_core::SseEvent", attribute: "", dependencies: OURS_WITH_SCHEMA },
        Shape {
            name: "serialize-schema",
            derives: "serde::Serialize, schemars::JsonSchema",
            attribute: ADJACENT,
            dependencies: SERDE_AND_SCHEMARS,
        },
    ],
    [
        Shape {
            name: "encode-decode-schema",
            derives: "sse_core::SseEvent, sse_core::SseDecode",
            attribute: "",
            dependencies: OURS_WITH_SCHEMA,
        },
        Shape {
            name: "serialize-deserialize-schema",
            derives: "serde::Serialize, serde::Deserialize, schemars::JsonSchema",
            attribute: ADJACENT,
            dependencies: SERDE_AND_SCHEMARS,
        },
    ],
];

/// Measures every pair, above the same enum without a derive.
pub(crate) fn main(effort: Effort<'_>) {
    let pairs: Vec<_> = PAIRS.iter().filter(|[ours, _]| effort.includes(ours.name)).collect();
    let shapes: Vec<&Shape> = [&PLAIN].into_iter().chain(pairs.iter().flat_map(|pair| pair.iter())).collect();
    let workspace = write(&shapes);
    for shape in &shapes {
        check(&workspace, shape); // the crates that it depends on
    }
    let contenders: Vec<_> = shapes.iter().map(|shape| || check(&workspace, shape)).collect();
    let rounds = if effort.quick { 3 } else { 21 };
    let figures: Vec<f64> = in_turn(rounds, &contenders).into_iter().map(median).collect();
    let (plain, pair_figures) = figures.split_first().expect("the enum without a derive is one of them");
    let cases = pairs.iter().zip(pair_figures.chunks(2)).map(|([ours, rival], figures)| {
        let rivals = [(rival.name, figures[1] - plain)];
        Case::new("compile", ours.name.to_owned(), "ms of CPU time", figures[0] - plain, &rivals).print()
    });
    let cases: Vec<_> = cases.collect();
    print_table(&cases);
    if effort.record {
        readme::write("compile", &table(&cases));
    }
}

fn table(cases: &[Case]) -> String {
    let head = ["derives", "ms", "beside", "ms", "ratio"].map(str::to_owned).to_vec();
    let row = |case: &Case| {
        let (ours, rival) = (format!("{:.0}", case.ours), format!("{:.0}", case.best_rival));
        vec![derives(&case.name), ours, derives(case.rival), rival, case.ratio_cell()]
    };
    let rows: Vec<_> = [head].into_iter().chain(cases.iter().map(row)).collect();
    format!("{}\n{}", readme::versions(&["serde"]), readme::table(&rows))
}

/// The derives of a shape, without their paths.
fn derives(name: &str) -> String {
    let shape = PAIRS.iter().flatten().find(|shape| shape.name == name).expect("it was measured");
    let names = shape.derives.split(", ").map(|path| format!("`{}`", path.rsplit("::").next().unwrap_or(path)));
    names.collect::<Vec<_>>().join(", ") + if shape.dependencies == OURS_WITH_SCHEMA { " and its schema" } else { "" }
}

/// Writes a workspace with a package for each shape.
fn write(shapes: &[&Shape]) -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the benchmark is in the repository");
    let exe = env::current_exe().expect("the program knows where it is");
    let workspace = exe.ancestors().nth(2).expect("it is in a target folder").join("compile");
    let put = |path: &str, text: &str| {
        let path = workspace.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a target folder can be written to");
        fs::write(path, text).expect("a target folder can be written to");
    };
    let members: Vec<_> = shapes.iter().map(|shape| format!("{:?}", shape.name)).collect();
    put("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", ")));
    // The same versions as everywhere in the repository.
    fs::copy(ours.join("Cargo.lock"), workspace.join("Cargo.lock")).expect("there is a Cargo.lock");
    for shape in shapes {
        let dependencies = shape.dependencies.replace("SSE_CORE", &ours.join("sse-core").to_string_lossy());
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n",
            shape.name
        );
        put(&format!("{}/Cargo.toml", shape.name), &manifest);
        put(&format!("{}/src/lib.rs", shape.name), &source(shape));
    }
    workspace
}

/// An enum of thirty variants: eighteen structs of four fields, six newtypes, six without fields.
fn source(shape: &Shape) -> String {
    let derive = if shape.derives.is_empty() { String::new() } else { format!("#[derive({})]\n", shape.derives) };
    let variants = (0..30).map(|variant| match variant % 5 {
        0 => format!("    Text{variant}(String),\n"),
        1 => format!("    Unit{variant},\n"),
        _ => format!("    Struct{variant} {{ at: u64, name: String, note: Option<String>, values: Vec<f64> }},\n"),
    });
    let variants: Vec<_> = variants.collect();
    format!("{derive}{}\npub enum Feed {{\n{}}}\n", shape.attribute, variants.concat())
}

/// The CPU time of checking a package anew, in milliseconds: cargo's, rustc's and that of the derives.
fn check(workspace: &Path, shape: &Shape) -> f64 {
    let file = workspace.join(shape.name).join("src/lib.rs");
    fs::write(file, source(shape)).expect("a target folder can be written to");
    let before = children();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["check", "--quiet", "-p", shape.name]).current_dir(workspace);
    // From nothing: what the compiler keeps of the last time would be found again.
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", workspace.join("target"));
    assert!(command.status().expect("there is cargo").success(), "{} does not compile", shape.name);
    children() - before
}

/// The CPU time of all processes that have ended and been waited for, in milliseconds.
fn children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a process may ask for its children's usage");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    ratio(micros.cast_unsigned(), 1_000)
}
