//! Ids that several files share: which columns have them, and what has to be done to those of one file for them to be
//! those of another.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Fit, Origin, is_owner};
use super::tables::{Column, Table};
use crate::config::IdFormat;
use crate::extract::ids::IdReader;
use crate::schema::Extract;

/// Different ids that are tried.
const MOST_TRIED: usize = 400;
/// Columns that are tried two by two.
const MOST_PAIRED: usize = 16;
/// Ids match if so many per cent of them do, where the register was seen whole.
const LEAST_PCT: usize = 50;
/// What may stand between two columns that make one id.
const JOINS: [&str; 6] = ["-", "", "/", "_", " ", "."];

/// For each column of each table, how many of its values other tables have as well, from 0 to 1.
pub fn links(tables: &[Table]) -> Vec<Vec<f64>> {
    let mut known: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let may_be_shared = |column: &Column| {
        let long = column.profile.values.keys().filter(|value| value.len() > 1).count();
        column.profile.are_ids() && 2 * long >= column.profile.values.len() && column.profile.values.len() > 1
    };
    for (at, table) in tables.iter().enumerate() {
        for column in table.columns.iter().filter(|column| may_be_shared(column)) {
            column.profile.values.keys().for_each(|value| _ = known.entry(value).or_default().insert(at));
        }
    }
    let link = |column: &Column| {
        let tried: Vec<&String> = tried(column).collect();
        let shared = tried.iter().filter(|value| known.get(value.as_str()).is_some_and(|tables| tables.len() > 1));
        if !may_be_shared(column) { 0.0 } else { shared.count() as f64 / tried.len().max(1) as f64 }
    };
    tables.iter().map(|table| table.columns.iter().map(link).collect()).collect()
}

fn tried(column: &Column) -> impl Iterator<Item = &String> {
    let step = (column.profile.values.len() / MOST_TRIED).max(1);
    column.profile.values.keys().step_by(step).take(MOST_TRIED)
}

/// The ids of a register, as far as they were seen.
#[derive(Debug, Default)]
pub struct RegisterIds(BTreeSet<String>);

impl RegisterIds {
    /// Of the tables that are the register.
    pub fn of<'a>(register: Extract, tables: impl Iterator<Item = (&'a Table, &'a Fit)>) -> Self {
        let mut ids = BTreeSet::new();
        for (table, fit) in tables.filter(|(_, fit)| fit.extract == register) {
            let owner = fit.mappings.iter().find(|mapping| is_owner(mapping.column)).and_then(|mapping| mapping.at());
            ids.extend(owner.into_iter().flat_map(|at| table.columns[at].profile.values.keys().cloned()));
        }
        RegisterIds(ids)
    }

    fn hits(&self, ids: &[String]) -> usize {
        ids.iter().filter(|id| self.0.contains(*id)).count()
    }

    /// Whether so many of some ids are the register's that these must be the same.
    fn matches(&self, hits: usize, of: usize) -> bool {
        hits > 0 && (hits * 100 >= of * LEAST_PCT || hits >= 20)
    }

    /// What makes a column's ids those of the register, if they are not yet, and something does.
    pub fn form(&self, column: &Column) -> Option<IdFormat> {
        let ids: Vec<String> = tried(column).cloned().collect();
        if ids.is_empty() || self.0.is_empty() || self.matches(self.hits(&ids), ids.len()) {
            return None;
        }
        let mut best: Option<(usize, IdFormat)> = None;
        for format in self.forms(&ids) {
            let Some(reader) = IdReader::new(&format) else { continue };
            let made = |id: &String| {
                let mut made = Vec::new();
                reader.append(id.as_bytes(), &mut made);
                String::from_utf8_lossy(&made).into_owned()
            };
            let hits = self.hits(&ids.iter().map(made).collect::<Vec<_>>());
            if self.matches(hits, ids.len()) && best.as_ref().is_none_or(|(most, _)| hits > *most) {
                best = Some((hits, format));
            }
        }
        best.map(|(_, format)| format)
    }

    /// The forms that may do it, those with fewest changes first.
    fn forms(&self, ids: &[String]) -> Vec<IdFormat> {
        let own: Vec<&str> = self.0.iter().map(String::as_str).take(MOST_TRIED).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let prefix = letters(common_start(&own));
        let lengths: BTreeSet<usize> = own.iter().map(|id| id.chars().count() - prefix.chars().count()).collect();
        let padded = if lengths.len() == 1 { lengths.into_iter().next().filter(|length| *length <= 40) } else { None };
        let their_prefix = letters(common_start(&ids));
        let one_or_none = |text: &str| if text.is_empty() { vec![vec![]] } else { vec![vec![], vec![text.to_owned()]] };
        let mut suffixes = vec![vec![]];
        if ids.iter().all(|id| id.ends_with(".0")) {
            suffixes.push(vec![".0".to_owned()]);
        }
        let mut forms = Vec::new();
        for strip_suffix in &suffixes {
            for strip_prefix in one_or_none(their_prefix) {
                for pad in std::iter::once(0).chain(padded) {
                    for prefix in if prefix.is_empty() { vec![""] } else { vec!["", prefix] } {
                        forms.push(IdFormat {
                            strip_prefix: strip_prefix.clone(),
                            strip_suffix: strip_suffix.clone(),
                            pad: pad as u32,
                            prefix: prefix.to_owned(),
                        });
                    }
                }
            }
        }
        let changes = |form: &IdFormat| {
            form.strip_prefix.len()
                + form.strip_suffix.len()
                + usize::from(form.pad > 0)
                + usize::from(!form.prefix.is_empty())
        };
        forms.sort_by_key(changes);
        forms
    }

    /// Two columns that make the register's ids together.
    pub fn joined(&self, table: &Table) -> Option<Origin> {
        let usable = |at: &usize| table.columns[*at].is_usable && table.columns[*at].profile.dates.is_none();
        let places: Vec<usize> = (0..table.columns.len()).filter(usable).take(MOST_PAIRED).collect();
        for first in &places {
            for second in places.iter().filter(|second| *second != first) {
                let pairs = table.columns[*first].values.iter().zip(&table.columns[*second].values);
                let pairs: Vec<(&String, &String)> =
                    pairs.filter(|(a, b)| !a.is_empty() && !b.is_empty()).take(MOST_TRIED).collect();
                for join in JOINS {
                    let made: BTreeSet<String> = pairs.iter().map(|(a, b)| format!("{a}{join}{b}")).collect();
                    let made: Vec<String> = made.into_iter().collect();
                    if made.len() > 1 && self.matches(self.hits(&made), made.len()) {
                        return Some(Origin::Joined(vec![*first, *second], join.to_owned()));
                    }
                }
            }
        }
        None
    }

    /// How many of a column's ids are the register's, from 0 to 1.
    pub fn share(&self, column: &Column) -> f64 {
        let ids: Vec<String> = tried(column).cloned().collect();
        if self.is_known() { self.hits(&ids) as f64 / ids.len().max(1) as f64 } else { 0.0 }
    }

    /// Whether a column's ids are the register's already.
    pub fn has(&self, column: &Column) -> bool {
        let ids: Vec<String> = tried(column).cloned().collect();
        self.matches(self.hits(&ids), ids.len())
    }

    /// Whether there is a register.
    pub fn is_known(&self) -> bool {
        self.0.len() > 1
    }
}

fn common_start<'a>(texts: &[&'a str]) -> &'a str {
    let Some((first, others)) = texts.split_first() else { return "" };
    let ends = (0..=first.len()).rev().filter(|end| first.is_char_boundary(*end));
    let mut starts = ends.map(|end| &first[..end]);
    starts.find(|start| others.iter().all(|other| other.starts_with(start))).unwrap_or_default()
}

/// What of a beginning is before its digits.
fn letters(start: &str) -> &str {
    start.find(|character: char| character.is_ascii_digit()).map_or(start, |at| &start[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::profile::Profile;
    use crate::init::vocabulary::Vocabulary;

    fn column(values: &[&str]) -> Column {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let profile = Profile::new(&values, false, None, &Vocabulary::new().unwrap());
        Column { name: "x".to_owned(), values, profile, is_usable: true }
    }

    fn table(columns: Vec<Column>) -> Table {
        Table { files: vec![], unseen: 0, form: None, compression: None, called: String::new(), columns }
    }

    #[test]
    fn ids_are_brought_into_the_form_of_the_register() {
        let register = RegisterIds(["SE-00042", "SE-00107", "SE-01600"].map(str::to_owned).into());
        let form = register.form(&column(&["K42", "K107"])).unwrap();
        assert_eq!((form.strip_prefix, form.pad, form.prefix.as_str()), (vec!["K".to_owned()], 5, "SE-"));
        let form = register.form(&column(&["42.0", "107.0"])).unwrap();
        assert_eq!((form.strip_suffix, form.pad), (vec![".0".to_owned()], 5));
        assert_eq!(register.form(&column(&["SE-00042"])), None);
        assert_eq!(register.form(&column(&["X", "Y"])), None);
        let parts = table(vec![column(&["a", "b", "c"]), column(&["00042", "01600", ""]), column(&["SE", "SE", "SE"])]);
        assert_eq!(register.joined(&parts), Some(Origin::Joined(vec![2, 1], "-".to_owned())));
    }

    #[test]
    fn shared_ids_link_columns() {
        let tables = [table(vec![column(&["K1", "K2"]), column(&["aa", "bb"])]), table(vec![column(&["K2", "K1"])])];
        assert_eq!(links(&tables), [vec![1.0, 0.0], vec![1.0]]);
    }
}
