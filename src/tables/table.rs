//! The table that everything is shown with: named columns, rows of typed cells, and what may not be told of them.
//!
//! A table is built once, by a file of this folder, in one language. Files for machines get it as it is; what others
//! than its owner may see is [`Table::masked`]. How it looks is for `render`, which knows no table by name.

use crate::schema::fields::{Field, FieldType};
use crate::schema::figures::{Figure, Unit};

/// A table of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name in files: of a CSV file or a sheet.
    pub name: String,
    /// What it says, in words.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, as long as the columns are many, or shorter: what is not there is missing.
    pub rows: Vec<Row>,
    /// A remark below it; may be empty.
    pub note: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in files.
    pub name: String,
    /// What people read above it.
    pub heading: String,
    /// What it means, in words.
    pub meaning: String,
    /// How its values are written for people.
    pub format: Format,
}

/// The first column of a table that was turned: no name of a configuration is written like it, so that columns by the names
/// of categories stay apart from it.
pub const ROW: &str = "(row)";

/// How values are written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A name.
    Text,
    /// Running text.
    Sentence,
    /// A name of the program's, or an expression.
    Code,
    /// A day.
    Day,
    /// A whole number.
    Count,
    /// A whole number with its sign.
    Change,
    /// Per cent, with one decimal.
    Percent,
    /// So many decimals.
    Decimals(u8),
    /// At most so many decimals.
    UpTo(u8),
}

/// A row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its cells; the first one names the row.
    pub cells: Vec<Cell>,
    /// Whether it sums up those above.
    pub is_total: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// What it holds.
    pub value: Value,
    /// Whether so few are behind it that only the owner may see it.
    pub is_hidden: bool,
    /// What else to know of it: words, or per cent of the row.
    pub detail: Option<Box<Value>>,
    /// How it is written, where that is not the column's format.
    pub format: Option<Format>,
}

/// A value. Tables can have millions, so it is small.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// There is none.
    #[default]
    Missing,
    /// It may not be told.
    Masked,
    /// A text; a day is its ISO form.
    Text(Box<str>),
    /// A text with its name in files (may be empty) and its name for people.
    Named(Box<(String, String)>),
    /// A whole number.
    Integer(i64),
    /// Hundredths, exact.
    Hundredths(Box<i128>),
    /// Any other number; never NaN.
    Number(f64),
}

impl Format {
    /// How a figure is written.
    pub fn of(figure: Figure) -> Self {
        match figure.unit() {
            Unit::Count => Format::Count,
            Unit::Percent => Format::Percent,
            Unit::Minutes => Format::Decimals(1),
            Unit::Ratio => Format::Decimals(2),
        }
    }

    /// Whether values are numbers.
    pub fn is_numeric(self) -> bool {
        !matches!(self, Format::Text | Format::Sentence | Format::Code | Format::Day)
    }
}

/// As files have it.
impl From<&Column> for Field {
    fn from(column: &Column) -> Self {
        let field_type = match column.format {
            Format::Text | Format::Sentence | Format::Code => FieldType::Text,
            Format::Day => FieldType::Day,
            Format::Count | Format::Change => FieldType::Integer,
            Format::Percent | Format::Decimals(_) | Format::UpTo(_) => FieldType::Number,
        };
        let is_minutes = |figure: &Figure| figure.name() == column.name && figure.unit() == Unit::Minutes;
        let unit = match column.name.as_str() {
            name if name.ends_with("_pct") => "per cent",
            _ if Figure::EVERY.iter().any(is_minutes) => "minutes",
            _ => "",
        };
        let [name, title, meaning] = [&column.name, &column.heading, &column.meaning].map(|text| text.clone().into());
        Field { name, field_type, title, unit: unit.into(), meaning, is_key: false }
    }
}

impl Table {
    /// Adds a row.
    pub fn push<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), is_total: false });
    }

    /// Adds a row that sums up those above, if `is_total`.
    pub fn push_as<C: Into<Cell>>(&mut self, is_total: bool, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), is_total });
    }

    /// What others than the owner may see.
    #[must_use]
    pub fn masked(mut self) -> Table {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells).filter(|cell| cell.is_hidden) {
            *cell = Cell { value: Value::Masked, ..Cell::default() };
        }
        self
    }

    /// With names as files have them, for those who work with files.
    #[must_use]
    pub fn keyed(mut self) -> Table {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            if let (Value::Named(_), false) = (&cell.value, cell.value.key().is_empty()) {
                cell.value = Value::from(cell.value.key());
            }
        }
        self
    }

    /// Only these columns, in this order.
    #[must_use]
    pub fn select(&self, names: &[&str]) -> Table {
        let places: Vec<usize> = names.iter().map(|name| self.place(name)).collect();
        let row = |row: &Row| Row { cells: places.iter().map(|at| row.cell(*at)).collect(), is_total: row.is_total };
        let columns = places.iter().map(|at| self.columns[*at].clone()).collect();
        Table { columns, rows: self.rows.iter().map(row).collect(), ..self.like() }
    }

    /// Only the rows that have this in a column.
    #[must_use]
    pub fn filter(&self, column: &str, key: &str) -> Table {
        let at = self.place(column);
        let rows = self.rows.iter().filter(|row| row.cell(at).value.key() == key);
        Table { columns: self.columns.clone(), rows: rows.cloned().collect(), ..self.like() }
    }

    /// The rows alone that sum up others.
    #[must_use]
    pub fn totals(&self) -> Table {
        let rows = self.rows.iter().filter(|row| row.is_total);
        Table { columns: self.columns.clone(), rows: rows.cloned().collect(), ..self.like() }
    }

    /// The values of one column by those of two others: a row per value of `rows`, a column per value of `columns`,
    /// behind [`ROW`], both in the order in which they are first seen. The values of `detail` become details.
    #[must_use]
    pub fn pivot(&self, rows: &str, columns: &str, value: &str, detail: Option<&str>) -> Table {
        let [from, to, at] = [rows, columns, value].map(|name| self.place(name));
        let detail = detail.map(|name| self.place(name));
        let first = Column { name: ROW.to_owned(), ..self.columns[from].clone() };
        let mut pivoted = Table { columns: vec![first], ..self.like() };
        for row in &self.rows {
            let key = row.cell(to).value;
            let place = pivoted.columns.iter().skip(1).position(|column| column.name == key.key());
            let place = 1 + place.unwrap_or_else(|| {
                let heading = key.label().to_owned();
                pivoted.columns.push(Column { name: key.key().to_owned(), heading, ..self.columns[at].clone() });
                pivoted.columns.len() - 2
            });
            let head = row.cell(from);
            let known = pivoted.rows.iter().position(|row| row.cells[0].value == head.value);
            let line = known.unwrap_or_else(|| {
                pivoted.push_as(row.is_total, [head]);
                pivoted.rows.len() - 1
            });
            let cells = &mut pivoted.rows[line].cells;
            cells.resize(cells.len().max(place + 1), Cell::default());
            let detail = detail.map(|at| row.cell(at).value).filter(|detail| *detail != Value::Missing);
            cells[place] = Cell { detail: detail.map(Box::new), ..row.cell(at) };
        }
        pivoted
    }

    /// Rows as columns: the first cell of each row becomes a heading, each heading a first cell.
    #[must_use]
    pub fn transposed(&self) -> Table {
        let Some(first) = self.columns.first() else { return self.clone() };
        let column = |row: &Row| {
            let value = row.cell(0).value;
            let own = row.cells.iter().skip(1).find_map(|cell| cell.format);
            let format = own.or(self.columns.get(1).map(|column| column.format)).unwrap_or(Format::Text);
            Column { name: value.key().to_owned(), heading: value.label().to_owned(), format, ..first.clone() }
        };
        let columns = std::iter::once(Column { name: ROW.to_owned(), heading: String::new(), ..first.clone() });
        let mut table = Table { columns: columns.chain(self.rows.iter().map(column)).collect(), ..self.like() };
        for (at, column) in self.columns.iter().enumerate().skip(1) {
            let head = Value::named(&column.name, &column.heading);
            let own = |cell: Cell| Cell { format: cell.format.or(Some(column.format)), ..cell };
            table.push(std::iter::once(Cell::from(head)).chain(self.rows.iter().map(|row| own(row.cell(at)))));
        }
        table
    }

    /// Without those of these columns that have nothing in any row.
    #[must_use]
    pub fn without_empty(&self, names: &[&str]) -> Table {
        let has_something = |at: usize| {
            self.rows.iter().map(|row| row.cell(at)).any(|cell| cell.value != Value::Missing || cell.detail.is_some())
        };
        let kept = self.columns.iter().enumerate();
        let kept = kept.filter(|(at, column)| !names.contains(&column.name.as_str()) || has_something(*at));
        self.select(&kept.map(|(_, column)| column.name.as_str()).collect::<Vec<_>>())
    }

    /// The numbers of a column; NaN where there is none, or it may not be told.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let at = self.place(column);
        self.rows.iter().map(|row| row.cell(at).value.number()).collect()
    }

    /// The cell of a row in a column.
    pub fn cell(&self, row: &Row, column: &str) -> Cell {
        row.cell(self.place(column))
    }

    /// Whether something of it may not be told.
    pub fn hides_something(&self) -> bool {
        let hidden = |cell: &Cell| cell.is_hidden || cell.value == Value::Masked;
        self.rows.iter().flat_map(|row| &row.cells).any(hidden)
    }

    /// Its name and words, without columns and rows.
    fn like(&self) -> Table {
        let (name, title, note) = (self.name.clone(), self.title.clone(), self.note.clone());
        Table { name, title, note, columns: Vec::new(), rows: Vec::new() }
    }

    /// The place of a column. A table lacks none that code asks for: each is asked for by a test.
    fn place(&self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column.name == name);
        place.unwrap_or_else(|| panic!("the table {} has no column {name}", self.name))
    }
}

impl Row {
    /// A cell; empty behind the last one.
    pub fn cell(&self, at: usize) -> Cell {
        self.cells.get(at).cloned().unwrap_or_default()
    }
}

impl Cell {
    /// Only for the owner, if so.
    #[must_use]
    pub fn hidden_if(self, is_hidden: bool) -> Cell {
        Cell { is_hidden, ..self }
    }

    /// Written like a figure.
    pub fn of(figure: Figure, value: f64) -> Cell {
        let count = figure.unit() == Unit::Count && value.is_finite();
        let value = if count { Value::from(value as i128) } else { Value::from(value) };
        Cell { value, format: Some(Format::of(figure)), ..Cell::default() }
    }
}

impl Value {
    /// A text with its name in files and its name for people.
    pub fn named(key: &str, label: &str) -> Value {
        Value::Named(Box::new((key.to_owned(), label.to_owned())))
    }

    /// As files have a text; empty for anything else.
    pub fn key(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Named(names) => &names.0,
            _ => "",
        }
    }

    /// As people read a text; empty for anything else.
    pub fn label(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Named(names) => &names.1,
            _ => "",
        }
    }

    /// As a number; NaN where it is none.
    pub fn number(&self) -> f64 {
        match self {
            Value::Integer(number) => *number as f64,
            Value::Hundredths(number) => **number as f64 / 100.0,
            Value::Number(number) => *number,
            _ => f64::NAN,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        if text.is_empty() { Value::Missing } else { Value::Text(text.into()) }
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::from(text.as_str())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::from(text.as_str())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Value::from(i128::from(count))
    }
}

/// What is beyond 64 bits is as exact as a double is.
impl From<i128> for Value {
    fn from(number: i128) -> Self {
        i64::try_from(number).map_or(Value::Number(number as f64), Value::Integer)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() { Value::Number(number) } else { Value::Missing }
    }
}

impl<V: Into<Value>> From<V> for Cell {
    fn from(value: V) -> Self {
        Cell { value: value.into(), ..Cell::default() }
    }
}
