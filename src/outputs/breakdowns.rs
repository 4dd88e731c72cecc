//! `breakdowns.csv`: one figure a row, of every group whatever its size.

use std::iter::repeat;
use std::path::Path;

use rayon::prelude::*;

use super::file::{Contents, OutputFile};
use super::{FolderError, Written};
use crate::schema::fields::{Field, FieldType, header};
use crate::statistics::{ALL, Breakdown, Group};
use crate::text::{guarded, push_csv, push_double, push_integer};

/// Groups made ready side by side before they are written.
const AT_ONCE: usize = 256;

const FIELDS: [Field; 8] = [
    Field::text("dimension", "what the customers are grouped by"),
    Field::text("group", "its value; missing for those without one"),
    Field::text("dimension_2", "the second dimension of a pair; missing without a pair"),
    Field::text("group_2", "its value"),
    Field::text("category", "its name; all: everybody"),
    Field::text("feature", "the feature that the figure is of; missing where it is of the customers"),
    Field::text("figure", "the figure's name"),
    Field::new("value", FieldType::Number, "the figure"),
];

/// What breakdowns are written with.
pub struct BreakdownsText<'a> {
    /// The categories' names, in their order.
    pub categories: &'a [String],
    /// The features' names, derived ones last.
    pub features: &'a [String],
    /// Whether formulas are guarded.
    pub spreadsheet_safe: bool,
}

impl BreakdownsText<'_> {
    /// Writes `breakdowns.csv`. Small groups can tell of persons, so it is for its owner only.
    pub fn write(&self, folder: &Path, breakdowns: &[Breakdown]) -> Result<Written, FolderError> {
        let mut file =
            OutputFile::create(folder, "breakdowns.csv", Contents::SmallGroups)?.with_fields(FIELDS.to_vec());
        file.append(header(&FIELDS).as_bytes())?;
        for breakdown in breakdowns {
            for groups in breakdown.groups.chunks(AT_ONCE) {
                let text = |group| self.group(&breakdown.dimensions, group);
                let texts: Vec<Vec<u8>> = groups.par_iter().map(text).collect();
                texts.iter().try_for_each(|text| file.append(text))?;
            }
        }
        file.finish()
    }

    /// All rows of a group.
    fn group(&self, dimensions: &[String], group: &Group) -> Vec<u8> {
        let mut of_group = Vec::new();
        for at in 0..2 {
            push_csv(dimensions.get(at).map_or("", String::as_str), &mut of_group);
            of_group.push(b',');
            let value = group.values.get(at).and_then(Option::as_deref).unwrap_or_default();
            push_csv(&guarded(value, self.spreadsheet_safe), &mut of_group);
            of_group.push(b',');
        }
        let mut text = Vec::new();
        let categories = self.categories.iter().map(String::as_str).chain([ALL]);
        let adjusted = group.age_adjusted.iter().flat_map(|adjusted| &adjusted.categories).map(Some);
        for ((category, of), adjusted) in categories.zip(&group.categories).zip(adjusted.chain(repeat(None))) {
            let start = [of_group.as_slice(), category.as_bytes(), b","].concat();
            let mut row = |feature: &str, figure: &str, push: &dyn Fn(&mut Vec<u8>)| {
                text.extend_from_slice(&start);
                text.extend_from_slice(feature.as_bytes());
                text.push(b',');
                text.extend_from_slice(figure.as_bytes());
                text.push(b',');
                push(&mut text);
                text.push(b'\n');
            };
            row("", "customers", &|text| push_integer(of.customers as i64, text));
            for (figure, value) in of.figures.iter() {
                row("", figure.name(), &|text| push_double(value, text));
            }
            for (figure, value) in adjusted.into_iter().flat_map(|adjusted| adjusted.iter()) {
                row("", figure, &|text| push_double(value, text));
            }
            for (feature, middle) in self.features.iter().zip(&of.features) {
                row(feature, "n", &|text| push_integer(middle.n as i64, text));
                row(feature, "mean", &|text| push_double(middle.mean, text));
                row(feature, "median", &|text| push_double(middle.median, text));
            }
        }
        text
    }
}
