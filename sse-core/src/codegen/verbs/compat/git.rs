//! git, which knows what was committed.

use alloc::format;
use alloc::string::String;
use std::path::Path;
use std::process::Command;

/// What git prints, or says against it.
pub(super) fn git(root: &Path, args: &[&str]) -> Result<String, String> {
    let output = Command::new("git").arg("-C").arg(root).args(args).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|_| format!("git {}: not UTF-8", args.join(" ")));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git {}: {}", args.join(" "), said.trim()))
}
