//! `run --metrics FILE`: what monitors read agrees with what the run wrote, and is there also when the run fails.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::workspace::Workspace;

/// The samples by name and labels, and the units by name; holds the text to OpenMetrics on the way.
fn samples(text: &str) -> (BTreeMap<String, f64>, BTreeMap<String, String>) {
    let (mut samples, mut units, mut family) = (BTreeMap::new(), BTreeMap::new(), String::new());
    let body = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("no end: {text}"));
    for line in body.lines() {
        match line.strip_prefix("# ").map(|rest| rest.splitn(3, ' ').collect::<Vec<_>>()) {
            Some(parts) => match parts[..] {
                ["TYPE", name, "gauge"] => family = name.to_owned(),
                ["UNIT", name, unit] => {
                    assert!(name == family && name.ends_with(unit), "{line}");
                    units.insert(family.clone(), unit.to_owned());
                }
                ["HELP", name, _] => assert_eq!(name, family),
                _ => panic!("{line}"),
            },
            None => {
                let (name, value) = line.rsplit_once(' ').expect("a sample");
                assert_eq!(name.split('{').next(), Some(family.as_str()), "{line}");
                let known = samples.insert(name.to_owned(), value.parse().expect("a number"));
                assert_eq!(known, None, "{name} is there once");
            }
        }
    }
    (samples, units)
}

#[test]
fn the_metrics_of_a_run_agree_with_its_files() {
    let workspace = Workspace::agency()
        .rows("contacts", "K1,A,2025-03-01,phone,inbound,\nK2,A,soon,phone,inbound,\nK3,Z,2025-03-01,phone,,");
    let outcome = workspace.vardag(&["run", "vardag.toml", "--metrics", "vardag.prom"]);
    let run = outcome.code(0).latest();
    let (found, units) = samples(&workspace.read("vardag.prom"));
    let value = |name: &str| found.get(name).copied();
    assert_eq!((value("vardag_run_success"), value("vardag_run_exit_code")), (Some(1.0), Some(0.0)));
    // 2025-12-31, midnight UTC.
    assert_eq!(value("vardag_run_as_of_timestamp_seconds"), Some(1_767_139_200.0));
    let summary = run.table("category_summary.csv");
    for category in ["regular", "irregular", "support"] {
        let share: f64 = summary.get(category, "share_pct").parse().unwrap();
        let ratio = value(&format!("vardag_category_share_ratio{{category=\"{category}\"}}")).unwrap();
        assert!((100.0 * ratio - share).abs() < 1e-9);
        let customers = value(&format!("vardag_customers{{category=\"{category}\"}}"));
        assert_eq!(customers, summary.get(category, "customers").parse().ok());
    }
    let rows = |status: &str| value(&format!("vardag_rows{{extract=\"contacts\",status=\"{status}\"}}"));
    assert_eq!([rows("in_use"), rows("malformed"), rows("orphan"), rows("future")], [1.0, 1.0, 1.0, 0.0].map(Some));
    assert_eq!(value("vardag_faults{extract=\"contacts\",reason=\"malformed_date\"}"), Some(1.0));
    let timings = &run.manifest()["timings_s"];
    assert_eq!(value("vardag_stage_seconds{stage=\"classify\"}"), timings["classify"].as_f64());
    assert_eq!(units["vardag_peak_memory_bytes"], "bytes");
    assert!(found.keys().any(|name| name.starts_with("vardag_build_info{version=")));
    // Others may read it, and nothing is left beside it.
    let mode = fs::metadata(workspace.path("vardag.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777 & !0o022, 0o644);
    assert!(!workspace.listing(".").iter().any(|name| name.starts_with(".vardag")));
}

#[test]
fn a_run_that_fails_or_is_held_says_so() {
    let workspace = Workspace::agency();
    workspace.vardag(&["run", "vardag.toml", "--metrics", "m.prom"]).code(0);
    // Held: its rows are known.
    let workspace = workspace.settings("limits.payments.max_age_days = 0");
    workspace.vardag(&["run", "vardag.toml", "--metrics", "m.prom"]).code(3);
    let (found, _) = samples(&workspace.read("m.prom"));
    assert_eq!([found["vardag_run_success"], found["vardag_run_exit_code"]], [0.0, 3.0]);
    assert_eq!(found["vardag_broken_limits"], 1.0);
    assert!(found.contains_key("vardag_rows{extract=\"payments\",status=\"in_use\"}"));
    // An extract is gone: nothing is known but the day.
    fs::remove_file(workspace.path("payments.csv")).unwrap();
    workspace.vardag(&["run", "vardag.toml", "--metrics", "m.prom"]).code(3);
    let (found, _) = samples(&workspace.read("m.prom"));
    assert_eq!([found["vardag_run_success"], found["vardag_run_exit_code"]], [0.0, 3.0]);
    assert!(found.contains_key("vardag_run_as_of_timestamp_seconds") && found.len() == 5, "{found:?}");
    // Not even that.
    let workspace = workspace.config("as_off = 1");
    workspace.vardag(&["run", "vardag.toml", "--metrics", "m.prom"]).code(2);
    let (found, _) = samples(&workspace.read("m.prom"));
    assert_eq!((found["vardag_run_exit_code"], found.len()), (2.0, 4));
}

#[test]
fn nothing_but_metrics_of_ours_is_replaced() {
    let workspace = Workspace::agency();
    let before = workspace.read("contacts.csv");
    let to = |file: &str| workspace.vardag(&["run", "vardag.toml", "--metrics", file]);
    to("contacts.csv").code(2).stderr_has("holds no metrics of vardag");
    assert_eq!(workspace.read("contacts.csv"), before);
    workspace.write("folder/x", "");
    to("folder").code(2).stderr_has("holds no metrics of vardag");
    to("nowhere/m.prom").code(2).stderr_has("there is no folder nowhere; make it first");
    assert!(!workspace.path("runs").exists(), "that was said before any work");
    workspace.write("m.prom", "");
    to("m.prom").code(0);
    to("m.prom").code(0);
}
