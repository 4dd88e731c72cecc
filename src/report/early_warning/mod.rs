//! The page of an early-warning model: what it would find, how far it can be trusted, how it comes to a score, whom it
//! treats differently, and what it must not be used for.

use super::ReportError;
use crate::config::{EarlyWarning, RunPlan};
use crate::early_warning::{Backtest, Model};
use crate::i18n::{Language, Message};

/// A model and its tests, for people to look at.
pub struct EarlyWarningContent<'a> {
    /// The plan: categories, dimensions, least groups.
    pub plan: &'a RunPlan,
    /// The settings that it was fitted under.
    pub settings: &'a EarlyWarning,
    /// The scorecard.
    pub model: &'a Model,
    /// Its tests on later dates.
    pub backtest: &'a Backtest,
    /// Whether there is a register of customers.
    pub registered: bool,
    /// What an analyst should know of the panel.
    pub warnings: &'a [Message],
}

/// The page in a language.
pub(super) fn page(_content: &EarlyWarningContent<'_>, _language: Language) -> Result<String, ReportError> {
    Ok(String::new())
}
