//! What the template lays out: sections of texts, tables and charts, all in words already.

use serde::Serialize;

use super::MASK;

/// A part of the page, with an entry in the table of contents.
#[derive(Serialize)]
pub(super) struct Section {
    /// Unique on the page.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Block {
    /// A paragraph.
    Text { text: String },
    /// A small remark.
    Note { text: String },
    /// A heading within the section.
    Heading { text: String },
    /// A card per category.
    Cards { cards: Vec<Card> },
    /// A chart with its table.
    Figure { figure: Figure },
    /// Charts of a kind, side by side where there is room.
    Figures { figures: Vec<Figure> },
    /// A table.
    Table { table: Table },
    /// A table to be unfolded, under its caption.
    Folded { table: Table },
    /// Names and what they mean.
    Terms { terms: Vec<(String, String)> },
    /// What the program says, in English.
    Messages { messages: Vec<String> },
}

/// A category at a glance.
#[derive(Serialize)]
pub(super) struct Card {
    pub(super) name: String,
    pub(super) colour: String,
    pub(super) share: String,
    pub(super) customers: String,
    pub(super) description: String,
    pub(super) service: String,
    pub(super) table: Table,
}

/// A chart and the numbers behind it.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) title: String,
    /// The picture's markup.
    pub(super) svg: String,
    pub(super) table: Table,
    /// Where the table stands.
    pub(super) layout: Layout,
}

/// Where a chart's table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Layout {
    /// Beside it, where there is room.
    Beside,
    /// Below it, as wide as the page.
    Below,
    /// Below it, to be unfolded.
    Folded,
}

impl Layout {
    /// Where there is room for a table of so many categories: half the page is not wide enough for many.
    pub(super) fn of_categories(categories: usize) -> Self {
        if categories > 4 { Layout::Below } else { Layout::Beside }
    }
}

/// A table. The first cell of a row is its heading.
#[derive(Serialize)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    pub(super) note: String,
}

/// A column of a table.
#[derive(Serialize)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) numeric: bool,
}

/// A row of a table.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    /// Whether it sums up those above.
    pub(super) total: bool,
}

/// A value in a table.
#[derive(Serialize, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// What else to know of it, smaller.
    pub(super) detail: String,
    /// How strongly it is shaded, 0 to 6.
    pub(super) heat: u8,
    /// Whether it is an expression or a name of the program's.
    pub(super) code: bool,
}

impl Column {
    pub(super) fn text(title: &str) -> Self {
        Column { title: title.to_owned(), numeric: false }
    }

    pub(super) fn number(title: &str) -> Self {
        Column { title: title.to_owned(), numeric: true }
    }
}

impl Table {
    pub(super) fn new(caption: &str, columns: Vec<Column>) -> Self {
        Table { caption: caption.to_owned(), columns, rows: Vec::new(), note: String::new() }
    }

    /// The first column of texts, all others of numbers.
    pub(super) fn numbers<'a>(caption: &str, first: &str, others: impl IntoIterator<Item = &'a str>) -> Self {
        let columns = std::iter::once(Column::text(first)).chain(others.into_iter().map(Column::number));
        Table::new(caption, columns.collect())
    }

    pub(super) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), total: false });
    }

    pub(super) fn total<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), total: true });
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell { text, ..Cell::default() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::from(text.to_owned())
    }
}

impl Cell {
    /// A value, or that it may not be told.
    pub(super) fn or_masked(text: String, is_hidden: bool) -> Self {
        Cell::from(if is_hidden { MASK.to_owned() } else { text })
    }

    /// An expression or a name of the program's.
    pub(super) fn code(text: &str) -> Self {
        Cell { code: true, ..Cell::from(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_categories_have_their_table_below() {
        assert_eq!([3, 4, 5].map(Layout::of_categories), [Layout::Beside, Layout::Beside, Layout::Below]);
    }
}
