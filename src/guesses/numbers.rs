//! How numbers are written.

use super::{Guess, Sample, rows_of, toml_list, toml_text};
use crate::config::{NegativeForms, NumberFormat, Unit};
use crate::extract::ColumnKind;
use crate::extract::numbers::NumberReader;

/// What may stand between thousands, and what it is called.
const THOUSANDS: [(char, &str); 5] =
    [(' ', "spaces"), ('.', "points"), (',', "commas"), ('\'', "apostrophes"), ('_', "underscores")];
/// Most texts beside numbers that are dropped.
const MOST_STRIPPED: usize = 5;

/// A way to write numbers, and by how many settings it differs from the present one.
struct Candidate {
    format: NumberFormat,
    unit: Unit,
    means: Vec<String>,
    settings: Vec<String>,
}

/// The settings that read most of these numbers of a kind; of equals those that change least.
pub fn number_format(values: &[Sample], kind: ColumnKind, known: &NumberFormat, unit: Unit) -> Option<Guess> {
    let candidates = candidates(values, kind, known, unit);
    let read = |candidate: &Candidate| {
        let reader = NumberReader::new(&candidate.format, candidate.unit);
        let reads = |text: &str| match kind {
            ColumnKind::Amount => reader.amount(text.as_bytes()).is_ok(),
            ColumnKind::Minutes => reader.minutes(text.as_bytes()).is_ok(),
            _ => reader.integer(text.as_bytes()).is_ok(),
        };
        rows_of(values.iter().filter(|(text, _)| reads(text)))
    };
    let counted: Vec<(u64, &Candidate)> = candidates.iter().map(|candidate| (read(candidate), candidate)).collect();
    let key = |(rows, candidate): &(u64, &Candidate)| (*rows, std::cmp::Reverse(candidate.settings.len()));
    let best = counted.iter().rev().max_by_key(|own| key(own)).filter(|(rows, _)| *rows > 0)?;
    let also = counted.iter().filter(|own| key(own) == key(best) && own.1.settings != best.1.settings);
    let also: Vec<String> = also.map(|(_, own)| own.settings.join(", ")).collect();
    let or = if also.is_empty() { String::new() } else { format!("; or {}: no value tells which", also.join(", or ")) };
    let (rows, Candidate { means, settings, .. }) = (best.0, best.1);
    Some(Guess { rows, means: format!("{}{or}", means.join(", ")), setting: settings.join("\n") })
}

/// Every way of writing numbers that is tried, the present one left out.
fn candidates(values: &[Sample], kind: ColumnKind, known: &NumberFormat, unit: Unit) -> Vec<Candidate> {
    let beside = beside(values);
    let mut found = Vec::new();
    let decimals: &[u8] = if kind == ColumnKind::Integer { &[known.decimal_separator] } else { b".," };
    let thousands = [None].into_iter().chain(THOUSANDS.map(Some));
    for decimal_separator in decimals.iter().copied() {
        for thousands in thousands.clone().filter(|own| own.is_none_or(|(own, _)| own != char::from(decimal_separator)))
        {
            for negative in [known.negative, NegativeForms { trailing: true, parentheses: true, leading: true }] {
                for strip in [&known.strip, &beside] {
                    let thousands_separator = thousands.map(|(own, _)| own).or(known.thousands_separator);
                    let thousands_separator = thousands_separator.filter(|own| *own != char::from(decimal_separator));
                    let mut strip = [known.strip.as_slice(), strip.as_slice()].concat();
                    strip.sort();
                    strip.dedup();
                    let format = NumberFormat { decimal_separator, thousands_separator, strip, negative };
                    found.push(candidate(format, unit, values, known));
                }
            }
        }
    }
    if kind == ColumnKind::Minutes && unit != Unit::Clock {
        let (means, settings) = (vec!["hours and minutes".to_owned()], vec!["unit = \"clock\"".to_owned()]);
        found.push(Candidate { format: known.clone(), unit: Unit::Clock, means, settings });
    }
    found.retain(|candidate| !candidate.settings.is_empty());
    // Where nothing stands beside numbers, each came twice.
    found.dedup_by(|second, first| second.settings == first.settings);
    found
}

/// What a format changes, in words and as settings.
fn candidate(format: NumberFormat, unit: Unit, values: &[Sample], known: &NumberFormat) -> Candidate {
    let (mut means, mut settings) = (Vec::new(), Vec::new());
    if format.decimal_separator != known.decimal_separator {
        let separator = char::from(format.decimal_separator);
        means.push(if separator == ',' { "a comma before decimals" } else { "a point before decimals" }.to_owned());
        settings.push(format!("decimal_separator = \"{separator}\""));
    }
    if format.thousands_separator != known.thousands_separator {
        let name = THOUSANDS.iter().find(|(own, _)| Some(*own) == format.thousands_separator).map(|(_, name)| *name);
        means.push(name.map_or("nothing between thousands".to_owned(), |name| format!("{name} between thousands")));
        let separator = format.thousands_separator.map(String::from).unwrap_or_default();
        settings.push(format!("thousands_separator = {}", toml_text(&separator)));
    }
    if format.negative != known.negative {
        // All forms are tried together; only those that occur are named.
        let trailing = known.negative.trailing || values.iter().any(|(text, _)| text.ends_with(['-', '\u{2212}']));
        let parentheses = known.negative.parentheses || values.iter().any(|(text, _)| text.contains('('));
        let forms = [("leading", true), ("trailing", trailing), ("parentheses", parentheses)];
        let forms = forms.into_iter().filter(|(_, is_used)| *is_used).map(|(form, _)| form);
        means.extend((trailing && !known.negative.trailing).then(|| "minus signs behind numbers".to_owned()));
        means.extend((parentheses && !known.negative.parentheses).then(|| "parentheses for a minus".to_owned()));
        settings.push(format!("negative = {}", toml_list(forms)));
    }
    if format.strip != known.strip {
        means.push("a currency or unit beside the number".to_owned());
        settings.push(format!("strip = {}", toml_list(format.strip.iter().map(String::as_str))));
    }
    Candidate { format, unit, means, settings }
}

/// Texts that stand before or behind numbers, the most frequent ones.
fn beside(values: &[Sample]) -> Vec<String> {
    let is_part =
        |character: char| character.is_ascii_digit() || character.is_whitespace() || "+-\u{2212}()".contains(character);
    let mut found: Vec<(String, u64)> = Vec::new();
    for (text, rows) in values.iter().filter(|(text, _)| text.contains(|own: char| own.is_ascii_digit())) {
        let outside = text.trim_matches(is_part);
        // Of "€ 1 234,50" the text before the first digit, and the one behind the last.
        let before = outside.split(|own: char| own.is_ascii_digit()).next();
        let behind = outside.rsplit(|own: char| own.is_ascii_digit()).next();
        for part in before.into_iter().chain(behind).map(|part| part.trim_matches(is_part)) {
            let is_text =
                !part.is_empty() && part.chars().count() <= 10 && !part.chars().all(|own| ".,'_".contains(own));
            match found.iter_mut().find(|(known, _)| known == part) {
                Some(known) => known.1 += rows,
                None if is_text => found.push((part.to_owned(), *rows)),
                None => {}
            }
        }
    }
    found.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    found.truncate(MOST_STRIPPED);
    found.into_iter().map(|(text, _)| text).collect()
}
