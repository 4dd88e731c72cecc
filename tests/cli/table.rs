//! A CSV output as rows that are found by what is in them.

use std::path::Path;

/// Rows under a header; every value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Of a file with `\n` line ends, which is how `docs/method.md` section 9 has them: a lone carriage return is a value's.
    pub fn read(path: &Path) -> Table {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut rows = reader.records().map(|record| {
            let record = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            record.iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let columns = rows.next().unwrap_or_else(|| panic!("{} has no header", path.display()));
        Table { columns, rows: rows.collect() }
    }

    fn place(&self, column: &str) -> usize {
        let found = self.columns.iter().position(|name| name == column);
        found.unwrap_or_else(|| panic!("no column {column} among {:?}", self.columns))
    }

    /// All values of a column.
    pub fn column(&self, column: &str) -> Vec<&str> {
        let at = self.place(column);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// The values of some columns, row by row.
    pub fn select(&self, columns: &[&str]) -> Vec<Vec<&str>> {
        let places: Vec<usize> = columns.iter().map(|column| self.place(column)).collect();
        self.rows.iter().map(|row| places.iter().map(|at| row[*at].as_str()).collect()).collect()
    }

    /// The value of a column in the row whose first value is `key`.
    pub fn get(&self, key: &str, column: &str) -> &str {
        let row = self.rows.iter().find(|row| row[0] == key);
        let row = row.unwrap_or_else(|| panic!("no row {key:?} among {:?}", self.column(&self.columns[0])));
        &row[self.place(column)]
    }

    /// Holds the row whose first value is `key` to what is expected of it.
    pub fn expect(&self, key: &str, expected: &[(&str, &str)]) -> &Self {
        let found: Vec<(&str, &str)> = expected.iter().map(|(column, _)| (*column, self.get(key, column))).collect();
        assert_eq!(found, expected, "row {key}");
        self
    }
}
