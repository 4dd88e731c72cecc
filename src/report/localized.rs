//! The report in one language: its content, the words of the language, and what charts take from tables.

use std::ops::Deref;

use super::charts::{Segment, Stack};
use super::palette;
use super::view::{Block, Key};
use crate::config::RunPlan;
use crate::i18n::fill;
use crate::render::{HtmlTable, written};
use crate::schema::Entity;
use crate::tables::{Column, Content, Format, Localizer, Row, Table, Value};

/// A content in a language: that of a run, or of a panel.
pub(super) struct LocalizedReport<'a, C = Content<'a>> {
    pub(super) content: &'a C,
    pub(super) plan: &'a RunPlan,
    pub(super) words: Localizer<'a>,
}

impl<'a, C> Deref for LocalizedReport<'a, C> {
    type Target = Localizer<'a>;

    fn deref(&self) -> &Localizer<'a> {
        &self.words
    }
}

impl<C> LocalizedReport<'_, C> {
    /// The colour of a category by its place, that of all customers after the last.
    pub(super) fn colour(&self, at: usize) -> String {
        let of = self.plan.customers.categories.len();
        if at < of { palette::category(at, of) } else { palette::NEUTRAL.to_owned() }
    }

    /// The headings of columns with their colours.
    pub(super) fn legend(&self, table: &Table, columns: &[&str], colour: impl Fn(usize) -> String) -> Vec<Key> {
        let columns = table.columns.iter().filter(|column| columns.contains(&column.name.as_str()));
        let key = |(at, column): (usize, &Column)| Key { name: column.heading.clone(), colour: colour(at), dashes: "" };
        columns.enumerate().map(key).collect()
    }

    /// The categories with their colours.
    pub(super) fn categories_legend(&self) -> Vec<Key> {
        let categories = self.plan.customers.categories.iter().enumerate();
        let name = |name: &str| self.category(Entity::Customer, name).label().to_owned();
        categories.map(|(at, of)| Key { name: name(&of.name), colour: self.colour(at), dashes: "" }).collect()
    }

    /// A table as the page shows it.
    pub(super) fn html(&self, table: &Table) -> HtmlTable {
        HtmlTable::new(table, self.language)
    }

    /// What stands in a cell of a row.
    pub(super) fn cell(&self, table: &Table, row: &Row, column: &str) -> String {
        let format = table.columns.iter().find(|own| own.name == column).map_or(Format::Text, |column| column.format);
        written(&table.cell(row, column), format, self.language)
    }

    /// The first cell of each row with that of a column, as a list in words.
    pub(super) fn list(&self, table: &Table, column: &str) -> String {
        let item = |row: &Row| format!("{} {}", row.cell(0).value.label(), self.cell(table, row, column));
        table.rows.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    /// A remark that there is nothing on these; nothing if there are none.
    pub(super) fn no_data(&self, on: &[String]) -> Option<Block> {
        self.left_out(&self.texts.page.no_data, on)
    }

    /// A remark that of these everything would be masked; nothing if there are none.
    pub(super) fn too_few(&self, with: &[String]) -> Option<Block> {
        self.left_out(&self.texts.page.too_few, with)
    }

    fn left_out(&self, why: &str, what: &[String]) -> Option<Block> {
        let text = fill(why, &[("list", &what.join("; "))]);
        (!what.is_empty()).then_some(Block::Note { text })
    }

    /// The shares in these columns as bars of parts; what is masked in one is one grey part, where the last or the first of it would be.
    pub(super) fn stacks(&self, table: &Table, columns: &[&str], colour: impl Fn(usize) -> String) -> Vec<Stack> {
        let stack = |row: &Row| {
            let cells: Vec<_> = columns.iter().map(|column| table.cell(row, column).value).collect();
            let shares = || cells.iter().enumerate().filter(|(_, value)| value.number().is_finite());
            let segment = |(at, value): (usize, &Value)| Segment {
                share_pct: value.number(),
                label: self.language.percent(value.number(), 1),
                colour: colour(at),
            };
            let mut segments: Vec<Segment> = shares().map(segment).collect();
            if let Some(hidden) = cells.iter().position(|value| *value == Value::Masked) {
                let told: f64 = segments.iter().map(|segment| segment.share_pct).sum();
                // A hidden last part stays the last.
                let is_last = cells.last() == Some(&Value::Masked);
                let before = shares().filter(|(at, _)| is_last || *at < hidden).count();
                segments.insert(before, Segment::hidden(100.0 - told));
            }
            Stack { label: row.cell(0).value.label().to_owned(), detail: String::new(), segments }
        };
        table.rows.iter().map(stack).collect()
    }
}
