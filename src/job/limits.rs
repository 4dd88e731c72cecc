//! What a run refuses: beyond a limit its results are held back, so that nobody builds on bad data unawares.

use std::collections::BTreeMap;

use super::warnings::in_files;
use crate::calendar::Day;
use crate::config::ExtractConfig;
use crate::extract::Reason;
use crate::i18n::{Message, Value, messages};
use crate::intake::ExtractAccount;
use crate::text::double;

/// The broken limits of an extract.
pub fn broken(config: &ExtractConfig, account: &ExtractAccount, as_of: Day) -> Vec<Message> {
    let (name, limits, rows) = (config.extract.name(), &config.limits, &account.rows);
    let of_records = |count, setting, limit| above(count, rows.records, setting, limit);
    let is_outside = !config.extract.is_register() && rows.in_use > 0 && account.in_window == 0;
    let found = [
        (rows.records == 0 && !limits.may_be_empty).then(|| messages::no_records(name)),
        unclosed_quotes(account).filter(|_| !limits.allow_unclosed_quotes),
        malformed(name, account, limits.max_rejected_pct),
        of_records(rows.orphans, "max_orphan_pct", limits.max_orphan_pct)
            .map(|above| messages::too_many_orphans(name, rows.orphans, rows.records, above)),
        of_records(rows.duplicates, "max_duplicate_pct", limits.max_duplicate_pct)
            .map(|above| messages::too_many_duplicates(name, rows.duplicates, rows.records, above)),
        unmapped(config, account, &account.unknown_benefits, messages::too_many_unknown_benefits),
        unmapped(config, account, &account.unmapped_methods, messages::too_many_unmapped_methods),
        (is_outside && !limits.may_be_outside_window).then(|| messages::none_in_window(name, rows.in_use, as_of)),
        limits.max_age_days.and_then(|days| too_old(name, account.newest, days, as_of)),
    ];
    found.into_iter().flatten().collect()
}

/// How far a count is above a limit in per cent; nothing where it is not.
fn above(count: u64, all: u64, setting: &str, limit: f64) -> Option<Message> {
    let pct = if all == 0 { 0.0 } else { 100.0 * count as f64 / all as f64 };
    let rounded = double((pct * 100.0).round() / 100.0);
    (pct > limit).then(|| messages::above(Value::Number(rounded), setting, &double(limit)))
}

/// Too many malformed records, or too many bytes in them: where the records say so already, their bytes say nothing more.
fn malformed(name: &str, account: &ExtractAccount, limit: f64) -> Option<Message> {
    let (count, records) = (account.rows.malformed, account.rows.records);
    let (bytes, all) = (account.malformed_bytes, account.text_bytes);
    let above = |count, all| above(count, all, "max_rejected_pct", limit);
    above(count, records)
        .map(|above| messages::too_many_malformed(name, count, records, above))
        .or_else(|| Some(messages::too_many_malformed_bytes(name, count, bytes, all, above(bytes, all)?)))
}

/// A quote that is never closed swallows the rest of its file, however few records that makes.
fn unclosed_quotes(account: &ExtractAccount) -> Option<Message> {
    let files = account.files.iter().filter(|file| file.file.counts.reasons.contains_key(&Reason::UnclosedQuote));
    Some(messages::unclosed_quotes(account.extract.name(), in_files(files)?))
}

/// Codes of a column are mostly unknown: then another column is read, or a map is missing.
fn unmapped(
    config: &ExtractConfig,
    account: &ExtractAccount,
    codes: &BTreeMap<String, u64>,
    message: fn(&'static str, u64, u64, Message) -> Message,
) -> Option<Message> {
    let (rows, accepted) = (codes.values().sum(), account.rows.accepted());
    let above = above(rows, accepted, "max_unmapped_pct", config.limits.max_unmapped_pct)?;
    Some(message(config.extract.name(), rows, accepted, above))
}

fn too_old(name: &str, newest: Option<Day>, days: u32, as_of: Day) -> Option<Message> {
    match newest {
        Some(newest) if as_of.0 - newest.0 <= days as i32 => None,
        Some(newest) => Some(messages::too_old(name, newest, days, as_of)),
        None => Some(messages::no_event(name, as_of, days)),
    }
}
