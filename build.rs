//! Tells the program what it was built from: the commit, the target and the version of polars.
//!
//! Nothing here fails a build, and it runs again only when another commit is checked out or made.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-env-changed=VARDAG_COMMIT");
    println!("cargo:rustc-env=VARDAG_TARGET={}", std::env::var("TARGET").unwrap_or_default());
    // Who packs an archive without git can name the commit.
    if let Some(commit) = std::env::var("VARDAG_COMMIT").ok().filter(|commit| !commit.is_empty()).or_else(commit) {
        println!("cargo:rustc-env=VARDAG_COMMIT={commit}");
    }
    println!("cargo:rustc-env=VARDAG_POLARS={}", polars().unwrap_or_default());
}

/// The commit that is checked out, if this folder is the top of a work tree: an archive unpacked in another
/// repository is no commit of that one.
fn commit() -> Option<String> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).canonicalize().ok()?;
    let top = git(&here, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != here {
        return None;
    }
    // These change with every checkout and commit. A file that is not there would make every build run this again.
    for file in ["HEAD", "logs/HEAD"] {
        let path = here.join(git(&here, &["rev-parse", "--git-path", file])?);
        if path.exists() {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
    git(&here, &["rev-parse", "HEAD"])
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The version of polars in `Cargo.lock`.
fn polars() -> Option<String> {
    let lock = std::fs::read_to_string("Cargo.lock").ok()?;
    let (_, behind) = lock.split_once("name = \"polars\"\nversion = \"")?;
    Some(behind.split('"').next()?.to_owned())
}
