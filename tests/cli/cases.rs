//! The shared cases of extracts as real systems write them (`../shared/cases`, or the folder that `VARDAG_CASES` names),
//! each with what must come of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::VARDAG;

#[test]
fn every_case_in_which_something_could_go_unsaid_passes() {
    let folder = std::env::var_os("VARDAG_CASES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases"), PathBuf::from);
    let script = folder.join("run_cases.py");
    if !script.exists() {
        eprintln!("THE SHARED CASES ARE NOT HERE: {} is no file; none was run", script.display());
        return;
    }
    let Ok(output) = Command::new("python3").arg(&script).args([VARDAG, "--topic", "nothing-silent"]).output() else {
        eprintln!("THE SHARED CASES ARE NOT RUN: there is no python3");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    eprintln!("{}", said.trim_end());
}
