//! Whether clients that are out there get along with what the examples send now.

use std::process::ExitCode;

use crate::command::{Command, Tally, root};
use crate::examples::EXAMPLES;

/// Checks each example: that its committed schema is that of the code, and that clients made before this change get along
/// with the code.
pub(crate) fn check() -> Tally {
    let mut tally = Tally::default();
    for example in EXAMPLES {
        let cli = example.cli().default_schemas(example.schemas());
        let holds = |arguments: &[&str]| Tally::one(cli.run_args(arguments) == ExitCode::SUCCESS);
        tally += holds(&["schema", "--check"]);
        tally += holds(&["compat", "--base", base(&example.schemas())]);
    }
    tally
}

/// What the change is compared with: where its branch left `origin/main`; on that branch itself the commit before; and in a
/// copy without history the committed schemas as they are there.
pub(crate) fn base(schemas: &str) -> &str {
    let git = |arguments: &str| Command::new(&format!("git {arguments}")).succeeds();
    if root().join(".git/shallow").exists() || !git("rev-parse --verify --quiet HEAD^") {
        schemas
    } else if git("rev-parse --verify --quiet origin/main")
        && git("merge-base origin/main HEAD")
        && !git("merge-base --is-ancestor HEAD origin/main")
    {
        "origin/main"
    } else {
        "HEAD^"
    }
}
