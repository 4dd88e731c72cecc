//! How much of a total falls to few customers: a bar per feature, and who they are.

use crate::i18n::fill;
use crate::report::charts::{About, Labelled, Segment, Stack, stacks};
use crate::report::localized::LocalizedReport;
use crate::report::palette;
use crate::report::view::{Block, Figure, Key, Layout};
use crate::schema::features::At;
use crate::tables::{Row, Table, Value, concentration};

/// Nothing, where nothing was added up.
pub(super) fn blocks(localized: &LocalizedReport<'_>) -> Vec<Block> {
    let (texts, content) = (&localized.texts.distributions, localized.content);
    let found = content.concentration;
    let table = concentration(&localized.words, found, &content.plan.customers.category_names()).masked();
    let mut features: Vec<At> = found.iter().map(|row| row.feature).collect();
    features.dedup();
    let label = |feature: &At| localized.feature(feature.feature().name).label().to_owned();
    let of = |feature: &At| table.filter("feature", feature.feature().name);
    let shares =
        |feature: &At| of(feature).rows.iter().map(|row| table.cell(row, "share_pct").value).collect::<Vec<_>>();
    let is_told = |feature: &&At| shares(feature).iter().any(|share| share.number().is_finite());
    let (with, without): (Vec<&At>, Vec<&At>) = features.iter().partition(is_told);
    let is_masked = |feature: &&At| shares(feature).contains(&Value::Masked);
    let (masked, empty): (Vec<&At>, Vec<&At>) = without.into_iter().partition(is_masked);
    let mut blocks = Vec::new();
    if !with.is_empty() {
        let heading = Block::Heading { text: table.title.clone() };
        let drawn: Vec<Stack> = with.iter().map(|feature| stack(localized, &label(feature), &of(feature))).collect();
        let names: Vec<&str> = with.iter().map(|feature| feature.feature().name).collect();
        let rows = table.rows.iter().filter(|row| names.contains(&row.cell(0).value.key()));
        let shown = Table { rows: rows.cloned().collect(), ..table.clone() };
        let figure = figure(localized, shown, &drawn);
        blocks.extend([heading, Block::Text { text: texts.concentration.clone() }, Block::Figure { figure }]);
    }
    let labels = |features: Vec<&At>| features.into_iter().map(label).collect::<Vec<_>>();
    blocks.extend(localized.too_few(&labels(masked)));
    blocks.extend(localized.no_data(&labels(empty)));
    blocks
}

fn figure(localized: &LocalizedReport<'_>, table: Table, drawn: &[Stack]) -> Figure {
    let texts = &localized.texts.distributions;
    let title = texts.concentration_chart.clone();
    // The shares of the first of each: the fewest.
    let item = |stack: &Stack| {
        let labels = stack.segments.iter().map(|segment| segment.label.as_str()).filter(|label| !label.is_empty());
        format!("{} {}", stack.label, labels.collect::<Vec<_>>().join(" / "))
    };
    let list: Vec<String> = drawn.iter().map(item).collect();
    let about = About { id: "concentration", title: &title, description: &list.join(", ") };
    let mut tops: Vec<u64> = localized.content.concentration.iter().map(|row| row.top_pct).collect();
    tops.sort_unstable();
    tops.dedup();
    let key = |(at, top): (usize, &u64)| Key {
        name: fill(&texts.top, &[("pct", &localized.language.percent(*top as f64, 0))]),
        colour: palette::top(at).to_owned(),
        dashes: "",
    };
    let legend = tops.iter().enumerate().map(key).collect();
    Figure {
        exception: String::new(),
        svg: stacks(&about, Labelled::End, drawn),
        title,
        legend,
        table: localized.html(&table),
        layout: Layout::Below,
    }
}

/// One part per top share, as long as what it adds to the one before; its number is that of both.
fn stack(localized: &LocalizedReport<'_>, label: &str, rows: &Table) -> Stack {
    let mut before = 0.0;
    let segment = |(at, row): (usize, &Row)| {
        let share = rows.cell(row, "share_pct").value.number();
        let share_pct = share - before;
        // What is masked or missing is not drawn.
        share.is_finite().then(|| {
            before = share;
            Segment { share_pct, label: localized.cell(rows, row, "share_pct"), colour: palette::top(at).to_owned() }
        })
    };
    let mut segments: Vec<Segment> = rows.rows.iter().enumerate().filter_map(segment).collect();
    // What falls to all others goes without a number.
    segments.push(Segment { share_pct: 100.0 - before, label: String::new(), colour: palette::REST.to_owned() });
    Stack { label: label.to_owned(), detail: String::new(), segments }
}
