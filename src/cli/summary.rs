//! What `run` and `check` print: short tables for people, JSON for programs.

use std::collections::BTreeMap;

use crate::calendar::Window;
use crate::config::RunPlan;
use crate::extract::ColumnFound;
use crate::i18n::Language;
use crate::intake::ExtractEntry;
use crate::job::{CheckFindings, Report};
use crate::render;
use crate::schema::figures::Figure;
use crate::tables::{self, Localizer, Table};
use crate::text::nouns;

/// The words of the terminal, which are English.
pub fn words<'a>(plan: impl Into<Option<&'a RunPlan>>) -> anyhow::Result<Localizer<'a>> {
    Ok(Localizer::new(plan, Language::En)?)
}

/// A table on the terminal.
pub fn drawn(table: &Table) -> String {
    render::text(table, Language::En)
}

/// A table under its title.
pub fn titled(table: &Table) -> String {
    titled_in(table, Language::En)
}

/// The same in a language.
pub fn titled_in(table: &Table, language: Language) -> String {
    let note = if table.note.is_empty() { String::new() } else { format!("\n\n{}", table.note) };
    format!("{}\n\n{}{note}\n", table.title, render::text(table, language))
}

/// The summary of a run.
pub fn table(report: &Report, plan: &RunPlan) -> anyhow::Result<String> {
    let words = words(plan)?;
    let figures = [Figure::share_pct, Figure::contacts_per_year, Figure::handling_minutes_per_application];
    let columns = [["category", "customers"].as_slice(), &figures.map(Figure::name)].concat();
    let customers = tables::category_summary(&words, &report.results.figures).select(&columns);
    let employers = match &report.results.employers[..] {
        [] => String::new(),
        figures => {
            let shown =
                [Figure::active, Figure::share_of_active_pct, Figure::contacts_per_application, Figure::online_pct];
            let columns = [["category", "employers"].as_slice(), &shown.map(Figure::name)].concat();
            format!("\n{}", titled(&tables::employer_summary(&words, figures).select(&columns)))
        }
    };
    let window = &report.manifest.window;
    let state = match (report.held, report.manifest.broken_limits.is_empty()) {
        (false, _) => "written",
        (true, false) => "held (a limit is broken; the last good run stays in place)",
        (true, true) => "held (a gate is broken; the last good run stays in place)",
    };
    let moved = report.results.movements.as_ref().map(|moved| format!("{}\n\n", super::movements::brief(moved)));
    let warned = report.manifest.early_warning.as_ref().map(|model| {
        let (count, to) = (counted(model.customers, "customer"), &model.to);
        format!("Early warning, advice and no decision: {count} with a score of how likely {to} is, in early_warning.csv\n\n")
    });
    Ok(format!(
        "Everyday life of customers, {} to {}\n\n{}\n{employers}\n{}{}{state}: {}\n",
        window.start,
        window.as_of,
        drawn(&customers),
        moved.unwrap_or_default(),
        warned.unwrap_or_default(),
        report.folder.display()
    ))
}

/// The summary of a run as JSON; what is missing is null.
pub fn json(report: &Report, plan: &RunPlan) -> anyhow::Result<serde_json::Value> {
    let words = words(plan)?;
    let manifest = &report.manifest;
    let mut said = serde_json::json!({
        "as_of": manifest.window.as_of,
        "window_start": manifest.window.start,
        // A path need not be text, which JSON is.
        "folder": report.folder.to_string_lossy(),
        "held": report.held,
        "broken_limits": manifest.broken_limits,
        "broken_gates": manifest.broken_gates,
        "accepted_changes": manifest.accepted_changes,
        "movements": manifest.movements,
        "categories": render::records(&tables::category_summary(&words, &report.results.figures)),
        "employers": render::records(&tables::employer_summary(&words, &report.results.employers)),
        "extracts": manifest.extracts,
        "warnings": manifest.warnings,
    });
    if let Some(model) = &manifest.early_warning {
        said["early_warning"] = serde_json::json!(model);
    }
    Ok(said)
}

/// What was found out by reading: columns, rows, dates, faults and codes, and what would help.
pub fn checked(
    plan: &RunPlan,
    columns: &[(&'static str, &ColumnFound)],
    extracts: &[ExtractEntry],
    findings: &CheckFindings,
    customers: u64,
) -> anyhow::Result<String> {
    let words = words(plan)?;
    let found = [
        tables::columns_found(&words, columns),
        tables::accounting(&words, extracts),
        tables::dates_in_use(&words, extracts),
        super::findings::faults(&words, findings),
        tables::unknown_codes(&words, extracts),
    ];
    let Window { start, as_of, .. } = plan.window;
    let heading = format!("Window {start} to {as_of}, {} in scope\n", counted(customers, "customer"));
    let shown = found.into_iter().filter(|table| !table.rows.is_empty()).map(|table| titled(&table.keyed()));
    let help = [super::findings::guesses(findings), super::findings::code_maps(findings)];
    let help = help.into_iter().filter(|text| !text.is_empty());
    Ok(std::iter::once(heading).chain(shown).chain(help).collect::<Vec<_>>().join("\n"))
}

/// The time of each stage and the peak memory.
pub fn timings(timings_s: &BTreeMap<&'static str, f64>, peak_memory_bytes: Option<u64>) -> anyhow::Result<String> {
    let stages: Vec<(&'static str, f64)> = timings_s.iter().map(|(stage, s)| (*stage, *s)).collect();
    let peak = peak_memory_bytes
        .map_or(String::new(), |bytes| format!("\npeak memory {:.2} GiB", bytes as f64 / f64::from(1 << 30)));
    Ok(format!("{}{peak}", drawn(&tables::timings(&words(None)?, &stages))))
}

/// A count of things, in words.
pub fn counted(count: u64, what: &str) -> String {
    format!("{} {}", Language::En.whole(count), nouns(count, what))
}
