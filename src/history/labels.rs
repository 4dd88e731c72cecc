//! The labels of a past run, read back by polars: only the columns asked for, in batches of bounded size, and only if
//! the file is the one written.
//!
//! Polars reads CSV leniently (rows of another width, stray quotes, `inf`), so the file's hash is checked first: what
//! it then reads is what vardag wrote.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use polars::prelude::{ChunkApply, DataFrame, DataType, IntoColumn, PolarsError, PolarsResult, Schema};
use polars_io::SerReader;
use polars_io::csv::read::CsvReadOptions;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::ParquetReader;

use super::{HistoryError, PastManifest, PastOutput};
use crate::config::{LabelsFormat, RunPlan};
use crate::extract::blocks::{BlockError, BlockReader};
use crate::regular;
use crate::schema::Entity;
use crate::schema::features::FeatureType;
use crate::schema::fields::{WARNING_RISK, WARNING_SCORE};
use crate::text::unguarded;

/// A labels file and the types of its columns.
#[derive(Debug, Clone)]
pub struct LabelsFile {
    path: PathBuf,
    entity: Entity,
    format: LabelsFormat,
    /// Whether text that looks like a formula was written with an apostrophe in front.
    spreadsheet_safe: bool,
    /// The hash that the manifest gives; `None` if it does not list the file.
    blake3: Option<String>,
    /// The types of features by name; all other columns are text.
    types: BTreeMap<String, DataType>,
}

/// Rows that are read at a time.
enum Batch {
    /// Whole records.
    Csv { text: Vec<u8>, has_header: bool },
    /// [`PARQUET_BATCH_ROWS`] rows, or those that are left.
    Parquet { metadata: FileMetadataRef, first_row: usize },
}

/// Bytes of CSV in a batch: some 60,000 rows.
const CSV_BATCH_BYTES: usize = 8 << 20;
/// Rows of Parquet in a batch: as many as four partitions of a run, which are its row groups.
const PARQUET_BATCH_ROWS: usize = 4 * 16_384;

impl LabelsFile {
    /// The labels of a run folder, written under this plan.
    pub fn of(folder: &Path, plan: &RunPlan, manifest: &PastManifest, entity: Entity) -> Self {
        let data_type = |feature_type| match feature_type {
            FeatureType::Count => DataType::Int64,
            FeatureType::Hundredths | FeatureType::Ratio => DataType::Float64,
        };
        let features = plan.rules(entity).features().into_iter();
        let warning = [(WARNING_SCORE, DataType::Int64), (WARNING_RISK, DataType::Float64)];
        let warning = warning.map(|(name, data_type)| (name.to_owned(), data_type));
        let types = features.map(|(name, feature_type)| (name, data_type(feature_type))).chain(warning).collect();
        let format = plan.labels_format(entity);
        let name = format!("{}.{}", entity.labels(), format.extension());
        let listed = manifest.outputs.iter().find(|output| output.file == name);
        LabelsFile {
            path: folder.join(&name),
            entity,
            format,
            spreadsheet_safe: plan.outputs.spreadsheet_safe,
            blake3: listed.map(|output| output.blake3.clone()),
            types,
        }
    }

    /// The sequences of a panel folder, in whichever format it has them.
    pub fn of_sequences(folder: &Path, plan: &RunPlan, outputs: &[PastOutput]) -> Self {
        let formats = [LabelsFormat::Csv, LabelsFormat::Parquet];
        let listed = |format: LabelsFormat| {
            let name = format!("sequences.{}", format.extension());
            let output = outputs.iter().find(|output| output.file == name);
            output.map(|output| (format, name, Some(output.blake3.clone())))
        };
        let found = formats.into_iter().find_map(listed);
        let (format, name, blake3) = found.unwrap_or((LabelsFormat::Csv, "sequences.csv".to_owned(), None));
        LabelsFile {
            path: folder.join(name),
            entity: Entity::Customer,
            format,
            spreadsheet_safe: plan.outputs.spreadsheet_safe,
            blake3,
            types: BTreeMap::new(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the run wrote it.
    pub fn is_listed(&self) -> bool {
        self.blake3.is_some()
    }

    /// The names of its columns, in order.
    ///
    /// # Errors
    /// The file cannot be read, or was changed after the run.
    pub fn column_names(&self) -> Result<Vec<String>, HistoryError> {
        self.verify()?;
        self.header()
    }

    /// The names of the columns of a file that was verified: libraries may panic at a damaged one.
    fn header(&self) -> Result<Vec<String>, HistoryError> {
        let file = self.open()?;
        match self.format {
            // The names need no quotes.
            LabelsFormat::Csv => {
                let mut line = String::new();
                BufReader::new(file).read_line(&mut line).map_err(|source| self.unreadable(source))?;
                Ok(line.trim_end().split(',').map(str::to_owned).collect())
            }
            LabelsFormat::Parquet => {
                let schema = ParquetReader::new(file).schema().map_err(|fault| self.damaged(fault))?;
                Ok(schema.iter_names().map(|name| name.to_string()).collect())
            }
        }
    }

    /// These columns of all rows, in the order asked for: counts as Int64, other features as Float64, all else as text;
    /// what is missing is null.
    ///
    /// # Errors
    /// The file cannot be read, was changed after the run, or lacks a column.
    pub fn read(&self, columns: &[&str]) -> Result<DataFrame, HistoryError> {
        let mut all: Option<DataFrame> = None;
        self.scan(columns, |table| {
            match &mut all {
                Some(all) => drop(all.vstack_mut_owned(table).map_err(|fault| self.damaged(fault))?),
                None => all = Some(table),
            }
            Ok(())
        })?;
        Ok(all.unwrap_or_default())
    }

    /// Hands over these columns of all rows in order, a batch at a time; the next batch is read meanwhile.
    pub(super) fn scan(
        &self,
        columns: &[&str],
        mut take: impl FnMut(DataFrame) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        self.verify()?;
        let names = &self.header()?;
        let batches = self.batches()?;
        let (sender, tables) = mpsc::sync_channel(1);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for table in batches.map(|batch| self.table(&batch?, names, columns)) {
                    let failed = table.is_err();
                    // Nobody listens any more where taking has failed.
                    if sender.send(table).is_err() || failed {
                        return;
                    }
                }
            });
            tables.into_iter().try_for_each(|table| take(table?))
        })
    }

    /// The row of one customer, or employer.
    pub(super) fn find(&self, id: &str, columns: &[&str]) -> Result<Option<DataFrame>, HistoryError> {
        self.verify()?;
        let names = self.header()?;
        for batch in self.batches()? {
            let batch = batch?;
            let id_column = self.entity.id_column();
            let ids = self.table(&batch, &names, &[id_column])?;
            let ids = ids.column(id_column).and_then(|ids| ids.str()).map_err(|fault| self.damaged(fault))?;
            if let Some(row) = ids.iter().position(|own| own == Some(id)) {
                return Ok(Some(self.table(&batch, &names, columns)?.slice(row as i64, 1)));
            }
        }
        Ok(None)
    }

    /// Checks that the file is the one that the run wrote.
    fn verify(&self) -> Result<(), HistoryError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(self.open()?).map_err(|source| self.unreadable(source))?;
        match &self.blake3 {
            Some(expected) if *expected == hasher.finalize().to_hex().as_str() => Ok(()),
            _ => Err(HistoryError::Changed { path: self.path.clone() }),
        }
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<Batch, HistoryError>> + Send + '_>, HistoryError> {
        let file = self.open()?;
        Ok(match self.format {
            LabelsFormat::Csv => {
                let mut blocks = BlockReader::new(file, b',');
                let mut has_header = true;
                Box::new(std::iter::from_fn(move || {
                    let text = next_text(&mut blocks).map_err(|fault| match fault {
                        BlockError::Io(source) => self.unreadable(source),
                        _ => HistoryError::Changed { path: self.path.clone() },
                    });
                    let has_header = std::mem::replace(&mut has_header, false);
                    text.transpose().map(|text| Ok(Batch::Csv { text: text?, has_header }))
                }))
            }
            LabelsFormat::Parquet => {
                let mut reader = ParquetReader::new(file);
                let metadata = reader.get_metadata().map_err(|fault| self.damaged(fault))?.clone();
                // Without any rows there is a batch, too, for its columns.
                let first_rows = (0..metadata.num_rows.max(1)).step_by(PARQUET_BATCH_ROWS);
                Box::new(first_rows.map(move |first_row| Ok(Batch::Parquet { metadata: metadata.clone(), first_row })))
            }
        })
    }

    /// These columns of a batch, from a file with columns of these names.
    fn table(&self, batch: &Batch, names: &[String], columns: &[&str]) -> Result<DataFrame, HistoryError> {
        if let Some(missing) = columns.iter().find(|column| !names.iter().any(|name| name == *column)) {
            return Err(HistoryError::NoColumn { path: self.path.clone(), column: (*missing).to_owned() });
        }
        let table = match batch {
            // What polars says of a value repeats it, and it may be an id.
            Batch::Csv { text, has_header } => self
                .read_csv(text, *has_header, names, columns)
                .map_err(|_| PolarsError::ComputeError("a value is not of the type that the run writes".into())),
            Batch::Parquet { metadata, first_row } => read_parquet(self.open()?, metadata, *first_row, columns),
        };
        let table = table.and_then(|table| self.unguard(table.select(columns.iter().copied())?));
        let table = table.map_err(|fault| self.damaged(fault))?;
        match table.columns().iter().find(|column| *column.dtype() != self.data_type(column.name())) {
            None => Ok(table),
            Some(column) => Err(HistoryError::Damaged {
                path: self.path.clone(),
                message: format!("column \"{}\" has another type than the run writes", column.name()),
            }),
        }
    }

    fn read_csv(&self, text: &[u8], has_header: bool, names: &[String], columns: &[&str]) -> PolarsResult<DataFrame> {
        let schema: Schema = names.iter().map(|name| (name.as_str().into(), self.data_type(name))).collect();
        CsvReadOptions::default()
            .with_schema(Some(Arc::new(schema)))
            .with_columns(Some(columns.iter().map(|column| (*column).into()).collect()))
            .with_has_header(has_header)
            .with_raise_if_empty(false)
            .into_reader_with_file_handle(Cursor::new(text))
            .finish()
    }

    fn data_type(&self, column: &str) -> DataType {
        self.types.get(column).cloned().unwrap_or(DataType::String)
    }

    /// Takes the apostrophes away that were put before what looks like a formula: in ids and dimensions.
    fn unguard(&self, mut table: DataFrame) -> PolarsResult<DataFrame> {
        let texts = table.columns().iter().filter(|column| column.dtype() == &DataType::String);
        let texts: Vec<String> = texts.map(|column| column.name().to_string()).collect();
        let guarded =
            texts.iter().filter(|name| self.spreadsheet_safe && !["category", "rule"].contains(&name.as_str()));
        for name in guarded {
            let texts = table.column(name)?.str()?.apply_values(|text| unguarded(text).into());
            table.with_column(texts.into_column())?;
        }
        Ok(table)
    }

    fn open(&self) -> Result<File, HistoryError> {
        regular::open(&self.path).map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: std::io::Error) -> HistoryError {
        HistoryError::Unreadable { path: self.path.clone(), source }
    }

    pub(super) fn damaged(&self, fault: PolarsError) -> HistoryError {
        HistoryError::Damaged { path: self.path.clone(), message: fault.to_string() }
    }
}

/// The next whole records of a file; `None` at its end.
fn next_text(blocks: &mut BlockReader<File>) -> Result<Option<Vec<u8>>, BlockError> {
    let (mut text, mut spare) = (Vec::new(), Vec::new());
    while text.len() < CSV_BATCH_BYTES {
        let Some(block) = blocks.next_block(spare)? else { break };
        text.extend_from_slice(&block.text);
        spare = block.text;
    }
    Ok((!text.is_empty()).then_some(text))
}

fn read_parquet(file: File, metadata: &FileMetadataRef, first_row: usize, columns: &[&str]) -> PolarsResult<DataFrame> {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut reader =
        ParquetReader::new(file).with_columns(Some(columns)).with_slice(Some((first_row, PARQUET_BATCH_ROWS)));
    reader.set_metadata(metadata.clone());
    reader.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::push_csv;
    use polars::prelude::{Column, NamedFrom, Series};
    use polars_io::parquet::write::ParquetWriter;

    /// Enough for several batches of CSV and of Parquet.
    const ROWS: usize = 260_000;

    fn id(row: usize) -> String {
        let odd = if row.is_multiple_of(1_000) { ",\n\"x\"" } else { "" };
        format!("customer {row:06}{odd}")
    }

    /// The labels of a folder, written under these settings.
    fn labels(folder: &Path, settings: &str) -> LabelsFile {
        let plan = crate::config::tests::plan_of(settings);
        let hash = |name: &str| std::fs::read(folder.join(name)).ok().map(|text| blake3::hash(&text).to_string());
        let output = |name: &str| Some(PastOutput { file: name.to_owned(), blake3: hash(name)? });
        let outputs = ["labels.csv", "labels.parquet"].into_iter().filter_map(output).collect();
        LabelsFile::of(folder, &plan, &PastManifest { outputs, ..PastManifest::default() }, Entity::Customer)
    }

    fn holds_every_row(labels: &LabelsFile) {
        let table = labels.read(&["contacts", "customer_id"]).unwrap();
        assert_eq!((table.height(), table.width()), (ROWS, 2));
        let (ids, contacts) = (table.column("customer_id").unwrap(), table.column("contacts").unwrap());
        for (row, (own, count)) in ids.str().unwrap().iter().zip(contacts.i64().unwrap().iter()).enumerate() {
            assert_eq!((own, count), (Some(id(row).as_str()), (row % 7 > 0).then_some(row as i64)));
        }
        for row in [0, 1, 177_000, ROWS - 1] {
            let found = labels.find(&id(row), &["contacts", "customer_id"]).unwrap().unwrap();
            assert!(found.equals_missing(&table.slice(row as i64, 1)), "row {row}");
        }
        assert!(labels.find("customer", &["contacts"]).unwrap().is_none());
        assert!(matches!(labels.read(&["age"]), Err(HistoryError::NoColumn { .. })));
        // Who no longer listens ends the reading.
        let stop = |_| Err(HistoryError::NoRuns { root: "stop".into() });
        assert!(matches!(labels.scan(&["contacts"], stop), Err(HistoryError::NoRuns { .. })));
    }

    #[test]
    fn every_row_of_csv_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = b"customer_id,category,rule,contacts,paid_eur\n".to_vec();
        for row in 0..ROWS {
            push_csv(&id(row), &mut text);
            let contacts = if row % 7 > 0 { row.to_string() } else { String::new() };
            text.extend_from_slice(format!(",regular,default,{contacts},-0.50\n").as_bytes());
        }
        std::fs::write(folder.path().join("labels.csv"), text).unwrap();
        holds_every_row(&labels(folder.path(), ""));
    }

    #[test]
    fn every_row_of_parquet_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let column = |name: &str, values: Vec<Option<i64>>| Column::from(Series::new(name.into(), values));
        let ids = Column::from(Series::new("customer_id".into(), (0..ROWS).map(id).collect::<Vec<_>>()));
        let contacts = column("contacts", (0..ROWS).map(|row| (row % 7 > 0).then_some(row as i64)).collect());
        let paid = column("paid_eur", vec![Some(1); ROWS]);
        let mut frame = DataFrame::new(ROWS, vec![ids, contacts, paid]).unwrap();
        let file = File::create(folder.path().join("labels.parquet")).unwrap();
        ParquetWriter::new(file).with_row_group_size(Some(50_000)).finish(&mut frame).unwrap();
        let labels = labels(folder.path(), "outputs.labels = \"parquet\"");
        holds_every_row(&labels);
        let told = labels.read(&["paid_eur"]).unwrap_err().to_string();
        assert!(told.contains("column \"paid_eur\" has another type"), "{told}");
    }

    #[test]
    fn a_run_without_customers_has_no_rows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("labels.csv"), "customer_id,category,rule,contacts\n").unwrap();
        let labels = labels(folder.path(), "");
        assert_eq!(labels.read(&["customer_id", "contacts"]).unwrap().shape(), (0, 2));
        assert!(labels.find("A", &["contacts"]).unwrap().is_none());
    }

    #[test]
    fn what_polars_says_of_a_value_is_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("labels.csv"), "customer_id,contacts\nA,many\n").unwrap();
        let told = labels(folder.path(), "").read(&["contacts"]).unwrap_err().to_string();
        assert!(told.contains("labels.csv: ") && !told.contains("many"), "{told}");
    }
}
