//! The files with rows of customers: sequences and spells, written by polars, and read back for one customer.

use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, PolarsError, PolarsResult, Series};
use polars_io::SerWriter;
use polars_io::csv::write::CsvWriter;
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use crate::config::LabelsFormat;
use crate::intake::{PARTITION_CUSTOMERS, Population};
use crate::outputs::{Contents, FolderError, OutputFile, SharedOutput, Written};
use crate::statistics::{ABSENT, Neighbour, Sequences, Spell, spells};
use crate::tables::{ENTERED, LEFT};
use crate::text::guarded;

/// What the files are written from.
pub(super) struct CustomerRows<'a> {
    pub(super) population: &'a Population,
    pub(super) sequences: &'a Sequences,
    /// The categories' names.
    pub(super) names: &'a [String],
    pub(super) spreadsheet_safe: bool,
}

/// Which of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sequences,
    Spells,
}

impl CustomerRows<'_> {
    /// Writes both files.
    pub(super) fn write(&self, folder: &Path, format: LabelsFormat) -> Result<Vec<Written>, FolderError> {
        [Kind::Sequences, Kind::Spells].map(|kind| self.write_kind(folder, format, kind)).into_iter().collect()
    }

    fn write_kind(&self, folder: &Path, format: LabelsFormat, kind: Kind) -> Result<Written, FolderError> {
        let name = file_name(kind, format);
        let failed = |error: PolarsError| FolderError::Write {
            path: folder.join(&name),
            source: std::io::Error::other(error.to_string()),
        };
        let mut file = FrameFile::create(folder, &name, format, &self.frame(&[], kind).map_err(failed)?)?;
        let members: Vec<usize> =
            (0..self.sequences.len()).filter(|customer| self.sequences.is_in_panel(*customer)).collect();
        for some in members.chunks(PARTITION_CUSTOMERS as usize) {
            file.write(self.frame(some, kind).map_err(failed)?).map_err(failed)?;
        }
        file.finish().map_err(failed)?
    }

    fn frame(&self, customers: &[usize], kind: Kind) -> PolarsResult<DataFrame> {
        match kind {
            Kind::Sequences => self.sequences_frame(customers),
            Kind::Spells => self.spells_frame(customers),
        }
    }

    fn sequences_frame(&self, customers: &[usize]) -> PolarsResult<DataFrame> {
        let mut columns = vec![text("customer_id", customers.iter().map(|customer| Some(self.id(*customer))))];
        for (date, categories) in self.sequences.dates.iter().zip(&self.sequences.categories) {
            let category = |customer: &usize| Some(categories[*customer]).filter(|category| *category != ABSENT);
            let names = customers.iter().map(|customer| category(customer).map(|at| self.name(at)));
            columns.push(text(&date.to_string(), names));
        }
        DataFrame::new(customers.len(), columns)
    }

    fn spells_frame(&self, customers: &[usize]) -> PolarsResult<DataFrame> {
        let mut rows: Vec<(usize, Spell)> = Vec::new();
        for customer in customers {
            let sequence: Vec<u16> = self.sequences.of(*customer).collect();
            rows.extend(spells(&sequence).map(|spell| (*customer, spell)));
        }
        let date = |name: &str, at: fn(&Spell) -> usize| {
            let days: Vec<i32> = rows.iter().map(|(_, spell)| self.sequences.dates[at(spell)].0).collect();
            Ok::<_, PolarsError>(Series::new(name.into(), days).cast(&DataType::Date)?.into_column())
        };
        let neighbour = |name: &str, of: fn(&Spell) -> Neighbour, unknown: &'static str, absent: &'static str| {
            let named = |neighbour| match neighbour {
                Neighbour::Unknown => unknown,
                Neighbour::Absent => absent,
                Neighbour::Category(at) => self.name(at),
            };
            text(name, rows.iter().map(|(_, spell)| Some(named(of(spell)))))
        };
        let dates: Vec<i64> = rows.iter().map(|(_, spell)| (spell.last - spell.first + 1) as i64).collect();
        let columns = vec![
            text("customer_id", rows.iter().map(|(customer, _)| Some(self.id(*customer)))),
            text("category", rows.iter().map(|(_, spell)| Some(self.name(spell.category)))),
            date("first", |spell| spell.first)?,
            date("last", |spell| spell.last)?,
            Series::new("dates".into(), dates).into_column(),
            neighbour("began", |spell| spell.before, "unknown", ENTERED),
            neighbour("ended", |spell| spell.after, "open", LEFT),
        ];
        DataFrame::new(rows.len(), columns)
    }

    fn name(&self, category: u16) -> &str {
        &self.names[usize::from(category)]
    }

    fn id(&self, customer: usize) -> String {
        let id = String::from_utf8_lossy(self.population.id(customer as u32));
        guarded(&id, self.spreadsheet_safe).into_owned()
    }
}

fn text<T: AsRef<str>>(name: &str, values: impl Iterator<Item = Option<T>>) -> Column {
    let values: Vec<Option<T>> = values.collect();
    let values: Vec<Option<&str>> = values.iter().map(|value| value.as_ref().map(AsRef::as_ref)).collect();
    Series::new(name.into(), values).into_column()
}

fn file_name(kind: Kind, format: LabelsFormat) -> String {
    let name = match kind {
        Kind::Sequences => "sequences",
        Kind::Spells => "spells",
    };
    format!("{name}.{}", format.extension())
}

/// A file that takes data frames of one schema.
enum FrameFile {
    Csv(Box<OutputFile>),
    Parquet(Box<BatchedWriter<SharedOutput>>, SharedOutput),
}

impl FrameFile {
    /// `empty` has the schema and no rows.
    fn create(folder: &Path, name: &str, format: LabelsFormat, empty: &DataFrame) -> Result<Self, FolderError> {
        let failed = |error: PolarsError| FolderError::Write {
            path: PathBuf::from(name),
            source: std::io::Error::other(error.to_string()),
        };
        let mut file = OutputFile::create(folder, name, Contents::Rows)?;
        match format {
            LabelsFormat::Csv => {
                CsvWriter::new(&mut file).finish(&mut empty.clone()).map_err(failed)?;
                Ok(FrameFile::Csv(Box::new(file)))
            }
            LabelsFormat::Parquet => {
                let file = file.shared();
                let writer = ParquetWriter::new(file.clone()).batched(empty.schema()).map_err(failed)?;
                Ok(FrameFile::Parquet(Box::new(writer), file))
            }
        }
    }

    fn write(&mut self, mut frame: DataFrame) -> PolarsResult<()> {
        match self {
            _ if frame.height() == 0 => Ok(()),
            FrameFile::Csv(file) => CsvWriter::new(file).include_header(false).finish(&mut frame),
            FrameFile::Parquet(writer, _) => writer.write_batch(&frame),
        }
    }

    fn finish(self) -> PolarsResult<Result<Written, FolderError>> {
        match self {
            FrameFile::Csv(file) => Ok(file.finish()),
            FrameFile::Parquet(writer, file) => {
                writer.finish()?;
                drop(writer);
                file.finish().ok_or_else(|| PolarsError::NoData("the file is still open".into()))
            }
        }
    }
}
