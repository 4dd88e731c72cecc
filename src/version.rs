//! What this program is: its version, and what it was built from. The build script finds it out.

use std::sync::LazyLock;

/// The version of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit that it was built from; `None` where there was no git.
pub const COMMIT: Option<&str> = option_env!("VARDAG_COMMIT");

/// All of it, a line each.
pub fn long() -> &'static str {
    &LONG
}

static LONG: LazyLock<String> = LazyLock::new(|| {
    let (commit, target, polars) = (COMMIT.unwrap_or("not known"), env!("VARDAG_TARGET"), env!("VARDAG_POLARS"));
    format!("{VERSION}\ncommit {commit}\ntarget {target}\npolars {polars}")
});
