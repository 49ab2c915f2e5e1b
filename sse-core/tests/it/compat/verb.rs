//! `compat` on the command line: files, folders, and commits of a repository.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use sse_core::SseEvent;
use sse_core::codegen::Cli;

use crate::verbs::run;

#[expect(dead_code, reason = "only the type is used")]
mod before {
    #[derive(sse_core::SseEvent)]
    pub(super) enum Feed {
        Tick { cents: u32 },
        Old(String),
    }
}

#[derive(SseEvent)]
#[expect(dead_code, reason = "only the type is used")]
enum Feed {
    Tick { cents: u32, venue: String },
}

#[expect(dead_code, reason = "only the type is used")]
mod after {
    #[derive(sse_core::SseEvent)]
    pub(super) enum Feed {
        Quote { cents: u32 },
    }
}

const OK: ExitCode = ExitCode::SUCCESS;

/// A repository with a workspace below its root, removed at the end.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Self {
        let root = env::temp_dir().join(format!("sse-core-compat-{}-{name}", std::process::id()));
        let workspace = root.join("server");
        fs::create_dir_all(&workspace).unwrap();
        fs::write(workspace.join("Cargo.toml"), "[workspace]\n").unwrap();
        let repository = Self(root);
        repository.git("init --quiet --initial-branch=main");
        repository
    }

    fn workspace(&self) -> PathBuf {
        self.0.join("server")
    }

    fn git(&self, args: &str) {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.0).args(["-c", "user.name=x", "-c", "user.email=x@localhost"]);
        // The tests themselves may run in a hook.
        git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.args(args.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "git {args}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git("add --all");
        self.git("commit --quiet --allow-empty --message=x");
    }

    fn cli(&self) -> Cli {
        Cli::new(self.workspace()).default_schemas("api/schemas")
    }

    fn old(&self, args: &str) -> ExitCode {
        run(&self.cli().stream::<before::Feed>("/feed"), args)
    }

    fn new_code(&self, args: &str) -> ExitCode {
        run(&self.cli().stream::<Feed>("/feed"), args)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.workspace().join(name), text).unwrap();
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

const INCOMPATIBLE: u8 = 100;

#[test]
fn the_base_is_a_file_or_a_folder() {
    let repository = Repository::new("files");
    assert_eq!(repository.old("schema --out base"), OK);
    assert_eq!(repository.old("schema --out base --draft 07"), OK);
    assert_eq!(repository.old("schema --out base --view wire"), OK);
    assert!(repository.workspace().join("base/feed.draft-07.schema.json").exists());
    for base in ["base", "base/feed.schema.json"] {
        assert_eq!(repository.old(&format!("compat --base {base} --deny warn")), OK);
        assert_eq!(repository.new_code(&format!("compat --base {base}")), INCOMPATIBLE.into());
    }
    for unusable in
        ["base/feed.wire.schema.json", "Cargo.toml", "empty", "nowhere", "base --profile no", "base --deny info", ""]
    {
        fs::create_dir_all(repository.workspace().join("empty")).unwrap();
        assert_eq!(repository.old(&format!("compat --base {unusable}")), ExitCode::from(1), "{unusable}");
    }
    assert_eq!(repository.old("compat"), ExitCode::from(1));
}

#[test]
fn the_base_is_where_the_branch_left() {
    let repository = Repository::new("branch");
    repository.commit();
    // A commit before there were schemas has nothing to say; a folder that is nowhere is a mistake.
    assert_eq!(repository.old("compat --base main"), ExitCode::from(1));
    assert_eq!(repository.old("schema"), OK);
    assert!(repository.workspace().join("api/schemas/feed.schema.json").exists());
    assert_eq!(repository.old("compat --base main"), OK);
    repository.commit();
    repository.git("checkout --quiet -b branch");
    assert_eq!(repository.old("compat --base main --format json"), OK);
    for format in ["text", "json", "github"] {
        assert_eq!(repository.new_code(&format!("compat --base main --format {format}")), INCOMPATIBLE.into());
    }
    // What the branch commits is not the base, and what others merge meanwhile is not either.
    assert_eq!(repository.new_code("schema"), OK);
    repository.commit();
    assert_eq!(repository.new_code("compat --base main"), INCOMPATIBLE.into());
    assert_eq!(repository.new_code("compat --base HEAD"), OK);
    for same in ["api/schemas/", "./api/schemas", "api//schemas"] {
        assert_eq!(repository.new_code(&format!("compat --base main --schemas {same}")), INCOMPATIBLE.into());
    }
    repository.git("checkout --quiet main");
    fs::remove_dir_all(repository.workspace().join("api")).unwrap();
    repository.commit();
    repository.git("checkout --quiet branch");
    assert_eq!(repository.new_code("compat --base main"), INCOMPATIBLE.into());

    for wrong in ["no-such-branch", "--output=x", "-x", "main --schemas elsewhere"] {
        assert_eq!(repository.new_code(&format!("compat --base {wrong}")), ExitCode::from(1), "{wrong}");
    }
    repository.git("checkout --quiet --orphan unrelated");
    repository.commit();
    assert_eq!(repository.new_code("compat --base main"), ExitCode::from(1));
}

/// Set in a process that stands for one which git runs as a hook: the repository.
const IN_A_HOOK: &str = "SSE_CORE_COMPAT_IN_A_HOOK";

#[test]
fn a_hook_compares_with_the_same_base() {
    if let Some(root) = env::var_os(IN_A_HOOK) {
        // Which is not to be removed from here.
        let repository = std::mem::ManuallyDrop::new(Repository(root.into()));
        assert_eq!(repository.new_code("compat --base main"), INCOMPATIBLE.into());
        assert_eq!(repository.old("compat --base main"), OK);
        return;
    }
    let other = Repository::new("hook-other");
    other.commit();
    let repository = Repository::new("hook");
    assert_eq!(repository.old("schema"), OK);
    repository.commit();
    repository.git("worktree add --quiet linked -b branch");
    let path = |path: &str| repository.0.join(path).display().to_string();
    let (linked, its_git) = (path("linked"), path(".git/worktrees/linked"));
    let index = format!("{its_git}/index");
    let (elsewhere, elsewhere_git) = (other.0.display().to_string(), other.0.join(".git").display().to_string());
    for (root, inherited) in [
        (path(""), vec![("GIT_DIR", path(".git"))]),
        (path(""), vec![("GIT_DIR", ".git".to_owned()), ("GIT_INDEX_FILE", ".git/index".to_owned())]),
        (linked.clone(), vec![("GIT_DIR", its_git), ("GIT_INDEX_FILE", index), ("GIT_PREFIX", "server/".to_owned())]),
        (linked.clone(), vec![("GIT_DIR", elsewhere_git.clone()), ("GIT_WORK_TREE", elsewhere)]),
        (linked, vec![("GIT_COMMON_DIR", elsewhere_git)]),
    ] {
        let mut hook = Command::new(env::current_exe().unwrap());
        hook.args(["--exact", "compat::verb::a_hook_compares_with_the_same_base"]).env(IN_A_HOOK, root);
        let output = hook.envs(inherited.clone()).output().unwrap();
        let printed = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success() && printed.contains("1 passed"), "{inherited:?}: {printed}");
    }
}

#[test]
fn a_folder_that_was_moved_is_not_one_without_a_past() {
    let repository = Repository::new("moved");
    assert_eq!(repository.old("schema"), OK);
    repository.write("api/broken.schema.json", "{ // @generated by `cargo xtask schema`");
    repository.commit();
    // It is looked for in another folder.
    assert_eq!(repository.new_code("schema --out other"), OK);
    assert_eq!(repository.new_code("compat --base main --schemas other"), ExitCode::from(1));
    assert_eq!(repository.new_code("compat --base main"), INCOMPATIBLE.into());
    assert_eq!(repository.old("compat --base main --schemas api/schemas"), OK);
    // It is in another folder.
    fs::remove_dir_all(repository.workspace().join("api")).unwrap();
    assert_eq!(repository.new_code("compat --base main --schemas other"), ExitCode::from(1));
    repository.commit();
    assert_eq!(repository.new_code("compat --base HEAD~1 --schemas other"), ExitCode::from(1));
    assert_eq!(repository.new_code("compat --base HEAD~1 --schemas api/schemas"), INCOMPATIBLE.into());
    assert_eq!(repository.new_code("compat --base HEAD --schemas other"), OK);
    // So is the workspace.
    let moved = Repository::new("moved-workspace");
    fs::create_dir_all(moved.0.join("backend/api/schemas")).unwrap();
    assert_eq!(moved.old("schema"), OK);
    let [from, to] = ["server", "backend"].map(|root| moved.0.join(root).join("api/schemas/feed.schema.json"));
    fs::copy(&from, &to).unwrap();
    fs::remove_file(&from).unwrap();
    moved.commit();
    fs::rename(&to, &from).unwrap();
    assert_eq!(moved.new_code("compat --base HEAD"), ExitCode::from(1));
    assert_eq!(moved.new_code("compat --base HEAD --schemas ../backend/api/schemas"), INCOMPATIBLE.into());
}

#[test]
fn a_stream_of_the_same_name_may_be_that_of_another_application() {
    let repository = Repository::new("namesakes");
    let other = |name| repository.cli().stream_named::<after::Feed>(name, "/feed");
    assert_eq!(run(&other("feed"), "schema --out other"), OK);
    repository.commit();
    assert_eq!(repository.old("schema"), OK);
    assert_eq!(repository.old("compat --base HEAD"), OK);
    // Unless nothing of it is left.
    fs::remove_dir_all(repository.workspace().join("other")).unwrap();
    assert_eq!(repository.old("compat --base HEAD"), ExitCode::from(1));
    assert_eq!(run(&other("lobby"), "schema"), OK);
    assert_eq!(run(&other("lobby"), "compat --base HEAD"), OK);
}

#[test]
fn a_shallow_clone_knows_no_more_than_its_head() {
    let repository = Repository::new("deep");
    repository.commit();
    assert_eq!(repository.old("schema"), OK);
    repository.commit();
    repository.git("branch release HEAD~1");
    let clone = Repository::new("shallow");
    fs::remove_dir_all(&clone.0).unwrap();
    let from = format!("file://{}", repository.0.display());
    let to = clone.0.display().to_string();
    repository.git(&format!("clone --quiet --depth=1 --no-single-branch {from} {to}"));
    assert!(Path::new(&to).join("server/api/schemas/feed.schema.json").exists());
    // What is committed here takes no history, under whatever name.
    for base in ["HEAD", "main", "origin/main", "api/schemas"] {
        assert_eq!(clone.old(&format!("compat --base {base}")), OK, "{base}");
        assert_eq!(clone.new_code(&format!("compat --base {base}")), INCOMPATIBLE.into(), "{base}");
    }
    for base in ["origin/release", "HEAD~1", "no-such-branch"] {
        assert_eq!(clone.old(&format!("compat --base {base}")), ExitCode::from(1), "{base}");
    }
    clone.git("fetch --quiet --unshallow");
    assert_eq!(clone.old("compat --base origin/release"), OK);
    fs::remove_dir_all(clone.0.join(".git")).unwrap();
    assert_eq!(clone.old("compat --base HEAD"), ExitCode::from(1));
    assert_eq!(clone.old("compat --base api/schemas"), OK);
}

#[test]
fn what_is_allowed_is_no_error_until_its_day() {
    let repository = Repository::new("allow");
    assert_eq!(repository.old("schema --out base"), OK);
    let allow = |until: &str| {
        format!(
            "[[allow]]\nrule = \"event-removed\"\nat = \"Feed/Old\"\nreason = \"nobody reads it\"\nuntil = {until}\n"
        )
    };
    let run = |args: &str| repository.new_code(&format!("compat --base base {args}"));
    repository.write("sse-compat.toml", &allow("9999-12-31"));
    assert_eq!(run(""), OK);
    assert_eq!(repository.old("compat --base base"), OK);
    // There is nothing to allow, which there may be for another base.
    assert_eq!(repository.old("compat --base base --deny warn"), OK);
    repository.write("sse-compat.toml", &allow("2026-01-01"));
    assert_eq!(run(""), INCOMPATIBLE.into());
    assert_eq!(repository.old("compat --base base"), INCOMPATIBLE.into());
    repository.write("other.toml", &allow("9999-12-31"));
    assert_eq!(run("--allow-file other.toml"), OK);
    assert_eq!(run("--allow-file nowhere.toml"), ExitCode::from(1));
    repository.write("sse-compat.toml", "[[allow]]\n");
    assert_eq!(run(""), ExitCode::from(1));
}

#[test]
fn one_stream_is_compared_alone() {
    let repository = Repository::new("only");
    let old = repository.cli().stream::<before::Feed>("/feed").stream_named::<Feed>("lobby", "/lobby");
    assert_eq!(run(&old, "schema --out base"), OK);
    let new = repository.cli().stream::<Feed>("/feed").stream_named::<Feed>("lobby", "/lobby");
    for (only, code) in [
        ("", INCOMPATIBLE),
        ("--only feed", INCOMPATIBLE),
        ("--only Lobby", 0),
        ("--only lobby --only feed", INCOMPATIBLE),
        ("--only nothing", 1),
    ] {
        assert_eq!(run(&new, &format!("compat --base base {only}")), code.into(), "{only}");
    }
    // What is expired for another stream is nothing to this one.
    repository.write(
        "sse-compat.toml",
        "[[allow]]\nrule = \"event-removed\"\nat = \"Feed/Old\"\nreason = \"x\"\nuntil = 2026-01-01\n",
    );
    assert_eq!(run(&old, "compat --base base --only lobby"), OK);
    assert_eq!(run(&old, "compat --base base --only feed"), INCOMPATIBLE.into());
    assert_eq!(run(&old, "compat --base base"), INCOMPATIBLE.into());
}
