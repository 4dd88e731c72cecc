//! What a run refuses: beyond a limit its results are held back, so that nobody builds on bad data unawares.

use std::collections::BTreeMap;

use crate::calendar::Day;
use crate::config::ExtractConfig;
use crate::extract::Reason;
use crate::intake::ExtractAccount;
use crate::sanitize::shown;
use crate::text::double;

/// The broken limits of an extract, in words with their remedy.
pub fn broken(config: &ExtractConfig, account: &ExtractAccount, as_of: Day) -> Vec<String> {
    let name = config.extract.name();
    let limits = &config.limits;
    let rows = &account.rows;
    let mut broken = Vec::new();
    if rows.records == 0 && !limits.may_be_empty {
        broken.push(format!("{name}: has no records; set may_be_empty = true in [limits.{name}] if that is right"));
    }
    if !limits.allow_unclosed_quotes {
        broken.extend(unclosed_quotes(account));
    }
    for (what, key, count, limit, remedy) in [
        ("malformed", "max_rejected_pct", rows.malformed, limits.max_rejected_pct, REJECTS),
        ("orphans", "max_orphan_pct", rows.orphans, limits.max_orphan_pct, REJECTS),
        (
            "duplicates",
            "max_duplicate_pct",
            rows.duplicates,
            limits.max_duplicate_pct,
            "is the id column the right one, and does no second system number its rows likewise?",
        ),
    ] {
        let above = share_above(count, rows.records, limit, key);
        broken.extend(
            above.map(|above| format!("{name}: {count} of {} records are {what}, {above}; {remedy}", rows.records)),
        );
    }
    let (bytes, all) = (account.malformed_bytes, account.text_bytes);
    // Where the records say so already, their bytes say nothing more.
    if share_above(rows.malformed, rows.records, limits.max_rejected_pct, "").is_none()
        && let Some(above) = share_above(bytes, all, limits.max_rejected_pct, "max_rejected_pct")
    {
        let records = if rows.malformed == 1 { "record" } else { "records" };
        let malformed = rows.malformed;
        broken.push(format!(
            "{name}: {malformed} malformed {records} take {bytes} of {all} bytes, {above}; {REJECTS}, and a stray quote \
             or a file that was not written to its end may be behind them"
        ));
    }
    broken.extend(unmapped(config, account));
    let has_events = !config.extract.is_register();
    if has_events && rows.in_use > 0 && account.in_window == 0 && !limits.may_be_outside_window {
        broken.push(format!(
            "{name}: none of the {} rows in use is dated in the window that ends on {as_of}; is that day right, and the \
             extract made anew? If so, set may_be_outside_window = true in [limits.{name}]",
            rows.in_use
        ));
    }
    broken.extend(limits.max_age_days.and_then(|days| too_old(name, account.newest, days, as_of)));
    broken
}

const REJECTS: &str = "the rejects name them";

/// A population of nobody, in words.
pub fn nobody() -> String {
    "nobody is counted: check [window] and the registration dates of the customers extract; set may_be_nobody = true in \
     [limits] if that is right"
        .to_owned()
}

/// How far a count is above a limit; nothing where it is not.
fn share_above(count: u64, all: u64, limit: f64, key: &str) -> Option<String> {
    let pct = if all == 0 { 0.0 } else { 100.0 * count as f64 / all as f64 };
    let rounded = double((pct * 100.0).round() / 100.0);
    (pct > limit).then(|| format!("{rounded} %, more than {key} = {} allows", double(limit)))
}

/// A quote that is never closed swallows the rest of its file, however few records that makes.
fn unclosed_quotes(account: &ExtractAccount) -> Option<String> {
    account.reasons.get(&Reason::UnclosedQuote).filter(|count| **count > 0)?;
    let of_file = |file: &&crate::intake::FileAccount| file.file.counts.reasons.contains_key(&Reason::UnclosedQuote);
    let mut files = account.files.iter().filter(of_file);
    let first = files.next().map_or(String::new(), |file| format!(" in {}", shown(&file.file.input.name)));
    let more = match files.count() {
        0 => String::new(),
        1 => " and in 1 more file".to_owned(),
        more => format!(" and in {more} more files"),
    };
    let name = account.extract.name();
    Some(format!(
        "{name}: a quote{first}{more} is never closed, so everything from it to the end of the file is one record, which \
         is rejected; the rejects tell its lines. Correct the file, or set allow_unclosed_quotes = true in [limits.{name}]"
    ))
}

/// Columns whose codes are mostly unknown: then another column is read, or a map is missing.
fn unmapped(config: &ExtractConfig, account: &ExtractAccount) -> Vec<String> {
    let name = config.extract.name();
    let accepted = account.rows.accepted();
    let check = |(what, column, codes): (&str, &str, &BTreeMap<String, u64>)| {
        let count: u64 = codes.values().sum();
        let above = share_above(count, accepted, config.limits.max_unmapped_pct, "max_unmapped_pct")?;
        Some(format!(
            "{name}: {count} of {accepted} rows name a {what}, {above}; is {column} read from the right column? Map its \
             codes in [extracts.{name}.codes.{column}]"
        ))
    };
    let columns = [
        ("benefit that the catalogue lacks", "benefit", &account.unknown_benefits),
        ("method that no code maps", "method", &account.unmapped_methods),
    ];
    columns.into_iter().filter_map(check).collect()
}

fn too_old(name: &str, newest: Option<Day>, days: u32, as_of: Day) -> Option<String> {
    match newest {
        Some(newest) if as_of.0 - newest.0 <= days as i32 => None,
        Some(newest) => Some(format!(
            "{name}: the newest event is of {newest}, more than max_age_days = {days} before {as_of}; was the extract made \
             anew?"
        )),
        None => Some(format!("{name}: there is no event up to {as_of}, and max_age_days = {days}")),
    }
}
