//! A field or a variant that is renamed in Rust breaks `typings --check`, and the use of it in TypeScript.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode};

use schemars::JsonSchema;
use sse_core::SseEvent;
use sse_core::codegen::Cli;
use sse_core::schema::SseSchema;

/// The events that the page was written for.
#[derive(SseEvent, JsonSchema)]
#[sse(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only the types matter")]
enum Feed {
    PriceTick { symbol: String, cents: u32 },
    Halted(String),
}

/// The same, with a field renamed.
#[derive(SseEvent, JsonSchema)]
#[sse(rename_all = "kebab-case", name = "Feed")]
#[expect(dead_code, reason = "only the types matter")]
enum FieldRenamed {
    PriceTick { symbol: String, price: u32 },
    Halted(String),
}

/// The same, with a variant renamed.
#[derive(SseEvent, JsonSchema)]
#[sse(rename_all = "kebab-case", name = "Feed")]
#[expect(dead_code, reason = "only the types matter")]
enum VariantRenamed {
    PriceTick { symbol: String, cents: u32 },
    Stopped(String),
}

const PAGE: &str = r#"
import { openFeed } from "./sse/feed.js";

const feed = openFeed();
feed.on("price-tick", (tick) => console.log(tick.symbol.toUpperCase(), tick.cents.toFixed(2)));
feed.on("halted", (symbol) => console.log(symbol.toUpperCase()));
"#;

/// A workspace of a user: a manifest, a page, and the typed client. It is there until this is dropped.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("drift-{name}-{}", process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Cargo.toml"), "[workspace]\n").unwrap();
        fs::write(folder.join("page.ts"), PAGE).unwrap();
        Self(folder)
    }

    fn typings<E: SseSchema>(&self, check: bool) -> ExitCode {
        let arguments = ["typings"].into_iter().chain(check.then_some("--check")).map(str::to_owned);
        Cli::new(&self.0).stream::<E>("/feed").default_out("sse").run_args(arguments)
    }

    /// What the strictest TypeScript says of the page.
    fn compile(&self) -> Result<(), String> {
        let tsc = Path::new(env!("CARGO_MANIFEST_DIR")).join("../js/node_modules/typescript/bin/tsc");
        let output = Command::new("node")
            .arg(tsc)
            .args(["--strict", "--noEmit", "--target", "es2022", "--module", "es2022"])
            .args(["--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable,esnext.disposable", "page.ts"])
            .current_dir(&self.0)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        if output.status.success() { Ok(()) } else { Err(said) }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // A folder that stays is in the target folder.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The client of `Feed` is current and compiles; with `Renamed` in its place neither holds any more.
fn check<Renamed: SseSchema>(name: &str, complaint: &str) {
    let out_of_date = ExitCode::from(4);
    let workspace = Workspace::new(name);
    assert_eq!(workspace.typings::<Feed>(true), out_of_date, "there is no client yet");
    assert_eq!(workspace.typings::<Feed>(false), ExitCode::SUCCESS);
    assert_eq!(workspace.typings::<Feed>(true), ExitCode::SUCCESS);
    assert_eq!(workspace.compile(), Ok(()));

    assert_eq!(workspace.typings::<Renamed>(true), out_of_date);
    assert_eq!(workspace.compile(), Ok(()), "a check writes nothing");
    assert_eq!(workspace.typings::<Renamed>(false), ExitCode::SUCCESS);
    let said = workspace.compile().unwrap_err();
    assert!(said.contains("page.ts") && said.contains(complaint), "{said}");
}

#[test]
#[ignore = "needs npm's packages; `cargo xtask test` runs it"]
fn a_renamed_field_breaks_the_check_and_its_use() {
    check::<FieldRenamed>("field", "Property 'cents' does not exist");
}

#[test]
#[ignore = "needs npm's packages; `cargo xtask test` runs it"]
fn a_renamed_variant_breaks_the_check_and_its_use() {
    check::<VariantRenamed>("variant", "\"halted\"");
}
