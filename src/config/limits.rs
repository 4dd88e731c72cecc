//! `[limits]`: what a run refuses, for all extracts and for one.

use super::model::Limits;
use super::reader::Reader;
use crate::schema::Extract;

/// What `[limits]` comes to.
pub(super) struct AllLimits {
    /// The limits of every extract, in `docs/method.md` section 2's order.
    pub(super) extracts: Vec<Limits>,
    /// Whether a population of nobody is acceptable.
    pub(super) may_be_nobody: bool,
}

/// Reads the table.
pub(super) fn read(root: &Reader) -> AllLimits {
    let Some(table) = root.table("limits") else {
        return AllLimits { extracts: Extract::ALL.map(|_| NONE).to_vec(), may_be_nobody: false };
    };
    let general = StatedLimits::of(&table, true);
    let extracts = Extract::ALL.map(|extract| match table.table(extract.name()) {
        Some(own) => {
            let layer = StatedLimits::of(&own, !extract.is_register());
            own.finish();
            layer.over(&general).limits(extract)
        }
        None => general.limits(extract),
    });
    let may_be_nobody = table.flag("may_be_nobody").unwrap_or_default();
    table.finish_of("limit or extract");
    AllLimits { extracts: extracts.to_vec(), may_be_nobody }
}

/// What stands in until a configuration with a problem is refused.
const NONE: Limits = Limits {
    max_rejected_pct: 0.0,
    allow_unclosed_quotes: false,
    max_orphan_pct: 0.0,
    max_duplicate_pct: 0.0,
    max_unmapped_pct: 0.0,
    may_be_empty: false,
    may_be_outside_window: false,
    max_age_days: None,
};

/// Limits as one place states them: `[limits]`, or `[limits.NAME]`.
#[derive(Default)]
struct StatedLimits {
    max_rejected_pct: Option<f64>,
    allow_unclosed_quotes: Option<bool>,
    max_orphan_pct: Option<f64>,
    max_duplicate_pct: Option<f64>,
    max_unmapped_pct: Option<f64>,
    may_be_empty: Option<bool>,
    may_be_outside_window: Option<bool>,
    max_age_days: Option<u32>,
}

impl StatedLimits {
    /// A register has no events, and so no limits of their dates.
    fn of(table: &Reader, has_events: bool) -> Self {
        StatedLimits {
            max_rejected_pct: table.per_cent("max_rejected_pct"),
            allow_unclosed_quotes: table.flag("allow_unclosed_quotes"),
            max_orphan_pct: table.per_cent("max_orphan_pct"),
            max_duplicate_pct: table.per_cent("max_duplicate_pct"),
            max_unmapped_pct: table.per_cent("max_unmapped_pct"),
            may_be_empty: table.flag("may_be_empty"),
            may_be_outside_window: if has_events { table.flag("may_be_outside_window") } else { None },
            max_age_days: if has_events { table.whole("max_age_days", 0..=36_500) } else { None },
        }
    }

    fn over(self, general: &StatedLimits) -> StatedLimits {
        StatedLimits {
            max_rejected_pct: self.max_rejected_pct.or(general.max_rejected_pct),
            allow_unclosed_quotes: self.allow_unclosed_quotes.or(general.allow_unclosed_quotes),
            max_orphan_pct: self.max_orphan_pct.or(general.max_orphan_pct),
            max_duplicate_pct: self.max_duplicate_pct.or(general.max_duplicate_pct),
            max_unmapped_pct: self.max_unmapped_pct.or(general.max_unmapped_pct),
            may_be_empty: self.may_be_empty.or(general.may_be_empty),
            may_be_outside_window: self.may_be_outside_window.or(general.may_be_outside_window),
            max_age_days: self.max_age_days.or(general.max_age_days),
        }
    }

    /// The limits of an extract. What may be empty, or outside of the window, depends on it unless it is stated.
    fn limits(&self, extract: Extract) -> Limits {
        Limits {
            max_rejected_pct: self.max_rejected_pct.unwrap_or_default(),
            allow_unclosed_quotes: self.allow_unclosed_quotes.unwrap_or_default(),
            max_orphan_pct: self.max_orphan_pct.unwrap_or_default(),
            max_duplicate_pct: self.max_duplicate_pct.unwrap_or_default(),
            max_unmapped_pct: self.max_unmapped_pct.unwrap_or_default(),
            may_be_empty: self.may_be_empty.unwrap_or(is_often_empty(extract)),
            may_be_outside_window: self.may_be_outside_window.unwrap_or(is_often_empty(extract)),
            max_age_days: self.max_age_days.filter(|_| !extract.is_register()),
        }
    }
}

/// Extracts that agencies often have without rows: life events, and all about employers.
fn is_often_empty(extract: Extract) -> bool {
    match extract {
        Extract::Customers | Extract::Contacts | Extract::Applications | Extract::Payments => false,
        Extract::LifeEvents | Extract::Employers | Extract::EmployerContacts | Extract::EmployerApplications => true,
    }
}
