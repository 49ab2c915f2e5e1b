//! `event`, `wire` and what the derives write need only `alloc`: they are built for a target that has no `std`.

use crate::command::{Command, Tally};

/// A processor without an operating system.
const TARGET: &str = "thumbv7em-none-eabihf";

/// Checks `sse-core` for the target with each set of features that need no `std`, and a crate with derived events; installs
/// the target if it is not there.
pub(crate) fn check() -> Tally {
    println!("the standard library's core of {TARGET}, by `rustup target add`, unless it is there");
    if !Command::new(&format!("rustup target add {TARGET}")).succeeds_at_last() {
        return Tally::one(false);
    }
    let mut tally = Tally::default();
    let features = ["", "--features derive", "--features json", "--features derive,json"];
    let packages = features.map(|features| format!("sse-core --no-default-features {features}"));
    for package in packages.iter().map(String::as_str).chain(["no-std"]) {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let line = format!("{cargo} clippy -p {package} --target {TARGET} -- -D warnings");
        tally += Command::new(&line).check();
    }
    tally
}
