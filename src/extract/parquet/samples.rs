//! Some rows of a Parquet file as texts, column by column, for a look at a file that nobody has described yet.

use super::field_texts::FieldTexts;
use super::file::ParquetFile;
use super::projection::ProjectedColumn;
use crate::extract::ExtractError;
use crate::extract::sample::SampleColumn;
use crate::extract::schema::ColumnKind;

impl ParquetFile {
    /// The columns with so many values of the first row group and of the last; `None` for one that cannot be a column
    /// of an extract. Missing values are empty.
    ///
    /// # Errors
    /// The file is damaged where all columns are read.
    pub fn sample(&self, most_rows: usize) -> Result<Vec<SampleColumn>, ExtractError> {
        let last = self.row_groups().saturating_sub(1);
        let groups: Vec<usize> = if last == 0 { (0..self.row_groups()).collect() } else { vec![0, last] };
        let (mut failure, mut columns) = (None, Vec::new());
        for (field, name) in self.header().into_iter().enumerate() {
            let mut values = Vec::new();
            let read = match self.partition(field) {
                Some(value) => {
                    let rows: usize = groups.iter().map(|group| self.rows(*group).min(most_rows)).sum();
                    values.resize(rows, value.to_owned());
                    Ok(())
                }
                None => groups.iter().try_for_each(|group| self.sample_column(*group, field, most_rows, &mut values)),
            };
            columns.push((name, read.is_ok().then_some(values)));
            failure = read.err().or(failure);
        }
        match failure {
            Some(error) if columns.iter().all(|(_, values)| values.is_none()) => Err(error),
            _ => Ok(columns),
        }
    }

    fn sample_column(
        &self,
        group: usize,
        field: usize,
        most_rows: usize,
        values: &mut Vec<String>,
    ) -> Result<(), ExtractError> {
        let column = ProjectedColumn { at: None, field, kind: ColumnKind::Text };
        let mut reader = self.read(group, &[column])?;
        let mut left = most_rows;
        while left > 0 {
            let Some(batch) = reader.next_batch()? else { break };
            let texts = FieldTexts::of(batch.column(0)).map_err(|message| self.malformed(message))?;
            let rows = batch.num_rows().min(left);
            values.extend(
                (0..rows).map(|row| String::from_utf8_lossy(&texts.text(row).unwrap_or_default()).into_owned()),
            );
            left -= rows;
        }
        Ok(())
    }
}
