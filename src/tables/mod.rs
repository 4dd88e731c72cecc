//! What each table of a run says, once for whoever reads it: terminal, CSV, workbook, page, JSON.
//!
//! In: figures, movements, accounts of rows, rules. Out: [`Table`]s, in the words of a language ([`Localizer`]), with
//! what of them is for the owner only. How a table looks is for `render`.

mod accounting;
mod age_adjusted;
mod categories;
mod concentration;
mod content;
mod early_warning;
mod early_warning_view;
mod followed;
mod groups;
mod history;
mod localizer;
#[cfg(test)]
pub(crate) mod made_up_model;
#[cfg(test)]
pub(crate) mod made_up_panel;
#[cfg(test)]
pub(crate) mod made_up_run;
mod movements;
mod panel;
mod panel_view;
mod rules;
mod table;
#[cfg(test)]
mod tests;

pub use accounting::{accounting, columns_found, dates_in_use, faults, rejects_by_reason, timings, unknown_codes};
pub use age_adjusted::age_adjusted;
pub use categories::{category_summary, employer_summary, feature_statistics, main_figures};
pub use concentration::concentration;
pub use content::{CategoryMask, Content, MaskedBreakdown};
pub use early_warning::{MAIN_CAPACITIES, audit, backtest, calibration, capacity};
pub use early_warning_view::{
    bin_range, failures, least_outcomes, scorecard, warning_ahead, warning_audit, warning_bands, warning_calibration,
    warning_capacity, warning_dates, warning_now, warning_samples,
};
pub use followed::{followed_bands, followed_months, followed_runs};
pub use groups::{by_dimension, group_shares, share_column};
pub use history::{FOLLOWED, of_entries, records_over_time, runs_over_time, this_run};
pub use localizer::Localizer;
pub use movements::{changes, movements, movements_by_rule, movements_split};
pub use panel::{ENTERED, LEFT, durations, mobility, moves_since, sequence, shares, transition_rates, transitions};
pub use panel_view::{durations_in_months, ended_in, mobility_by_months, stayed_since};
pub use rules::{benefits, rules};
pub use table::{Cell, Column, Format, ROW, Row, Table, Value};

use crate::history::Movements;
use crate::schema::Entity;
use crate::schema::features::At;

/// The features that tell most of an everyday life; those of the configuration join them.
pub const MAIN_FEATURES: [At; 10] = [
    At::contacts_per_year,
    At::applications,
    At::handling_minutes_per_application,
    At::clarifications,
    At::benefit_days,
    At::max_concurrent_benefits,
    At::income_months,
    At::last_resort_months,
    At::life_events,
    At::age,
];

/// Every table of a run that a workbook has, in its order, with what is hidden.
pub fn of_run<'a>(content: &'a Content<'a>, words: &'a Localizer<'a>) -> Vec<Table> {
    let single_persons = ["min", "max"];
    let mut features = feature_statistics(words, Entity::Customer, content.figures, content.features);
    let kept = features.columns.iter().map(|column| column.name.clone());
    let kept: Vec<String> = kept.filter(|name| !single_persons.contains(&name.as_str())).collect();
    features = features.select(&kept.iter().map(String::as_str).collect::<Vec<_>>());
    let breakdowns = content.breakdowns.iter().filter(|masked| !masked.breakdown.groups.is_empty());
    let mut tables = vec![
        category_summary(words, content.figures),
        main_figures(words, content).without_empty(&["reference"]),
        features,
    ];
    tables.push(concentration(words, content.concentration, &content.plan.customers.category_names()));
    tables.extend(breakdowns.map(|masked| by_dimension(words, content, masked)));
    tables.extend(age_adjusted(words, content));
    tables.extend(content.movements.into_iter().flat_map(|found| about_movements(words, found)));
    tables.extend(content.early_warning.into_iter().flat_map(|applied| {
        let least = least_outcomes(words, &applied.file.model.provenance);
        let capacities = warning_capacity(words, &applied.file.tests.together, least);
        [warning_now(words, &applied.file.model.bands, &applied.customers), capacities]
    }));
    tables.push(runs_over_time(words, content));
    tables.extend((!content.employers.is_empty()).then(|| employer_summary(words, content.employers)));
    tables.extend(content.employer_movements.into_iter().flat_map(|found| about_movements(words, found)));
    tables.extend([accounting, rejects_by_reason, unknown_codes].map(|table| table(words, content.extracts)));
    tables.push(rules(words, content.plan));
    tables
}

/// The tables about who moved.
fn about_movements(words: &Localizer<'_>, found: &Movements) -> impl Iterator<Item = Table> + use<> {
    let tables = [Some(movements(words, found)), movements_split(words, found), Some(movements_by_rule(words, found))];
    tables.into_iter().flatten()
}
