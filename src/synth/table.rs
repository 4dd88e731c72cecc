//! What a table is, told once for all file formats: columns with types, and rows that put their values, in column
//! order, into a [`Sink`]; each format is a sink.

use crate::calendar::Day;

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An id or a code.
    Text,
    /// A civil date.
    Date,
    /// A decimal number, kept in hundredths (euros, minutes).
    Hundredths,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
}

/// A column's name and type.
pub(super) type Column = (&'static str, Kind);

/// An id of 11 bytes: a letter and ten digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id {
    letter: u8,
    number: u64,
}

impl Id {
    /// The id of a row of an event table; the letter tells the table.
    pub(super) fn event(letter: u8, number: u64) -> Self {
        Id { letter, number }
    }

    /// The id of a customer.
    pub(super) fn customer(number: u64) -> Self {
        Id { letter: b'C', number }
    }

    /// The id of an employer.
    pub(super) fn employer(number: u64) -> Self {
        Id { letter: b'E', number }
    }

    /// The id as it stands in the extracts.
    #[inline]
    pub(super) fn text(self) -> [u8; 11] {
        let mut text = [b'0'; 11];
        text[0] = self.letter;
        let mut left = self.number;
        for digit in text[1..].iter_mut().rev() {
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
        }
        text
    }
}

/// Takes a row's values in column order. `None` is a missing value.
pub(super) trait Sink {
    /// An id.
    fn id(&mut self, id: Id);
    /// A code.
    fn text(&mut self, text: Option<&'static str>);
    /// A date.
    fn date(&mut self, day: Option<Day>);
    /// A decimal number in hundredths.
    fn hundredths(&mut self, hundredths: Option<i64>);
    /// A whole number.
    fn integer(&mut self, number: Option<u32>);
    /// True or false.
    fn boolean(&mut self, value: Option<bool>);
}

/// A row of one of the tables.
pub(super) trait Row: Sync {
    /// The table's name: its file's name without the ending.
    const TABLE: &'static str;
    /// The table's columns.
    const COLUMNS: &'static [Column];
    /// Puts the row's values. `number` is the row's own, unique in its table, for tables whose rows have ids.
    fn put(&self, number: u64, sink: &mut impl Sink);
}
