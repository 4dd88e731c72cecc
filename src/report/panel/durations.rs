//! How long categories last, and what comes after.

use super::LocalizedPanel;
use crate::i18n::fill;
use crate::report::charts::{About, Labelled, Line, Segment, Stack, dashes, lines, neutral, stacks};
use crate::report::palette;
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::schema::Entity;
use crate::statistics::{Duration, Durations};
use crate::tables;

/// A 95 % interval reaches so many standard errors to either side.
const NORMAL_95: f64 = 1.96;

pub(super) fn section(localized: &LocalizedPanel<'_>) -> Section {
    let texts = &localized.texts.panel;
    let mut blocks = vec![Block::Text { text: texts.durations_lead.clone() }];
    if localized.content.panel.durations.iter().all(|of| told(localized, of).is_empty()) {
        blocks.push(Block::Note { text: texts.no_durations.clone() });
    } else {
        blocks.push(Block::Figure { figure: survival(localized) });
        blocks.push(Block::Heading { text: texts.after.clone() });
        blocks.push(Block::Text { text: texts.after_lead.clone() });
        blocks.push(Block::Figure { figure: after(localized) });
    }
    Section { id: "durations", title: texts.durations.clone(), blocks }
}

/// Those durations that enough are at risk of to be told.
fn told<'a>(localized: &LocalizedPanel<'_>, durations: &'a Durations) -> &'a [Duration] {
    let least = u64::from(localized.min_group());
    let known = durations.by_dates.iter().take_while(|of| of.at_risk >= least).count();
    &durations.by_dates[..known]
}

fn name(localized: &LocalizedPanel<'_>, at: usize) -> String {
    localized.category(Entity::Customer, &localized.plan.customers.categories[at].name).label().to_owned()
}

/// The share of spells that last longer than so many dates, with its interval.
fn survival(localized: &LocalizedPanel<'_>) -> Figure {
    let texts = &localized.texts.panel;
    let of_categories: Vec<&[Duration]> =
        localized.content.panel.durations.iter().map(|of| told(localized, of)).collect();
    let longest = of_categories.iter().map(|of| of.len()).max().unwrap_or_default();
    let snapshots: Vec<(f64, String)> = (0..=longest)
        .map(|dates| (dates as f64, fill(&texts.after_dates, &[("dates", &localized.count(dates as u64))])))
        .collect();
    let line = |(at, of): (usize, &&[Duration])| {
        let at_dates = |dates: usize| dates.checked_sub(1).map(|place| of.get(place));
        let value = |dates| match at_dates(dates) {
            None => (100.0, 0.0),
            Some(of) => of.map_or((f64::NAN, f64::NAN), |of| (100.0 * of.survival, 100.0 * of.survival_se)),
        };
        let values: Vec<(f64, f64)> = (0..=longest).map(value).collect();
        let between = values.iter().map(|(value, se)| {
            let half = NORMAL_95 * se;
            ((value - half).max(0.0), (value + half).min(100.0))
        });
        let values_only = values.iter().map(|(value, _)| *value).collect();
        Line { between: between.collect(), ..Line::new(values_only, localized.colour(at)) }
    };
    let drawn: Vec<Line> = of_categories.iter().enumerate().map(line).collect();
    let key =
        |(at, line): (usize, &Line)| Key { name: name(localized, at), colour: line.colour.clone(), dashes: dashes(at) };
    let legend = drawn.iter().enumerate().map(key).collect();
    let half_life = |(at, of): (usize, &&[Duration])| {
        let dates = of.iter().position(|of| of.survival <= 0.5).map(|place| place as u64 + 1);
        let text = match dates {
            Some(dates) => fill(&texts.half_ended, &[("dates", &localized.count(dates))]),
            None => texts.half_not_ended.clone(),
        };
        format!("{}: {text}", name(localized, at))
    };
    let description = of_categories.iter().enumerate().map(half_life).collect::<Vec<_>>().join("; ");
    let title = texts.survival.clone();
    let about = About { id: "survival", title: &title, description: &description };
    let svg = lines(&about, &snapshots, &drawn, |value| localized.language.at_most(value, 0));
    let names = localized.plan.customers.category_names();
    let table = tables::durations(&localized.words, &names, &localized.content.panel.durations).masked();
    Figure { title, legend, svg, table: localized.html(&table), layout: Layout::Folded }
}

/// What spells have ended in, as far as they are followed.
fn after(localized: &LocalizedPanel<'_>) -> Figure {
    let texts = &localized.texts.panel;
    let categories = localized.plan.customers.categories.len();
    let stack = |(at, of): (usize, &Durations)| {
        let last = told(localized, of).last()?;
        let dates = localized.count(told(localized, of).len() as u64);
        let part = |share: f64, colour: String| Segment {
            share_pct: 100.0 * share,
            label: localized.language.percent(100.0 * share, 1),
            colour,
        };
        let still = part(last.survival, palette::REST.to_owned());
        let ended = last.ended_in.iter().enumerate().filter(|(_, share)| **share > 0.0);
        let ended =
            ended.map(|(to, share)| part(*share, if to < categories { localized.colour(to) } else { neutral() }));
        let label = fill(&texts.within_dates, &[("category", &name(localized, at)), ("dates", &dates)]);
        Some(Stack { label, detail: String::new(), segments: std::iter::once(still).chain(ended).collect() })
    };
    let drawn: Vec<Stack> = localized.content.panel.durations.iter().enumerate().filter_map(stack).collect();
    let title = texts.after_chart.clone();
    let list = drawn.iter().map(|stack| {
        let labels: Vec<&str> = stack.segments.iter().map(|segment| segment.label.as_str()).collect();
        format!("{}: {}", stack.label, labels.join(", "))
    });
    let description = list.collect::<Vec<_>>().join("; ");
    let about = About { id: "after", title: &title, description: &description };
    let area = |name: &str, colour: String| Key { name: name.to_owned(), colour, dashes: "" };
    let mut legend = vec![area(&texts.still, palette::REST.to_owned())];
    legend.extend(localized.categories_legend());
    legend.push(area(&texts.left, neutral()));
    let names = localized.plan.customers.category_names();
    let table = tables::ended_in(&localized.words, &names, &localized.content.panel.durations).masked();
    Figure {
        svg: stacks(&about, Labelled::Middle, &drawn),
        title,
        legend,
        table: localized.html(&table),
        layout: Layout::Below,
    }
}
