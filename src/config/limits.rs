//! `[limits]`: what a run refuses, for all extracts and for one.

use super::model::{Extract, Limits};
use super::reader::Reader;

/// The limits of every extract, in METHOD section 2's order.
pub(super) fn read(root: &Reader) -> Vec<Limits> {
    let Some(table) = root.table("limits") else { return Extract::ALL.map(|_| NONE).to_vec() };
    let general = Limits {
        max_rejected_pct: table.per_cent("max_rejected_pct").unwrap_or_default(),
        max_orphan_pct: table.per_cent("max_orphan_pct").unwrap_or_default(),
        ..NONE
    };
    let limits = Extract::ALL.map(|extract| match table.table(extract.name()) {
        Some(own) => read_own(own, extract, general),
        None => general,
    });
    table.finish_of("limit or extract");
    limits.to_vec()
}

/// What stands in until a configuration with a problem is refused.
const NONE: Limits = Limits { max_rejected_pct: 0.0, max_orphan_pct: 0.0, may_be_empty: false, max_age_days: None };

fn read_own(own: Reader, extract: Extract, general: Limits) -> Limits {
    let limits = Limits {
        max_rejected_pct: own.per_cent("max_rejected_pct").unwrap_or(general.max_rejected_pct),
        max_orphan_pct: own.per_cent("max_orphan_pct").unwrap_or(general.max_orphan_pct),
        may_be_empty: own.flag("may_be_empty").unwrap_or_default(),
        // A register has no events, so it has no newest one.
        max_age_days: if extract.is_register() { None } else { own.whole("max_age_days", 0..=36_500) },
    };
    own.finish();
    limits
}
