//! The figures in `README.md`, between the lines that say where they are.

use std::fs;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const LOCK: &str = include_str!("../Cargo.lock");

/// Replaces what is in this section of the figures.
pub(crate) fn write(section: &str, text: &str) {
    let begin = format!("<!-- `cargo xtask bench {section} --record` writes what is from here on -->\n");
    let end = format!("<!-- to here: {section} -->");
    let readme = fs::read_to_string(README).expect("there is a README.md");
    let (before, rest) = readme.split_once(&begin).expect("the section begins somewhere");
    let (_, after) = rest.split_once(&end).expect("the section ends behind its beginning");
    fs::write(README, format!("{before}{begin}\n{}\n\n{end}{after}", text.trim())).expect("README.md can be written");
    eprintln!("\nwrote {README}");
}

/// A table in Markdown; the first row is its head.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let mut lines: Vec<String> = rows.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
    if let Some(head) = rows.first() {
        lines.insert(1, format!("|---|{}\n", "---:|".repeat(head.len().saturating_sub(1))));
    }
    lines.concat()
}

/// The versions of these crates that are measured, and what they are measured on.
pub(crate) fn versions(names: &[&str]) -> String {
    let versions = names.iter().map(|name| format!("{name} {}", version(name)));
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("unknown processor");
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let versions = versions.collect::<Vec<_>>().join(", ");
    format!("Rust {}, {model}, {cores} cores; {versions}.\n", env!("CARGO_PKG_RUST_VERSION"))
}

/// The version of a crate from the registry.
fn version(name: &str) -> &'static str {
    let packages = LOCK.split("[[package]]").filter(|package| package.contains(&format!("\nname = \"{name}\"\n")));
    let package = packages.filter(|package| package.contains("source = ")).last();
    let version = package.and_then(|package| package.split("version = \"").nth(1)?.split('"').next());
    version.unwrap_or("of unknown version")
}
