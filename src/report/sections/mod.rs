//! The sections of the page: each turns a part of the content into words, tables and charts, or into nothing where
//! the run has nothing of the kind.

mod breakdowns;
mod concentration;
mod distributions;
mod early_warning;
mod employers;
mod history;
mod method;
mod movements;
mod overview;
mod quality;
mod ways;

use super::localized::LocalizedReport;
use super::view::Section;

/// All sections that have something to show, in the order of the page.
pub(super) fn all(localized: &LocalizedReport<'_>) -> Vec<Section> {
    let sections = [
        Some(overview::section(localized)),
        Some(ways::section(localized)),
        Some(distributions::section(localized)),
        breakdowns::section(localized),
        movements::section(localized),
        early_warning::section(localized),
        history::section(localized),
        employers::section(localized),
        Some(quality::section(localized)),
        Some(method::section(localized)),
    ];
    sections.into_iter().flatten().collect()
}
