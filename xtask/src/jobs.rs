//! Everything that must hold: one table of jobs, which `ci` and `test` run.

use std::process::ExitCode;
use std::time::Instant;

use crate::command::{Command, Tally};
use crate::tools;

/// One thing that must hold.
struct Job {
    name: &'static str,
    /// Whether it is in the set that runs before each commit: no browser, no npm.
    fast: bool,
    run: fn() -> Tally,
}

const JOBS: &[Job] = &[
    Job { name: "fmt", fast: true, run: || cargo("fmt --all --check").check() },
    Job {
        name: "clippy",
        fast: true,
        run: || cargo("clippy --workspace --all-targets --all-features -- -D warnings").check(),
    },
    Job {
        name: "doc",
        fast: true,
        run: || cargo("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-D warnings").check(),
    },
    Job { name: "tidy", fast: true, run: crate::tidy::check },
    Job { name: "test", fast: true, run: || cargo("test --workspace --all-features").tests() },
    Job { name: "typings", fast: true, run: || xtask("typings --check").check() },
    // The committed schemas are those of the code, and clients of the last commit get along with it.
    Job { name: "compat", fast: true, run: crate::compat::check },
    Job {
        name: "conformance",
        fast: true,
        run: || {
            xtask(
                "conformance sse-core/conformance/vectors/public.json sse-core/conformance/vectors/eager.json \
                 sse-core/conformance/vectors/encoder_public.json",
            )
            .tests()
        },
    },
    // The xtask of a user's own workspace.
    Job { name: "typegen", fast: false, run: crate::typegen::check },
    // What a reference decoder in another language makes of random streams. It needs Python.
    Job { name: "vectors", fast: false, run: || xtask("vectors 100000").tests() },
    // The targets of the fuzzer build without one, and hold for their corpus.
    Job { name: "fuzz", fast: false, run: fuzz },
    // Event, wire and derived events on a target that has no `std`.
    Job { name: "no-std", fast: false, run: crate::no_std::check },
    // The tests notice when something breaks.
    Job { name: "mutants", fast: false, run: || crate::mutants::run(&[]) },
    // A feature only adds API: each crate must build with none, with each, and with all of them.
    Job { name: "features", fast: false, run: features },
    // The lock of a topic, taken in every order in which threads can take it.
    Job {
        name: "loom",
        fast: false,
        run: || {
            // A target folder of its own, because the flag is every crate's.
            cargo("test -p sse-core --lib --release --target-dir target/loom loom")
                .env("RUSTFLAGS", "--cfg loom")
                .env("LOOM_MAX_PREEMPTIONS", "3")
                .tests()
        },
    },
    // As in `test`, but for longer and from another seed.
    Job {
        name: "simulation",
        fast: false,
        run: || {
            cargo("test -p sse-core --test simulation -- --nocapture")
                .env("SIMULATION_SEED", "1000000")
                .env("SIMULATION_STEPS", "4000000")
                .tests()
        },
    },
    // That the benchmark runs; what it measures here means nothing.
    Job { name: "bench", fast: false, run: bench },
    // The generated client in Node, and its types under the strictest compiler.
    Job { name: "js", fast: false, run: || Command::new("npm test").within("tests/js").tests() },
    // What others' validators and generators make of the documents, and of what the servers of the examples send.
    Job { name: "consumers", fast: false, run: consumers },
    // The client against every case of a connection, which Node plays.
    Job { name: "connection", fast: false, run: || cargo("test -p client-tests -- --ignored --nocapture").tests() },
    // The whole path, in real browsers, cut anywhere. There are two programs, of which both are to run.
    Job {
        name: "system",
        fast: false,
        run: || cargo("test -p system-tests --no-fail-fast -- --ignored --nocapture --skip screenshots").tests(),
    },
    // Whatever goes wrong with connections, at once; `cargo xtask soak` does it for longer.
    Job { name: "faults", fast: false, run: crate::faults::short },
];

fn cargo(arguments: &str) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Command::new(&format!("{cargo} {arguments}"))
}

/// This program once more, as a user calls it.
fn xtask(arguments: &str) -> Command {
    cargo(&format!("run --quiet --package xtask -- {arguments}"))
}

fn bench() -> Tally {
    let mut tally = cargo("clippy --manifest-path bench/Cargo.toml -- -D warnings").check();
    tally += cargo("fmt --manifest-path bench/Cargo.toml --check").check();
    tally += xtask("bench topic burst-16-100 --quick").check();
    tally += xtask("bench wire --quick").check();
    tally += xtask("bench reconnect lost").check();
    tally += xtask("bench serve single-100 --quick").check();
    tally
}

fn fuzz() -> Tally {
    let fuzz = "--manifest-path sse-core/fuzz/Cargo.toml";
    let mut tally = cargo(&format!("clippy {fuzz} --all-targets -- -D warnings")).check();
    tally += cargo(&format!("fmt {fuzz} --check")).check();
    tally += cargo(&format!("test {fuzz}")).tests();
    tally
}

fn consumers() -> Tally {
    let mut tally = Command::new("npm test").within("tests/consumers").tests();
    tally += Command::new("env .venv/bin/python check.py").within("tests/consumers").tests();
    tally
}

fn features() -> Tally {
    let crates = [
        ("sse-core", "std derive json schema codegen conformance test-util"),
        (
            "sse-tower",
            "tokio axum client serve serve-axum serve-hyper test-util tokio-util07 zstd gzip br metrics tracing \
             utoipa6 aide015",
        ),
    ];
    let mut tally = Tally::default();
    for (name, features) in crates {
        let check = |features: &str| {
            cargo(&format!("clippy -p {name} --no-default-features {features} -- -D warnings")).check()
        };
        tally += check("");
        for feature in features.split(' ') {
            tally += check(&format!("--features {feature}"));
        }
    }
    // What is generated is the same if some other crate wants objects to keep their order.
    tally += cargo("test -p sse-core --all-features --features serde_json/preserve_order --test it").tests();
    tally
}

/// `cargo xtask ci [JOB]...`: the named jobs, else those that are quick.
pub(crate) fn ci(names: &[String]) -> ExitCode {
    if let Some(unknown) = names.iter().find(|name| !JOBS.iter().any(|job| job.name == **name)) {
        let known = JOBS.iter().map(|job| job.name).collect::<Vec<_>>().join(" ");
        eprintln!("there is no job `{unknown}`; there are: {known}");
        return ExitCode::from(2);
    }
    run(|job| if names.is_empty() { job.fast } else { names.iter().any(|name| name == job.name) })
}

/// `cargo xtask test`: everything, and before it the installation of what it needs.
pub(crate) fn test() -> ExitCode {
    run(|_| true)
}

/// `cargo xtask screenshots`: the pictures of the README, which take two minutes.
pub(crate) fn screenshots() -> ExitCode {
    let taken = cargo("test -p system-tests -- --ignored screenshots").tests();
    if taken.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(selected: impl Fn(&Job) -> bool) -> ExitCode {
    let jobs = || JOBS.iter().filter(|job| selected(job));
    let mut total = Tally::default();
    let mut failed = Vec::new();
    let installed = if jobs().all(|job| job.fast) { Ok(()) } else { tools::install() };
    if let Err(error) = &installed {
        println!("{error}: only the quick jobs are run");
        failed.push("installation");
        total += Tally::one(false);
    }
    for job in jobs().filter(|job| job.fast || installed.is_ok()) {
        println!("\n== {} ==", job.name);
        #[expect(clippy::disallowed_methods, reason = "the duration is only shown")]
        let start = Instant::now();
        let tally = (job.run)();
        println!("== {}: {tally} in {:.1} s ==", job.name, start.elapsed().as_secs_f32());
        if tally.failed > 0 {
            failed.push(job.name);
        }
        total += tally;
    }
    if !failed.is_empty() {
        println!("\nfailed: {}", failed.join(" "));
    }
    println!("\n{total}");
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
