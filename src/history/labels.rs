//! The labels of a run, read back in order: a part of the file at a time, on one thread or on all.
//!
//! A part is a few megabytes of CSV or some row groups of Parquet. Taking the next part is in order by nature and
//! cheap; making a table of it is neither, so [`LabelsFile::scan`] lets workers do that side by side.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};

use polars::prelude::DataFrame;

use super::HistoryError;
use super::columns::{Column, Kind};
use super::parts::{Part, Parts};
use crate::config::{Config, LabelsFormat};
use crate::features::catalogue::{FEATURES, FeatureType};
use crate::rules::RuleSet;
use crate::text::{guarded, push_csv};

/// A labels file and what its columns are.
#[derive(Debug, Clone)]
pub struct LabelsFile {
    path: PathBuf,
    format: LabelsFormat,
    /// Whether apostrophes before what looks like a formula were added when it was written.
    spreadsheet_safe: bool,
    kinds: BTreeMap<String, Kind>,
}

impl LabelsFile {
    /// The labels of a run folder, written under this configuration.
    ///
    /// # Errors
    /// The configuration's rules cannot be compiled.
    pub fn of(folder: &Path, config: &Config) -> Result<Self, HistoryError> {
        let rules = RuleSet::compile(&config.customers)
            .map_err(|problems| HistoryError::Config { path: folder.join("config.toml"), problems })?;
        let kind = |feature_type| if feature_type == FeatureType::Count { Kind::Count } else { Kind::Number };
        let mut kinds = BTreeMap::from([
            ("customer_id".to_owned(), Kind::Guarded),
            ("category".to_owned(), Kind::Text),
            ("rule".to_owned(), Kind::Text),
        ]);
        kinds.extend(FEATURES.iter().map(|feature| (feature.name.to_owned(), kind(feature.feature_type))));
        kinds.extend(rules.derived_features().map(|(name, feature_type)| (name.to_owned(), kind(feature_type))));
        kinds.extend(config.dimensions.iter().map(|name| (name.clone(), Kind::Guarded)));
        let format = config.outputs.labels;
        let name = match format {
            LabelsFormat::Csv => "labels.csv",
            LabelsFormat::Parquet => "labels.parquet",
        };
        Ok(LabelsFile { path: folder.join(name), format, spreadsheet_safe: config.outputs.spreadsheet_safe, kinds })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is CSV or Parquet.
    pub fn format(&self) -> LabelsFormat {
        self.format
    }

    /// Whether apostrophes were put before what looks like a formula.
    pub fn spreadsheet_safe(&self) -> bool {
        self.spreadsheet_safe
    }

    /// The columns that it has, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn header(&self) -> Result<Vec<String>, HistoryError> {
        Ok(Parts::open(self)?.header().to_vec())
    }

    /// Its rows in order as tables of these columns.
    ///
    /// # Errors
    /// The file cannot be opened or lacks a column.
    pub fn reader(&self, columns: &[&str]) -> Result<LabelsReader, HistoryError> {
        let parts = Parts::open(self)?;
        let columns = self.columns(columns, parts.header())?;
        Ok(LabelsReader { columns, parts })
    }

    /// Makes tables of these columns on `threads` workers, does `work` on each there, and gives what came of it to
    /// `take` in the order of the rows.
    ///
    /// # Errors
    /// The file cannot be read, or what `work` or `take` finds.
    pub fn scan<T: Send>(
        &self,
        columns: &[&str],
        threads: usize,
        work: impl Fn(DataFrame) -> Result<T, HistoryError> + Sync,
        mut take: impl FnMut(T) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let LabelsReader { columns, parts } = self.reader(columns)?;
        let taker = parts.taker();
        let parts = Mutex::new((0usize, parts));
        let (ready, made) = mpsc::sync_channel(threads.max(1) * 2);
        let (parts, work, columns, taker) = (&parts, &work, &columns, &taker);
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                let ready = ready.clone();
                scope.spawn(move || {
                    loop {
                        let next = {
                            let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
                            parts.0 += 1;
                            parts.1.next_part().map(|part| part.map(|part| (parts.0 - 1, part)))
                        };
                        let (number, made) = match next {
                            Ok(None) => return,
                            Ok(Some((number, part))) => (number, taker.table(&part, columns).and_then(work)),
                            Err(fault) => (usize::MAX, Err(fault)),
                        };
                        let stop = made.is_err();
                        // Nobody waits for more once something has failed.
                        if ready.send((number, made)).is_err() || stop {
                            return;
                        }
                    }
                });
            }
            drop(ready);
            in_order(made, &mut take)
        })
    }

    /// The row of one customer.
    pub(super) fn find(&self, id: &str, columns: &[&str]) -> Result<Option<DataFrame>, HistoryError> {
        let mut written = Vec::new();
        push_csv(&guarded(id, self.spreadsheet_safe), &mut written);
        written.push(b',');
        let mut parts = Parts::open(self)?;
        let only_id = self.columns(&["customer_id"], parts.header())?;
        let columns = self.columns(columns, parts.header())?;
        let (taker, damaged) = (parts.taker(), |fault| self.damaged(fault));
        while let Some(part) = parts.next_part()? {
            if !part.may_hold(&written) {
                continue;
            }
            let ids = taker.table(&part, &only_id)?;
            let found = ids.column("customer_id").and_then(|ids| Ok(ids.str()?.iter().position(|own| own == Some(id))));
            if let Some(row) = found.map_err(damaged)? {
                return Ok(Some(taker.table(&part, &columns)?.slice(row as i64, 1)));
            }
        }
        Ok(None)
    }

    pub(super) fn damaged(&self, fault: polars::prelude::PolarsError) -> HistoryError {
        HistoryError::Damaged { path: self.path.clone(), message: fault.to_string() }
    }

    /// Where these columns are and what they hold.
    pub(super) fn columns(&self, names: &[&str], header: &[String]) -> Result<Vec<Column>, HistoryError> {
        let column = |name: &&str| {
            let place = header.iter().position(|own| own == name);
            let missing = || HistoryError::NoColumn { path: self.path.clone(), column: (*name).to_owned() };
            let kind = match self.kinds.get(*name).copied().unwrap_or(Kind::Text) {
                Kind::Guarded if !self.spreadsheet_safe => Kind::Text,
                kind => kind,
            };
            Ok(Column { name: (*name).to_owned(), place: place.ok_or_else(missing)?, kind })
        };
        names.iter().map(column).collect()
    }
}

/// Hands over what came of the parts in the order of the parts.
fn in_order<T>(
    made: mpsc::Receiver<(usize, Result<T, HistoryError>)>,
    take: &mut impl FnMut(T) -> Result<(), HistoryError>,
) -> Result<(), HistoryError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, made) in made {
        waiting.insert(number, made?);
        while let Some(made) = waiting.remove(&next) {
            take(made)?;
            next += 1;
        }
    }
    Ok(())
}

/// Rows of a labels file in order, as tables.
pub struct LabelsReader {
    columns: Vec<Column>,
    parts: Parts,
}

impl Iterator for LabelsReader {
    type Item = Result<DataFrame, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let part: Part = match self.parts.next_part() {
            Ok(part) => part?,
            Err(fault) => return Some(Err(fault)),
        };
        Some(self.parts.taker().table(&part, &self.columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::keys::RuleNames;
    use polars::prelude::{IntoColumn, NamedFrom, Series};
    use polars_io::parquet::write::ParquetWriter;

    const ROWS: usize = 220_000;

    fn id(row: usize) -> String {
        format!("customer {row:06}")
    }

    /// Labels of several parts, `contacts` being the row's number; what they hold is told by `row`.
    fn labels(folder: &Path, settings: &str) -> (LabelsFile, Config) {
        let text = format!(
            "{settings}\n[extracts]\ncontacts.files = \"c\"\napplications.files = \"a\"\npayments.files = \"p\""
        );
        let config = crate::config::from_text(&text, folder).unwrap();
        (LabelsFile::of(folder, &config).unwrap(), config)
    }

    fn csv(folder: &Path, change: impl Fn(usize, String) -> String) -> (LabelsFile, Config) {
        let row = |at: usize| change(at, format!("{},regular,default,{at},\n", id(at)));
        let rows: String = (0..ROWS).map(row).collect();
        std::fs::write(folder.join("labels.csv"), format!("customer_id,category,rule,contacts,age\n{rows}")).unwrap();
        labels(folder, "")
    }

    /// Every row in order, by all ways of reading.
    fn holds_every_row(labels: &LabelsFile, config: &Config) {
        let check = |table: &DataFrame, next: &mut usize| {
            let (ids, contacts) = (table.column("customer_id").unwrap(), table.column("contacts").unwrap());
            for (own, count) in ids.str().unwrap().iter().zip(contacts.i64().unwrap().iter()) {
                assert_eq!((own, count), (Some(id(*next).as_str()), Some(*next as i64)));
                *next += 1;
            }
        };
        let columns = ["contacts", "customer_id"];
        let (mut next, mut parts) = (0, 0);
        for table in labels.reader(&columns).unwrap() {
            check(&table.unwrap(), &mut next);
            parts += 1;
        }
        assert!(next == ROWS && parts > 1, "{next} rows in {parts} parts");
        let mut next = 0;
        let take = |table: DataFrame| {
            check(&table, &mut next);
            Ok(())
        };
        labels.scan(&columns, 4, Ok, take).unwrap();
        assert_eq!(next, ROWS);
        let mut next = 0;
        let take = |keys: crate::history::keys::Keys| {
            (0..keys.len()).for_each(|row| assert_eq!(keys.id(row), id(next + row).as_bytes()));
            next += keys.len();
            true
        };
        labels.keys(&RuleNames::of(config), take).unwrap();
        assert_eq!(next, ROWS);
        let found = labels.find(&id(ROWS - 2), &["contacts"]).unwrap().unwrap();
        assert_eq!(found.column("contacts").unwrap().i64().unwrap().get(0), Some(ROWS as i64 - 2));
    }

    #[test]
    fn parts_come_in_order_and_hold_every_row() {
        let folder = tempfile::tempdir().unwrap();
        let (labels, config) = csv(folder.path(), |_, row| row);
        holds_every_row(&labels, &config);
    }

    #[test]
    fn parts_of_parquet_do_too() {
        let folder = tempfile::tempdir().unwrap();
        let texts = |name: &str, value: &dyn Fn(usize) -> String| {
            Series::new(name.into(), (0..ROWS).map(value).collect::<Vec<_>>()).into_column()
        };
        let contacts = Series::new("contacts".into(), (0..ROWS as i64).collect::<Vec<_>>()).into_column();
        let columns = vec![
            texts("customer_id", &id),
            texts("category", &|_| "regular".to_owned()),
            texts("rule", &|_| "default".to_owned()),
            contacts,
        ];
        let mut frame = DataFrame::new(ROWS, columns).unwrap();
        let file = std::fs::File::create(folder.path().join("labels.parquet")).unwrap();
        // Row groups end elsewhere than parts do.
        ParquetWriter::new(file).with_row_group_size(Some(50_000)).finish(&mut frame).unwrap();
        let (labels, config) = labels(folder.path(), "outputs.labels = \"parquet\"");
        holds_every_row(&labels, &config);
        assert!(labels.reader(&["age"]).is_err(), "a column that the file lacks");
    }

    #[test]
    fn a_row_that_does_not_fit_is_told_by_its_line_however_far_down() {
        let folder = tempfile::tempdir().unwrap();
        let bad = ROWS - 10;
        let (labels, _) = csv(folder.path(), |at, row| if at == bad { row.replace(",\n", ",,x\n") } else { row });
        let bad_row = bad as u64 + 2;
        let told = labels.scan(&["contacts"], 3, Ok, |_| Ok(())).unwrap_err();
        assert!(matches!(told, HistoryError::Row { line, .. } if line == bad_row), "{told}");
    }

    #[test]
    fn work_that_fails_ends_the_scan() {
        let folder = tempfile::tempdir().unwrap();
        let (labels, _) = csv(folder.path(), |_, row| row);
        let failing = |_| Err::<(), _>(HistoryError::NoRun { folder: PathBuf::from("told") });
        assert!(matches!(labels.scan(&["contacts"], 3, failing, |()| Ok(())), Err(HistoryError::NoRun { .. })));
        let full = || HistoryError::NoRun { folder: PathBuf::from("full") };
        assert!(labels.scan(&["contacts"], 3, Ok, |_| Err(full())).is_err());
    }
}
