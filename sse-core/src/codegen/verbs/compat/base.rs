//! The schemas that clients were made from: of a commit, or of files.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::super::super::cli::Cli;
use super::super::{Failure, say};
use super::git::git;
use super::problem;

/// How the names of event views in the newest draft end.
const ENDING: &str = ".schema.json";

/// The schemas of `base`, which is a file, a folder, or else a commit that has a folder of them.
pub(super) fn load(cli: &Cli, base: &str, schemas: Option<&str>) -> Result<Vec<Value>, Failure> {
    let path = cli.root().join(base);
    if path.is_dir() {
        return of_folder(&path);
    }
    if path.exists() {
        return Ok(Vec::from([read(&path)?]));
    }
    let folder = schemas.map(Path::new).or_else(|| cli.schemas());
    let folder = folder.ok_or_else(|| {
        Failure::Usage(format!("`{base}` is no file, and no folder has committed schemas: give `--schemas`"))
    })?;
    of_commit(cli.root(), base, folder)
}

fn of_folder(folder: &Path) -> Result<Vec<Value>, Failure> {
    let shown = folder.display();
    let unreadable = |error| problem(format!("{shown}: {error}"));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_event_view) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(problem(format!("{shown}: there is no `*{ENDING}`")));
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// Whether a file of that name is an event view in the newest draft: others have further endings.
fn is_event_view(name: &str) -> bool {
    name.strip_suffix(ENDING).is_some_and(|stem| !stem.is_empty() && !stem.contains('.'))
}

fn read(path: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(path).map_err(|error| problem(format!("{}: {error}", path.display())))?;
    parse(&text, &format!("{}", path.display()))
}

fn parse(text: &str, name: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| problem(format!("{name}: {error}")))
}

/// The schemas that were committed where this branch left `reference`.
fn of_commit(root: &Path, reference: &str, folder: &Path) -> Result<Vec<Value>, Failure> {
    let commit = left(root, reference)?;

    // Without what a path may have too much of: `./schemas//`.
    let folder: PathBuf = folder.components().filter(|part| *part != Component::CurDir).collect();
    let shown = folder.display();
    let within = format!("./{shown}/");
    let names = git(root, &["ls-tree", "-z", "--name-only", &commit, "--", &within]).map_err(problem)?;
    let mut views = Vec::new();
    for path in names.split('\0') {
        if path.rsplit('/').next().is_some_and(is_event_view) {
            let name = format!("{commit}:./{path}");
            views.push(parse(&git(root, &["show", &name]).map_err(problem)?, &name)?);
        }
    }
    if views.is_empty() {
        // The first commit with schemas has nothing to compare with; a folder that is nowhere is a mistake.
        of_folder(&root.join(&folder)).map_err(|_| {
            problem(format!(
                "{shown}: there are no schemas, neither at {commit} nor now: `schema --out {shown}` writes them"
            ))
        })?;
        say(&format!("note: {commit} has no schemas in {shown} yet\n"));
    }
    Ok(views)
}

/// The commit where this branch left `reference`: the newest that both have.
fn left(root: &Path, reference: &str) -> Result<String, Failure> {
    if reference.starts_with('-') {
        return Err(problem(format!("`{reference}` is no file, and no commit has such a name")));
    }
    let missing = |error| problem(format!("`{reference}` is no file, and no commit that can be had: {error}"));
    let is_shallow = git(root, &["rev-parse", "--is-shallow-repository"]).map_err(missing)?.trim() == "true";
    let commit = |name: &str| git(root, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
    let found = match (commit(reference), commit("HEAD")) {
        // Which takes no history.
        (Ok(base), Ok(head)) if base == head => base,
        _ if is_shallow => {
            let text = "this clone is shallow: it does not know where the branch left its base. \
                        `git fetch --unshallow` gets the history; with actions/checkout, `fetch-depth: 0` does";
            return Err(problem(text.to_owned()));
        }
        (Err(_), _) => return Err(problem(format!("`{reference}` is neither a file nor a commit"))),
        (Ok(_), _) => git(root, &["merge-base", reference, "HEAD"])
            .map_err(|_| problem(format!("`{reference}` and this branch have no commit in common")))?,
    };
    Ok(found.trim().to_owned())
}
