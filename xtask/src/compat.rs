//! Whether clients that are out there get along with what the examples send now.

use std::process::ExitCode;

use crate::command::{Command, Tally};
use crate::examples::EXAMPLES;

/// Checks each example: that its committed schema is that of the code, and that clients made from the last commit get
/// along with the code.
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

/// The last commit; in a copy that git knows nothing of, the committed schemas as they are there.
///
/// Not where the branch left `origin/main`: a clone of CI may have its newest commit and nothing else.
pub(crate) fn base(schemas: &str) -> &str {
    if Command::new("git cat-file -e HEAD").succeeds() { "HEAD" } else { schemas }
}
