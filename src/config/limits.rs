//! `[limits]`: what a run refuses, for all extracts and for one.

use super::model::Limits;
use super::reader::Reader;
use crate::schema::Extract;

/// The limits of every extract, in `docs/method.md` section 2's order, and whether a population of nobody is acceptable.
pub(super) fn read(root: &Reader) -> ([Limits; Extract::ALL.len()], bool) {
    root.section_of("limit or extract", "limits", |table| {
        let limits = Extract::ALL.map(|extract| table.section(extract.name(), |own| of_extract(extract, table, own)));
        (limits, table.flag("may_be_nobody").unwrap_or_default())
    })
}

/// The limits of an extract: its own where it has any, else those of all. What may be empty, or outside of the window,
/// depends on the extract unless it is stated. A register has no events, and so no limits of their dates.
fn of_extract(extract: Extract, all: &Reader, own: &Reader) -> Limits {
    let per_cent = |key| own.per_cent(key).or(all.per_cent(key)).unwrap_or_default();
    let flag = |key| own.flag(key).or(all.flag(key));
    let days = |table: &Reader| table.whole("max_age_days", 0..=36_500);
    let (all_outside, all_days) = (all.flag("may_be_outside_window"), days(all));
    let (may_be_outside_window, max_age_days) = if extract.is_register() {
        (None, None)
    } else {
        (own.flag("may_be_outside_window").or(all_outside), days(own).or(all_days))
    };
    Limits {
        max_rejected_pct: per_cent("max_rejected_pct"),
        allow_unclosed_quotes: flag("allow_unclosed_quotes").unwrap_or_default(),
        max_orphan_pct: per_cent("max_orphan_pct"),
        max_duplicate_pct: per_cent("max_duplicate_pct"),
        max_unmapped_pct: per_cent("max_unmapped_pct"),
        may_be_empty: flag("may_be_empty").unwrap_or(is_often_empty(extract)),
        may_be_outside_window: may_be_outside_window.unwrap_or(is_often_empty(extract)),
        max_age_days,
    }
}

/// Extracts that agencies often have without rows: life events, and all about employers.
fn is_often_empty(extract: Extract) -> bool {
    match extract {
        Extract::Customers | Extract::Contacts | Extract::Applications | Extract::Payments => false,
        Extract::LifeEvents | Extract::Employers | Extract::EmployerContacts | Extract::EmployerApplications => true,
    }
}
