//! What would make the ids of orphans match those of the register.

use std::collections::BTreeSet;

use super::{Guess, Sample, rows_of, toml_list, toml_text};
use crate::config::IdFormat;
use crate::extract::ids::IdReader;

/// Most prefixes and suffixes that are tried.
const MOST_AFFIXES: usize = 8;

/// The changes of ids by which most orphans would match, one guess for each kind of change, the best first. `register`
/// are some of its ids, `known` tells whether an id is in it.
pub fn id_formats(orphans: &[Sample], register: &[&str], known: impl Fn(&str) -> bool) -> Vec<Guess> {
    let matching = |format: &IdFormat| {
        let reader = IdReader::new(format);
        let is_known = |id: &str| {
            let mut changed = Vec::new();
            reader.as_ref().is_some_and(|reader| reader.append(id.as_bytes(), &mut changed))
                && std::str::from_utf8(&changed).is_ok_and(&known)
        };
        rows_of(orphans.iter().filter(|(id, _)| is_known(id)))
    };
    let mut found: Vec<(Guess, usize)> = Vec::new();
    for kind in candidates(orphans, register) {
        let counted = kind.into_iter().map(|format| (matching(&format), format));
        // Of equals the first.
        let best = counted.reduce(|best, other| if other.0 > best.0 { other } else { best });
        if let Some((rows, format)) = best.filter(|(rows, _)| *rows > 0) {
            let (means, settings) = described(&format);
            found.push((Guess { rows, means: means.join(", "), setting: settings.join("\n") }, settings.len()));
        }
    }
    found.sort_by_key(|(guess, settings)| (std::cmp::Reverse(guess.rows), *settings));
    // Two changes together say nothing new where one does as much.
    let most_of_one = found.iter().filter(|(_, settings)| *settings == 1).map(|(guess, _)| guess.rows).max();
    found.retain(|(guess, settings)| *settings == 1 || Some(guess.rows) > most_of_one);
    found.into_iter().map(|(guess, _)| guess).collect()
}

/// Changes that are tried, kind by kind.
fn candidates(orphans: &[Sample], register: &[&str]) -> Vec<Vec<IdFormat>> {
    let lengths: BTreeSet<u32> = register.iter().map(|id| id.chars().count() as u32).collect();
    let pads: Vec<IdFormat> =
        lengths.into_iter().take(MOST_AFFIXES).map(|pad| IdFormat { pad, ..IdFormat::default() }).collect();
    let point_zero = IdFormat { strip_suffix: vec![".0".to_owned()], ..IdFormat::default() };
    let of_orphans = |part: fn(&str) -> &str| frequent(orphans.iter().map(|(id, rows)| (part(id), *rows)));
    let strip_prefix = |text| IdFormat { strip_prefix: vec![text], ..IdFormat::default() };
    let strip_suffix = |text| IdFormat { strip_suffix: vec![text], ..IdFormat::default() };
    let prefixes = frequent(register.iter().map(|id| (head(id), 1)));
    let prefixed = prefixes.into_iter().map(|prefix| IdFormat { prefix, ..IdFormat::default() });
    let padded_too =
        |format: &IdFormat| pads.iter().map(|pad| IdFormat { pad: pad.pad, ..format.clone() }).collect::<Vec<_>>();
    let stripped: Vec<IdFormat> = of_orphans(head).into_iter().map(strip_prefix).collect();
    let prefixed: Vec<IdFormat> = prefixed.collect();
    vec![
        pads.clone(),
        vec![point_zero.clone()],
        stripped.clone(),
        of_orphans(tail).into_iter().filter(|text| text != ".0").map(strip_suffix).collect(),
        prefixed,
        padded_too(&point_zero),
        stripped.iter().flat_map(padded_too).collect(),
    ]
}

/// What an id begins with before its first digit.
fn head(id: &str) -> &str {
    &id[..id.find(|own: char| own.is_ascii_digit()).unwrap_or(0)]
}

/// What it ends with behind its last digit; of a decimal number the decimals and their point.
fn tail(id: &str) -> &str {
    let end = id.rfind(|own: char| own.is_ascii_digit()).map_or(id.len(), |at| at + 1);
    &id[end..]
}

/// The most frequent of some texts, empty ones left out.
fn frequent<'a>(texts: impl Iterator<Item = (&'a str, u64)>) -> Vec<String> {
    let mut counted: Vec<(&str, u64)> = Vec::new();
    for (text, rows) in texts.filter(|(text, _)| !text.is_empty()) {
        match counted.iter_mut().find(|(known, _)| *known == text) {
            Some(known) => known.1 += rows,
            None => counted.push((text, rows)),
        }
    }
    counted.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    counted.truncate(MOST_AFFIXES);
    counted.into_iter().map(|(text, _)| text.to_owned()).collect()
}

/// A change in words and as settings of the column.
fn described(format: &IdFormat) -> (Vec<String>, Vec<String>) {
    let (mut means, mut settings) = (Vec::new(), Vec::new());
    let listed = |texts: &[String]| toml_list(texts.iter().map(String::as_str));
    for (name, texts, what) in
        [("strip_prefix", &format.strip_prefix, "before"), ("strip_suffix", &format.strip_suffix, "behind")]
    {
        if !texts.is_empty() {
            means.push(format!("without {} {what} the id", listed(texts)));
            settings.push(format!("{name} = {}", listed(texts)));
        }
    }
    if format.pad > 0 {
        means.push(format!("with leading zeros up to {} characters", format.pad));
        settings.push(format!("pad = {}", format.pad));
    }
    if !format.prefix.is_empty() {
        means.push(format!("with {} before the id", toml_text(&format.prefix)));
        settings.push(format!("prefix = {}", toml_text(&format.prefix)));
    }
    (means, settings)
}
