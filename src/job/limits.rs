//! What a run refuses: beyond a limit its results are held back, so that nobody builds on bad data unawares.

use crate::calendar::Day;
use crate::config::{ExtractConfig, Limits};
use crate::intake::ExtractAccount;
use crate::text::double;

/// The broken limits of an extract, in words with their remedy.
pub fn broken(config: &ExtractConfig, account: &ExtractAccount, as_of: Day) -> Vec<String> {
    let Limits { max_rejected_pct, max_orphan_pct, may_be_empty, max_age_days } = config.limits;
    let name = config.extract.name();
    let rows = &account.rows;
    let pct = |count: u64| if rows.records == 0 { 0.0 } else { 100.0 * count as f64 / rows.records as f64 };
    let mut broken = Vec::new();
    if rows.records == 0 && !may_be_empty {
        broken.push(format!("{name}: has no records; set may_be_empty = true in [limits.{name}] if that is right"));
    }
    for (what, key, count, limit) in [
        ("malformed", "max_rejected_pct", rows.malformed, max_rejected_pct),
        ("orphans", "max_orphan_pct", rows.orphans, max_orphan_pct),
    ] {
        if pct(count) > limit {
            broken.push(format!(
                "{name}: {count} of {} records are {what}, {} %, more than {key} = {} allows; the rejects name them",
                rows.records,
                double((pct(count) * 100.0).round() / 100.0),
                double(limit)
            ));
        }
    }
    if let Some(days) = max_age_days {
        match account.newest {
            Some(newest) if as_of.0 - newest.0 <= days as i32 => {}
            Some(newest) => broken.push(format!(
                "{name}: the newest event is of {newest}, more than max_age_days = {days} before {as_of}; \
                 was the extract made anew?"
            )),
            None => broken.push(format!("{name}: there is no event up to {as_of}, and max_age_days = {days}")),
        }
    }
    broken
}
