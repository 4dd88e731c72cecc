//! A folder to work in: extracts, a configuration, and the program run on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::outcome::Outcome;

/// The program under test.
pub const VARDAG: &str = env!("CARGO_BIN_EXE_vardag");
/// Longer than any command may take on a slow machine; a command that hangs fails instead.
const PATIENCE: Duration = Duration::from_secs(120);

/// The settings of every workspace, unless its own say otherwise: a fixed year, and no limits, which most stories
/// are not about.
const SETTINGS: &str = "\
window.as_of = 2025-12-31
limits.max_rejected_pct = 100
limits.allow_unclosed_quotes = true
limits.max_orphan_pct = 100
limits.max_duplicate_pct = 100
limits.max_unmapped_pct = 100
limits.may_be_outside_window = true
";

/// The extracts in the method's order with their canonical headers.
const HEADERS: [(&str, &str); 8] = [
    ("customers", "customer_id,birth_date,registered_from,registered_to"),
    ("contacts", "contact_id,customer_id,contacted_on,channel,direction,reached"),
    (
        "applications",
        "application_id,customer_id,benefit,submitted_on,method,handling_minutes,decision,automatic,clarifications",
    ),
    ("payments", "payment_id,customer_id,benefit,period_start,period_end,paid_on,amount"),
    ("life_events", "customer_id,event,occurred_on"),
    ("employers", "employer_id,employees"),
    ("employer_contacts", "contact_id,employer_id,contacted_on,channel,direction"),
    ("employer_applications", "application_id,employer_id,benefit,submitted_on,method,handling_minutes,clarifications"),
];

/// A temporary folder with extracts and a `vardag.toml`, which is written anew before every command.
pub struct Workspace {
    folder: Arc<TempDir>,
    settings: String,
    /// The extracts that the configuration names, each with what stands in its table.
    extracts: Vec<(&'static str, String)>,
    /// A configuration of the test's own in place of all that.
    config: Option<String>,
}

impl Workspace {
    /// An empty folder, with a configuration that names no extract.
    pub fn empty() -> Self {
        let folder = Arc::new(TempDir::new().expect("a temporary folder"));
        Workspace { folder, settings: String::new(), extracts: Vec::new(), config: None }
    }

    /// A small agency: the year 2025, customers A, B and C, one contact, one application, one payment, all A's.
    pub fn agency() -> Self {
        Workspace::empty()
            .rows("customers", "A,1980-05-05,,\nB,1990-01-31,2020-01-01,\nC,,,")
            .rows("contacts", "K1,A,2025-03-01,phone,inbound,")
            .rows("applications", "H1,A,housing_allowance,2025-02-01,online,20.00,approved,false,0")
            .rows("payments", "P1,A,child_benefit,2025-06-01,2025-06-30,2025-06-03,94.88")
    }

    /// Payments of years ago besides, which no feature is made of, so that there is a benefit for every rule.
    pub fn paying_all_kinds(self) -> Self {
        let row = |id: &str, benefit: &str| format!("{id},A,{benefit},2020-01-01,2020-01-31,2020-01-03,1.00\n");
        let rows = ["P1,A,child_benefit,2025-06-01,2025-06-30,2025-06-03,94.88\n".to_owned()].into_iter();
        let rows = rows.chain([row("P2", "basic_social_assistance"), row("P3", "unemployment")]);
        self.rows("payments", &rows.collect::<String>())
    }

    /// These settings and extracts in the folder of another workspace.
    pub fn sharing(other: &Workspace, own: Workspace) -> Self {
        Workspace { folder: other.folder(), ..own }
    }

    /// Gives an extract these rows under its canonical header, as `NAME.csv`.
    pub fn rows(self, extract: &str, rows: &str) -> Self {
        let (name, header) = canonical(extract);
        let rows = rows.trim_end_matches('\n');
        let text = format!("{header}\n{rows}{}", if rows.is_empty() { "" } else { "\n" });
        self.file(&format!("{name}.csv"), text).extract(name, &format!("files = \"{name}.csv\""))
    }

    /// Configures an extract: what stands in its table.
    pub fn extract(mut self, extract: &str, table: &str) -> Self {
        let (name, _) = canonical(extract);
        self.extracts.retain(|(known, _)| *known != name);
        self.extracts.push((name, table.to_owned()));
        self
    }

    /// Takes an extract out of the configuration.
    pub fn without(mut self, extract: &str) -> Self {
        self.extracts.retain(|(known, _)| *known != extract);
        self
    }

    /// Adds settings as dotted keys, such as `outputs.keep = 2`.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings.push_str(settings);
        self.settings.push('\n');
        self
    }

    /// A configuration of its own.
    pub fn config(mut self, text: &str) -> Self {
        self.config = Some(text.to_owned());
        self
    }

    /// Puts a file into the folder.
    pub fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        self.write(path, contents);
        self
    }

    /// The same, between two commands.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, contents).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let path = self.path(path);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The folder itself, for an [`Outcome`] made by hand.
    pub fn folder(&self) -> Arc<TempDir> {
        self.folder.clone()
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Everything in a folder of the workspace, hidden files too, in order.
    pub fn listing(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().into_string();
        let mut names: Vec<String> = entries.map(|entry| name(entry).expect("a name")).collect();
        names.sort();
        names
    }

    /// The text of the configuration.
    fn toml(&self) -> String {
        if let Some(config) = &self.config {
            return config.clone();
        }
        let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
        let own: Vec<String> = self.settings.lines().map(key).collect();
        let defaults = SETTINGS.lines().filter(|line| !own.contains(&key(line)));
        let mut text: String = defaults.map(|line| format!("{line}\n")).collect();
        text.push_str(&self.settings);
        for (name, table) in &self.extracts {
            text.push_str(&format!("[extracts.{name}]\n{table}\n"));
        }
        text
    }

    /// Writes `vardag.toml` and hands out a command in the workspace's folder, for what [`Workspace::vardag`] cannot.
    pub fn command(&self, program: &str) -> Command {
        self.write("vardag.toml", self.toml());
        let mut command = Command::new(program);
        // Were there a panic, it would show its backtrace, and the test would fail.
        command.current_dir(self.root()).env("RUST_BACKTRACE", "1").timeout(PATIENCE);
        command
    }

    /// Runs `vardag` with these arguments in the workspace's folder.
    pub fn vardag(&self, arguments: &[&str]) -> Outcome {
        self.outcome(self.command(VARDAG).args(arguments))
    }

    /// Runs a prepared command.
    pub fn outcome(&self, command: &mut Command) -> Outcome {
        Outcome::new(command.output().expect("the program runs"), self.folder.clone())
    }

    /// The nightly job.
    pub fn run(&self) -> Outcome {
        self.vardag(&["run", "vardag.toml"])
    }
}

fn canonical(extract: &str) -> (&'static str, &'static str) {
    *HEADERS.iter().find(|(name, _)| *name == extract).unwrap_or_else(|| panic!("no extract {extract}"))
}
