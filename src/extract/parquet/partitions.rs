//! Hive-style folders above a file: `month=2025-02/` gives a column `month`.

use std::path::Path;

use super::{From, ParquetTask};
use crate::extract::ExtractError;
use crate::extract::batch::{Batch, Value};
use crate::extract::codes::Interners;
use crate::extract::rejects::Fault;
use crate::extract::typed::ValueParser;
use crate::extract::values::trim;

/// What a folder says: the name of a column, and the value of all rows below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The column.
    pub name: String,
    /// The value; empty where it is missing.
    pub value: String,
}

/// How Hive writes a missing value.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// What the folders of a path say, the outermost first; of two with one name the inner one counts.
pub fn of(path: &Path) -> Vec<Partition> {
    let mut partitions: Vec<Partition> = Vec::new();
    let folders = path.parent().into_iter().flat_map(Path::components);
    for folder in folders.filter_map(|folder| folder.as_os_str().to_str()) {
        let Some((name, value)) = folder.split_once('=').filter(|(name, _)| !name.is_empty()) else { continue };
        let (name, value) = (unescaped(name), if value == MISSING { String::new() } else { unescaped(value) });
        partitions.retain(|partition| partition.name != name);
        partitions.push(Partition { name, value });
    }
    partitions
}

/// A name or value, in which Hive writes special characters as `%2F`.
fn unescaped(text: &str) -> String {
    let hexadecimal = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        match (first, more) {
            (b'%', [high, low, behind @ ..]) if hexadecimal(*high).is_some() && hexadecimal(*low).is_some() => {
                let digit = |byte: u8| hexadecimal(byte).unwrap_or_default() as u8;
                bytes.push(digit(*high) * 16 + digit(*low));
                rest = behind;
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl ValueParser {
    /// Fills the columns whose values the folders above the file say, as if each row had them.
    pub(super) fn append_partitions(
        &mut self,
        task: &ParquetTask<'_>,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let rows = batch.record.len();
        for (at, reader) in task.layout.columns.iter().enumerate() {
            let From::Field(field) = reader.from else { continue };
            let Some(text) = task.source.partition(field) else { continue };
            let read = self.value(at, reader, trim(text.as_bytes()), None, 0, books)?;
            batch.columns[at].resize(rows, read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                for row in 0..rows {
                    self.report_fault(row, at, reader, reason, || Fault::excerpt(text.as_bytes()), batch);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_an_equals_sign_are_columns() {
        let found = |path: &str| -> Vec<(String, String)> {
            of(Path::new(path)).into_iter().map(|partition| (partition.name, partition.value)).collect()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found("/data/a=1/month=2025-02/part=0.parquet"), [pair("a", "1"), pair("month", "2025-02")]);
        assert_eq!(found("m=1/x/m=2/f.parquet"), [pair("m", "2")]);
        assert_eq!(found("k=a%2Fb%C3%A5%/f"), [pair("k", "a/bå%")]);
        assert_eq!(found("k=__HIVE_DEFAULT_PARTITION__/f"), [pair("k", "")]);
        assert_eq!(found("=x/plain/f"), []);
    }
}
