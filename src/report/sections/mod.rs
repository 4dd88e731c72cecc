//! The sections of the page: each turns a part of the content into words, tables and charts, or into nothing where
//! the run has nothing of the kind.

mod breakdowns;
mod distributions;
mod employers;
mod history;
mod method;
mod movements;
mod overview;
mod quality;
mod ways;

pub(super) use distributions::MAIN;

use super::edition::Edition;
use super::view::Section;

/// All sections that have something to show, in the order of the page.
pub(super) fn all(edition: &Edition<'_>) -> Vec<Section> {
    let sections = [
        Some(overview::section(edition)),
        Some(ways::section(edition)),
        Some(distributions::section(edition)),
        breakdowns::section(edition),
        movements::section(edition),
        history::section(edition),
        employers::section(edition),
        Some(quality::section(edition)),
        Some(method::section(edition)),
    ];
    sections.into_iter().flatten().collect()
}
