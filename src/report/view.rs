//! What the template lays out: sections of texts, tables and charts, all in words already.

use serde::Serialize;

use crate::render::HtmlTable;

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
    /// A paragraph that nobody may miss.
    Strong { text: String },
    /// Sentences, one below the other.
    List { items: Vec<String> },
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
    Table { table: HtmlTable },
    /// A table to be unfolded, under its caption.
    Folded { table: HtmlTable },
    /// Names and what they mean.
    Terms { terms: Vec<(String, String)> },
    /// What the program says of the run, which the head of the page points to by number.
    Messages { messages: Vec<String> },
}

impl Block {
    /// The tables in it.
    fn tables(&self) -> Vec<&HtmlTable> {
        match self {
            Block::Cards { cards } => cards.iter().map(|card| &card.table).collect(),
            Block::Figure { figure } => vec![&figure.table],
            Block::Figures { figures } => figures.iter().map(|figure| &figure.table).collect(),
            Block::Table { table } | Block::Folded { table } => vec![table],
            Block::Text { .. }
            | Block::Strong { .. }
            | Block::List { .. }
            | Block::Note { .. }
            | Block::Heading { .. }
            | Block::Terms { .. }
            | Block::Messages { .. } => Vec::new(),
        }
    }
}

impl Section {
    /// Whether a cell of its tables is this sign.
    pub(super) fn has(&self, sign: &str) -> bool {
        self.blocks.iter().flat_map(Block::tables).any(|table| table.has(sign))
    }
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
    pub(super) table: HtmlTable,
}

/// A chart and the numbers behind it.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) title: String,
    /// What nobody may miss beside the title; may be empty.
    pub(super) exception: String,
    pub(super) legend: Vec<Key>,
    /// The picture's markup.
    pub(super) svg: String,
    pub(super) table: HtmlTable,
    /// Where the table stands.
    pub(super) layout: Layout,
}

/// What a colour, or a kind of line, stands for.
#[derive(Serialize)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) colour: String,
    /// How its line is broken; empty for an area.
    pub(super) dashes: &'static str,
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
    /// Where there is room for a table of so many columns: half the page is not wide enough for many.
    pub(super) fn of_columns(columns: usize) -> Self {
        if columns > 4 { Layout::Below } else { Layout::Beside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_many_columns_is_below() {
        assert_eq!([3, 4, 5].map(Layout::of_columns), [Layout::Beside, Layout::Beside, Layout::Below]);
    }
}
