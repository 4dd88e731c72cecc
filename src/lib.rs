//! vardag sorts a social-insurance agency's customers by their everyday life, from its nightly extracts.
//!
//! The stages, in the order that data takes: [`extract`] reads files into typed batches, [`intake`] settles who and
//! what is counted, [`features`] derives one row per customer, `rules` label it, `statistics` sum it up,
//! [`tables`] say what came of it, [`render`] and [`report`] show them, and [`outputs`] write the run folder. [`config`] says how; `cli` is what is typed.

pub mod calendar;
pub mod clean;
pub mod cli;
pub mod config;
pub mod dates;
pub mod early_warning;
pub mod exit_code;
pub mod explain;
pub mod extract;
pub mod features;
pub mod guesses;
pub mod history;
pub mod i18n;
pub mod init;
pub mod intake;
pub mod job;
pub mod learning;
pub mod outputs;
pub mod panel;
pub mod panics;
pub(crate) mod regular;
pub mod render;
pub mod report;
pub mod rules;
pub mod sanitize;
pub mod schema;
pub mod spill;
pub mod statistics;
pub(crate) mod suggestion;
pub mod synth;
pub mod tables;
pub mod text;
pub mod version;

#[cfg(test)]
#[path = "../tests/fuzz/mod.rs"]
mod fuzz;
