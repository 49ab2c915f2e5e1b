//! git, which knows what was committed.

use alloc::format;
use alloc::string::String;
use std::path::Path;
use std::process::{Command, Output};

/// What a hook inherits of the git that runs it, and would have git look into another repository, or take the workspace
/// for the top of one: the repository is the one that the workspace is in.
///
/// Not those of `git rev-parse --local-env-vars` that say where further objects are: what is pushed is nowhere else as
/// long as `pre-receive` runs, and an object is the same wherever it comes from. Nor those of settings: `safe.directory`
/// may be one of them.
const INHERITED: &[&str] = &[
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What git prints, or says against it.
pub(super) fn git(root: &Path, args: &[&str]) -> Result<String, String> {
    text(run(root, args)?, args)
}

/// What git finds, which may be nothing: it says so by its exit code, and by no word.
pub(super) fn find(root: &Path, args: &[&str]) -> Result<String, String> {
    let output = run(root, args)?;
    if output.status.code() == Some(1) && output.stderr.is_empty() {
        return Ok(String::new());
    }
    text(output, args)
}

fn run(root: &Path, args: &[&str]) -> Result<Output, String> {
    let mut git = Command::new("git");
    for name in INHERITED {
        git.env_remove(name);
    }
    git.arg("-C").arg(root).args(args).output().map_err(|error| format!("git cannot be run: {error}"))
}

fn text(output: Output, args: &[&str]) -> Result<String, String> {
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|_| format!("git {}: not UTF-8", args.join(" ")));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git {}: {}", args.join(" "), said.trim()))
}
