//! What the tests need that is not a crate: Node, Python, two browsers, and the packages of the lock files.

use std::env;

use crate::command::{Command, root};

/// Debian's packages, each with the program by which one sees that it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("node", "nodejs"),
    ("npm", "npm"),
    ("python3", "python3"),
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
];

/// Where there is a lock file of npm.
const NPM: &[&str] = &["tests/js", "tests/system/browser"];

/// Installs what the tests need and is missing, and says so.
pub(crate) fn install() -> Result<(), String> {
    packages(PACKAGES)?;
    for folder in NPM {
        println!("installing the npm packages of {folder}");
        if !Command::new("npm ci --no-audit --no-fund --loglevel=error").within(folder).succeeds() {
            return Err(format!("`npm ci` failed in {}", root().join(folder).display()));
        }
    }
    Ok(())
}

/// Installs those of Debian's packages whose program is missing, and says so.
pub(crate) fn packages(needed: &[(&str, &str)]) -> Result<(), String> {
    let missing: Vec<_> = needed.iter().filter(|(program, _)| !is_installed(program)).map(|(_, name)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    println!("installing {names} with apt-get");
    let sudo = if Command::new("test -w /var/lib/dpkg").succeeds() { "" } else { "sudo " };
    let installed = Command::new(&format!("{sudo}apt-get update --quiet")).succeeds()
        && Command::new(&format!("{sudo}apt-get install --yes --quiet --no-install-recommends {names}"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .succeeds();
    if installed { Ok(()) } else { Err(format!("{names} is needed, and apt-get could not install it")) }
}

fn is_installed(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
