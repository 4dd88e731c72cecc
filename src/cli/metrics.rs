//! `run --metrics FILE`: what became of a run, for monitors, as OpenMetrics text.
//!
//! All are gauges, so that readers of Prometheus' older text format (node_exporter's textfile collector) take them too.
//! Counts and shares only, as in files that others may read: nothing about single customers.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::{self, Read, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::output::Usage;
use crate::calendar::Day;
use crate::exit_code::ExitCode;
use crate::intake::ExtractEntry;
use crate::job::Report;
use crate::schema::figures::Figure;
use crate::statistics::{ALL, CategoryFigures};
use crate::version;

/// What each name begins with, and so the first line of a file of ours.
const PREFIX: &str = "vardag_";

/// A sample: labels, and a value.
type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// A file for metrics that may be written to.
pub struct MetricsFile {
    path: PathBuf,
    folder: PathBuf,
}

impl MetricsFile {
    /// Checks that the file is new or one of ours, so that nothing else is replaced.
    pub fn new(path: &Path) -> Result<Self, Usage> {
        let refused = |why: String| Usage(format!("--metrics {}: {why}", path.display()));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(refused(format!("there is no folder {}; make it first", folder.display())));
        }
        match is_ours(path) {
            Ok(true) => Ok(MetricsFile { path: path.to_owned(), folder: folder.to_owned() }),
            Ok(false) => Err(refused("is there already and holds no metrics of vardag; name another file".to_owned())),
            Err(error) => Err(refused(format!("cannot be read: {error}"))),
        }
    }

    /// Replaces the file as a whole, or not at all. Others may read it, unless the umask forbids it.
    pub fn write(&self, code: ExitCode, as_of: Option<Day>, report: Option<&Report>) -> anyhow::Result<()> {
        let text = text(code, as_of, report);
        let write = || -> io::Result<()> {
            let mut builder = tempfile::Builder::new();
            let mut file =
                builder.prefix(".vardag-").permissions(Permissions::from_mode(0o644)).tempfile_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error| anyhow::anyhow!("the metrics cannot be written to {}: {error}", self.path.display()))
    }
}

/// Whether a file is missing, empty or begins as ours do.
fn is_ours(path: &Path) -> io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_file() => Ok(false),
        Ok(_) => {
            let mut start = String::new();
            let first = std::fs::File::open(path)?.take(64).read_to_string(&mut start);
            Ok(first.is_ok() && (start.is_empty() || start.starts_with(&format!("# TYPE {PREFIX}"))))
        }
    }
}

/// What there is to tell; of a run that failed that it did, and how.
fn text(code: ExitCode, as_of: Option<Day>, report: Option<&Report>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut out = OpenMetrics::default();
    let success = f64::from(u8::from(matches!(code, ExitCode::Success)));
    out.single("run_success", "", "Whether the run ended with exit code 0 (1) or not (0).", Some(success));
    out.single("run_exit_code", "", "The exit code of the run.", Some(f64::from(code.number())));
    out.single("run_end_timestamp_seconds", "seconds", "When the run ended.", Some(now as f64));
    let midnight = as_of.map(|day| f64::from(day.0) * 86_400.0);
    out.single("run_as_of_timestamp_seconds", "seconds", "The last day of the window, at its midnight UTC.", midnight);
    let commit = version::COMMIT.unwrap_or_default();
    let build = [(vec![("version", version::VERSION), ("commit", commit)], 1.0)];
    out.family("build_info", "", "The program that ran.", build);
    if let Some(report) = report {
        of_report(&mut out, report);
    }
    out.0 + "# EOF\n"
}

fn of_report(out: &mut OpenMetrics, report: &Report) {
    let manifest = &report.manifest;
    let stages = manifest.timings_s.iter().map(|(stage, seconds)| (vec![("stage", *stage)], *seconds));
    out.family("stage_seconds", "seconds", "How long a stage took.", stages);
    let peak = manifest.peak_memory_bytes.map(|bytes| bytes as f64);
    out.single("peak_memory_bytes", "bytes", "The most memory that was resident.", peak);
    for (name, help, found) in [
        ("warnings", "Warnings of the run.", &report.warnings),
        ("broken_limits", "Limits that the run broke.", &manifest.broken_limits),
        ("broken_gates", "Gates that the run broke.", &manifest.broken_gates),
    ] {
        out.single(name, "", help, Some(found.len() as f64));
    }
    let extracts = || manifest.extracts.iter();
    out.family(
        "rows",
        "",
        "Rows of an extract by what became of them; all of them add up to the records.",
        extracts().flat_map(rows),
    );
    let faults = extracts().flat_map(|of| {
        let fault = |(reason, count): (&&'static str, &u64)| {
            (vec![("extract", of.extract), ("reason", *reason)], *count as f64)
        };
        of.faults.iter().map(fault)
    });
    out.family("faults", "", "Faults of rejected rows; a row may have several.", faults);
    categories(out, "customers", "category_share_ratio", Figure::share_pct, &report.results.figures);
    categories(
        out,
        "employers",
        "employer_category_share_ratio",
        Figure::share_of_active_pct,
        &report.results.employers,
    );
    if let Some(applied) = &report.results.early_warning {
        let customers = applied.in_question() as f64;
        out.single(
            "early_warning_customers",
            "",
            "Customers whom the model of early warning is about.",
            Some(customers),
        );
        let last_date = f64::from(applied.file.model.provenance.last_date.0) * 86_400.0;
        let help = "The last date of the panel that the model was learned from, at its midnight UTC.";
        out.single("early_warning_last_date_timestamp_seconds", "seconds", help, Some(last_date));
    }
}

/// The rows of an extract by status, each row once.
fn rows(of: &ExtractEntry) -> impl Iterator<Item = Sample<'static>> {
    let rows = &of.rows;
    let statuses = [
        ("filtered", rows.filtered),
        ("malformed", rows.rejected - rows.orphans),
        ("orphan", rows.orphans),
        ("duplicate", rows.duplicates),
        ("future", rows.future),
        ("out_of_scope", rows.out_of_scope),
        ("in_use", rows.in_use),
    ];
    let extract = of.extract;
    statuses.into_iter().map(move |(status, count)| (vec![("extract", extract), ("status", status)], count as f64))
}

/// Members and shares of categories; a share that is missing is left out.
fn categories(out: &mut OpenMetrics, members: &str, shares: &str, share: Figure, figures: &[CategoryFigures]) {
    let own = || figures.iter().filter(|category| category.name != ALL);
    let count = |category: &'_ CategoryFigures| category.customers as f64;
    let help = format!("{members} of a category.");
    out.family(members, "", &help, own().map(|of| (vec![("category", of.name.as_str())], count(of))));
    let ratios = own().map(|of| (vec![("category", of.name.as_str())], of.figures.get(share) / 100.0));
    let help = if share == Figure::share_pct { "Share of all customers." } else { "Share of all active employers." };
    out.family(shares, "ratio", help, ratios);
}

/// The text, family by family.
#[derive(Default)]
struct OpenMetrics(String);

impl OpenMetrics {
    /// A family of one sample without labels; none without a value.
    fn single(&mut self, name: &str, unit: &str, help: &str, value: Option<f64>) {
        self.family(name, unit, help, value.map(|value| (Vec::new(), value)));
    }

    /// A family of gauges; none without samples.
    fn family<'a>(&mut self, name: &str, unit: &str, help: &str, samples: impl IntoIterator<Item = Sample<'a>>) {
        let mut samples = samples.into_iter().filter(|(_, value)| value.is_finite()).peekable();
        if samples.peek().is_none() {
            return;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# TYPE {PREFIX}{name} gauge");
        if !unit.is_empty() {
            let _ = writeln!(self.0, "# UNIT {PREFIX}{name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {PREFIX}{name} {help}");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(self.0, "{PREFIX}{name}{labels} {value}");
        }
    }
}

/// A label's value as the format has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_a_head_and_escaped_labels() {
        let mut out = OpenMetrics::default();
        let samples = [(vec![("category", "a\"b\\c\nd")], 0.125), (vec![("category", "none")], f64::NAN)];
        out.family("category_share_ratio", "ratio", "Share of all.", samples);
        out.single("nothing", "", "Nobody sees it.", None);
        insta::assert_snapshot!(out.0, @r#"
        # TYPE vardag_category_share_ratio gauge
        # UNIT vardag_category_share_ratio ratio
        # HELP vardag_category_share_ratio Share of all.
        vardag_category_share_ratio{category="a\"b\\c\nd"} 0.125
        "#);
    }
}
