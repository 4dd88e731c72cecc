//! `[gates]`: how far a run may stray from those before it.

use super::model::Gates;
use super::reader::{Reader, as_number};
use super::schema::Shape;

/// Reads the table.
pub(super) fn read(root: &Reader) -> Gates {
    root.section("gates", |table| Gates {
        max_share_change_pct: change(table, "max_share_change_pct"),
        min_share_change_points: table.per_cent("min_share_change_points").unwrap_or_default(),
        max_population_change_pct: change(table, "max_population_change_pct"),
        max_volume_change_pct: change(table, "max_volume_change_pct"),
        volume_runs: table.whole("volume_runs", 1..=1000).unwrap_or_default(),
        min_change_sd: table.per_cent("min_change_sd").unwrap_or_default(),
    })
}

/// A relative change, which may be more than the whole; `false` is no gate.
fn change(table: &Reader, key: &str) -> Option<f64> {
    const MOST: f64 = 1000.0;
    let read = table.read(key, Shape::Described("a number from 0 to 1000, or false"), |item| match item.as_bool() {
        Some(false) => Some(None),
        _ => Some(Some(as_number(item).filter(|number| (0.0..=MOST).contains(number))?)),
    });
    read.flatten()
}
