//! What has to be said of how a table's values are written: once for its source where its columns agree, else in the
//! column.

use std::collections::BTreeSet;

use toml_edit::{Array, Value};

use super::columns::Mapping;
use super::details::Details;
use super::profile::Profile;
use super::tables::Table;
use super::vocabulary::Vocabulary;
use crate::config::{IdFormat, Unit};
use crate::schema::extracts::{ColumnKind, ColumnName};

/// Spellings that need not be said.
const TRUE_VALUES: [&str; 5] = ["true", "t", "yes", "y", "1"];
const FALSE_VALUES: [&str; 5] = ["false", "f", "no", "n", "0"];

/// A key and what it is set to.
pub type Setting = (&'static str, Value);

/// What is said of a table's values.
#[derive(Debug, Default)]
pub struct Settings {
    /// For all columns.
    pub source: Vec<Setting>,
    /// For each mapping by itself.
    pub columns: Vec<Vec<Setting>>,
}

/// A text, or a list where there are several.
pub fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    Value::Array(texts.into_iter().collect::<Array>())
}

/// What has to be said of the mapped columns of a table.
pub fn settings(table: &Table, mappings: &[Mapping], details: &Details, words: &Vocabulary) -> Settings {
    let mut settings = Settings { source: vec![], columns: vec![vec![]; mappings.len()] };
    let profile = |mapping: &Mapping| mapping.at().map(|at| &table.columns[at].profile);
    dates(mappings, &profile, &mut settings);
    numbers(mappings, &profile, &mut settings);
    bools(mappings, &profile, &mut settings);
    missing(mappings, &profile, words, &mut settings);
    for (mapping, own) in mappings.iter().zip(&mut settings.columns) {
        match mapping.column {
            Some(ColumnName::customer_id | ColumnName::employer_id) => own.extend(id_settings(&details.owner)),
            Some(ColumnName::contact_id | ColumnName::application_id | ColumnName::payment_id) => {
                let prefix = IdFormat { prefix: details.id_prefix.clone(), ..IdFormat::default() };
                own.extend(id_settings(&prefix));
            }
            Some(ColumnName::period_end) if details.exclusive => own.push(("exclusive", true.into())),
            Some(ColumnName::handling_minutes) => match details.unit {
                Unit::Minutes => {}
                Unit::Seconds => own.push(("unit", "seconds".into())),
                Unit::Hours => own.push(("unit", "hours".into())),
                Unit::Clock => own.push(("unit", "clock".into())),
            },
            Some(ColumnName::amount) => own.extend(details.sign.iter().map(|sign| {
                let mut table = toml_edit::InlineTable::new();
                table.insert("column", sign.column.as_str().into());
                table.insert("negative", texts(sign.negative.iter().map(String::as_str)));
                ("sign", Value::InlineTable(table))
            })),
            _ => {}
        }
    }
    settings
}

/// What becomes of ids.
fn id_settings(form: &IdFormat) -> Vec<Setting> {
    let mut settings = Vec::new();
    let list = |list: &[String]| texts(list.iter().map(String::as_str));
    if !form.strip_prefix.is_empty() {
        settings.push(("strip_prefix", list(&form.strip_prefix)));
    }
    if !form.strip_suffix.is_empty() {
        settings.push(("strip_suffix", list(&form.strip_suffix)));
    }
    if form.pad > 0 {
        settings.push(("pad", i64::from(form.pad).into()));
    }
    if !form.prefix.is_empty() {
        settings.push(("prefix", form.prefix.as_str().into()));
    }
    settings
}

/// A column's profile, if the mapping has a column.
type ProfileOf<'p> = dyn Fn(&Mapping) -> Option<&'p Profile> + 'p;

/// Puts a key to the source if all columns that need it agree, else to the columns.
fn put(key: &'static str, needed: Vec<(usize, Value)>, agree: bool, settings: &mut Settings) {
    let Some((_, first)) = needed.first() else { return };
    let is_same = needed.iter().all(|(_, value)| value.to_string() == first.to_string());
    match agree && is_same {
        true => settings.source.push((key, first.clone())),
        false => needed.into_iter().for_each(|(at, value)| settings.columns[at].push((key, value))),
    }
}

fn dates(mappings: &[Mapping], profile: &ProfileOf<'_>, settings: &mut Settings) {
    let formats_of = |mapping: &Mapping| -> Option<Vec<&'static str>> {
        let dates = profile(mapping)?.dates.as_ref()?;
        (mapping.kind == ColumnKind::Date).then(|| dates.formats.iter().map(|(format, _)| *format).collect())
    };
    let all: Vec<(usize, Vec<&'static str>)> =
        mappings.iter().enumerate().filter_map(|(at, mapping)| Some((at, formats_of(mapping)?))).collect();
    // The formats of the column that has most do for the others if they have no more.
    let Some(most) = all.iter().map(|(_, formats)| formats).max_by_key(|formats| formats.len()) else { return };
    let most = most.clone();
    if all.iter().all(|(_, formats)| formats.iter().all(|format| most.contains(format))) {
        if most != ["%Y-%m-%d"] {
            settings.source.push(("date_formats", texts(most)));
        }
        return;
    }
    let needed = all.into_iter().filter(|(_, formats)| *formats != ["%Y-%m-%d"]);
    put("date_formats", needed.map(|(at, formats)| (at, texts(formats))).collect(), false, settings);
}

fn numbers(mappings: &[Mapping], profile: &ProfileOf<'_>, settings: &mut Settings) {
    let is_number = |kind| matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer);
    let columns = mappings.iter().enumerate().filter(|(_, mapping)| is_number(mapping.kind));
    let columns: Vec<_> = columns.filter_map(|(at, mapping)| Some((at, profile(mapping)?.numbers.as_ref()?))).collect();
    let with_fractions: Vec<_> = columns.iter().filter(|(_, numbers)| numbers.has_fractions).collect();
    let agree =
        with_fractions.windows(2).all(|pair| pair[0].1.format.decimal_separator == pair[1].1.format.decimal_separator);
    let commas = with_fractions.iter().filter(|(_, numbers)| numbers.format.decimal_separator == b',');
    put("decimal_separator", commas.map(|(at, _)| (*at, ",".into())).collect(), agree, settings);
    for (at, numbers) in columns {
        let (format, own) = (&numbers.format, &mut settings.columns[at]);
        // Without fractions it is not known by what other numbers of the column are parted.
        if format.decimal_separator == b',' && !numbers.has_fractions && format.thousands_separator == Some('.') {
            own.push(("decimal_separator", ",".into()));
        }
        if let Some(separator) = format.thousands_separator {
            own.push(("thousands_separator", separator.to_string().into()));
        }
        if !format.strip.is_empty() {
            own.push(("strip", texts(format.strip.iter().map(String::as_str))));
        }
        let forms = [("trailing", format.negative.trailing), ("parentheses", format.negative.parentheses)];
        let forms: Vec<&str> = forms.into_iter().filter(|(_, is_used)| *is_used).map(|(form, _)| form).collect();
        if !forms.is_empty() {
            own.push(("negative", texts(std::iter::once("leading").chain(forms))));
        }
    }
}

fn bools(mappings: &[Mapping], profile: &ProfileOf<'_>, settings: &mut Settings) {
    for (side, key, usual) in [(0, "true_values", TRUE_VALUES), (1, "false_values", FALSE_VALUES)] {
        let spellings = |mapping: &Mapping| -> Option<Vec<String>> {
            let found = &profile(mapping)?.bools.as_ref()?[side];
            let is_needed = found.iter().any(|value| !usual.contains(&value.as_str()));
            (mapping.kind == ColumnKind::Bool && is_needed).then(|| found.clone())
        };
        let needed = mappings.iter().enumerate().filter_map(|(at, mapping)| Some((at, spellings(mapping)?)));
        let needed: Vec<(usize, Value)> =
            needed.map(|(at, found)| (at, texts(found.iter().map(String::as_str)))).collect();
        let bools = mappings.iter().filter(|mapping| mapping.kind == ColumnKind::Bool && profile(mapping).is_some());
        let agree = needed.len() == bools.count();
        put(key, needed, agree, settings);
    }
}

/// Markers that mean a missing value anywhere stand in the source, words that only dates and numbers cannot be, in the
/// column.
fn missing(mappings: &[Mapping], profile: &ProfileOf<'_>, words: &Vocabulary, settings: &mut Settings) {
    let mut anywhere: BTreeSet<&str> = BTreeSet::new();
    for (at, mapping) in mappings.iter().enumerate() {
        let markers = profile(mapping).into_iter().flat_map(|profile| profile.missing.keys());
        let (usual, own): (Vec<&str>, Vec<&str>) =
            markers.map(String::as_str).partition(|marker| words.values.missing.iter().any(|usual| usual == marker));
        anywhere.extend(usual);
        if !own.is_empty() {
            settings.columns[at].push(("missing", texts(own)));
        }
    }
    if !anywhere.is_empty() {
        settings.source.push(("missing", texts(anywhere)));
    }
}
