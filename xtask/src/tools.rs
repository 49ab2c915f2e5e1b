//! What the tests need that is not a crate: Node, Python, two browsers, three proxies, and the packages of the lock files.

use std::env;

use crate::command::{Command, root};

/// Debian's packages, each with the program by which one sees that it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("node", "nodejs"),
    ("npm", "npm"),
    ("python3", "python3"),
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
    ("nginx", "nginx"),
    ("caddy", "caddy"),
    ("haproxy", "haproxy"),
    ("curl", "curl"),
    ("ip", "iproute2"),
];

/// Where there is a lock file of npm.
const NPM: &[&str] = &["tests/consumers", "tests/js", "tests/system/browser", "tests/system/polyfills"];
/// Where there is a lock file of pip; its packages go to `.venv` beside it.
const PIP: &[&str] = &["tests/consumers", "tests/system/polyfills"];

/// Installs what the tests need and is missing, and says so.
pub(crate) fn install() -> Result<(), String> {
    packages(PACKAGES)?;
    for folder in NPM {
        println!("installing the npm packages of {folder}");
        if !Command::new("npm ci --no-audit --no-fund --loglevel=error").within(folder).succeeds() {
            return Err(format!("`npm ci` failed in {}", root().join(folder).display()));
        }
    }
    PIP.iter().try_for_each(|folder| pip(folder))
}

/// Installs what `requirements.txt` of this folder names, in an environment of its own.
fn pip(folder: &str) -> Result<(), String> {
    // Debian has the module that fills an environment in a package without a program.
    if !Command::new("python3 -m ensurepip --version").succeeds() {
        apt_get("python3-venv")?;
    }
    println!("installing the Python packages of {folder}");
    let run = |line| Command::new(line).within(folder).succeeds();
    // `env`, because it is not for `Command` to say in which folder a path begins.
    let install = "env .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
                   -r requirements.txt";
    if run("python3 -m venv --clear .venv") && run(install) {
        Ok(())
    } else {
        Err(format!("pip failed in {}", root().join(folder).display()))
    }
}

/// Installs those of Debian's packages whose program is missing, and says so.
pub(crate) fn packages(needed: &[(&str, &str)]) -> Result<(), String> {
    let missing: Vec<_> = needed.iter().filter(|(program, _)| !is_installed(program)).map(|(_, name)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    apt_get(&missing.join(" "))
}

fn apt_get(names: &str) -> Result<(), String> {
    println!("installing {names} with apt-get");
    let sudo = if Command::new("test -w /var/lib/dpkg").succeeds() { "" } else { "sudo " };
    let installed = Command::new(&format!("{sudo}apt-get update --quiet")).succeeds()
        && Command::new(&format!("{sudo}apt-get install --yes --quiet --no-install-recommends {names}"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .succeeds();
    if installed { Ok(()) } else { Err(format!("{names} is needed, and apt-get could not install it")) }
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // Servers are where only root's path leads.
    env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(program).is_file())
}
