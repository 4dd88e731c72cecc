//! The command line, tried from outside: one binary, a module per topic.
//!
//! Every test sets up a [`workspace::Workspace`], a temporary folder with extracts and a `vardag.toml`, runs the
//! real program in it, and looks at what came out as values and rows. What is expected comes from the method, never
//! from what the program wrote.

mod any_extract;
mod any_values;
mod bad_files;
mod bad_values;
mod breakdowns;
mod case_folders;
mod cases;
mod check;
mod clean;
mod command_line;
mod compare;
mod configuration;
mod conformance;
mod coverage;
mod data_package;
mod determinism;
mod dialects;
mod duplicates;
mod early_warning;
mod early_warning_followed;
mod early_warning_outcome;
mod early_warning_pages;
mod early_warning_run;
mod employers;
mod events;
mod explain;
mod faults;
mod foreign;
mod gates;
mod history;
mod ids;
mod init;
mod init_lookalikes;
mod interrupted;
mod limits;
mod metrics;
mod month_by_month;
mod outcome;
mod panel;
mod panel_outcome;
mod parquet;
mod past_runs;
mod reading;
mod register;
mod report;
mod run_folder;
mod samples;
mod stray_records;
mod synth;
mod table;
mod try_rules;
mod warnings;
mod workspace;
