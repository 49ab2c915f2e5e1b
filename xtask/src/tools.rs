//! What the tests need that is not a crate: Node, Python, two browsers, three proxies, and the packages of the lock files.

use std::{env, fs};

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
    ("git", "git"),
    ("kill", "procps"),
];

/// Where there is a lock file of npm.
const NPM: &[&str] = &["tests/consumers", "tests/js", "tests/system/browser", "tests/system/polyfills"];
/// Where there is a lock file of pip; its packages go to `.venv` beside it.
const PIP: &[&str] = &["tests/consumers", "tests/system/polyfills"];

/// Installs what the tests need and is missing, and says so.
pub(crate) fn install() -> Result<(), String> {
    packages(PACKAGES)?;
    if !Command::new("node --experimental-eventsource --eval 0").succeeds() {
        return Err("Node 20.18 or newer is needed".to_owned());
    }
    NPM.iter().try_for_each(|folder| once(folder, "package-lock.json", "node_modules", npm))?;
    PIP.iter().try_for_each(|folder| once(folder, "requirements.txt", ".venv", pip))
}

/// Installs what a lock file names to the folder `to` beside it, unless it has not changed since that was done.
fn once(folder: &str, lock: &str, to: &str, install: fn(&str) -> Result<(), String>) -> Result<(), String> {
    let lock = root().join(folder).join(lock);
    let error = |error| format!("{}: {error}", lock.display());
    let wanted = fs::read(&lock).map_err(error)?;
    let installed = lock.with_file_name(to).join(".installed");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install(folder)?;
    fs::write(&installed, wanted).map_err(error)
}

/// Installs what `package-lock.json` of this folder names.
fn npm(folder: &str) -> Result<(), String> {
    println!("installing the npm packages of {folder}");
    if Command::new("npm ci --no-audit --no-fund --loglevel=error").within(folder).succeeds_at_last() {
        Ok(())
    } else {
        Err(format!("`npm ci` failed in {}", root().join(folder).display()))
    }
}

/// Installs what `requirements.txt` of this folder names, in an environment of its own.
fn pip(folder: &str) -> Result<(), String> {
    // Debian has the module that fills an environment in a package without a program.
    if !Command::new("python3 -m ensurepip --version").succeeds() {
        apt_get("python3-venv")?;
    }
    println!("installing the Python packages of {folder}");
    let command = |line| Command::new(line).within(folder);
    // `env`, because it is not for `Command` to say in which folder a path begins.
    let install = "env .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
                   -r requirements.txt";
    if command("python3 -m venv --clear .venv").succeeds() && command(install).succeeds_at_last() {
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

/// Another program may hold Debian's lock, and a mirror may be busy.
const APT_PATIENCE: &str = "-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3";

fn apt_get(names: &str) -> Result<(), String> {
    println!("installing {names} with apt-get");
    let sudo = if Command::new("test -w /var/lib/dpkg").succeeds() { "" } else { "sudo " };
    // Of many sources one may be out of order and not be needed: whether it was, the installation tells.
    Command::new(&format!("{sudo}apt-get update --quiet {APT_PATIENCE}")).succeeds();
    let install = format!(
        "{sudo}env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends {APT_PATIENCE} {names}"
    );
    let installed = Command::new(&install).succeeds_at_last();
    if installed { Ok(()) } else { Err(format!("{names} is needed, and apt-get could not install it")) }
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // Servers are where only root's path leads.
    env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(program).is_file())
}
