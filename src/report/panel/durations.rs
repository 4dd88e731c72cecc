//! How long categories last, and what comes after.

use super::{LocalizedPanel, listed};
use crate::i18n::fill;
use crate::report::charts::{About, Labelled, Line, Segment, Stack, dashes, lines, neutral, stacks};
use crate::report::palette;
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::statistics::{Duration, Durations};
use crate::tables;

/// A 95 % interval reaches so many standard errors to either side.
const NORMAL_95: f64 = 1.96;
/// Months from label to label of an axis, and how many labels there are at most besides the first.
const STEPS: [u64; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
const MOST_LABELS: u64 = 8;

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

/// The share of spells that last longer than so many months, with its interval.
fn survival(localized: &LocalizedPanel<'_>) -> Figure {
    let texts = &localized.texts.panel;
    let durations = &localized.content.panel.durations;
    let of_categories: Vec<&[Duration]> = durations.iter().map(|of| told(localized, of)).collect();
    let longest = of_categories.iter().map(|of| of.len()).max().unwrap_or_default();
    let drawn: Vec<Line> =
        of_categories.iter().enumerate().map(|(at, of)| line(of, longest, localized.colour(at))).collect();
    let key = |(at, line): (usize, &Line)| Key {
        name: localized.category_name(at),
        colour: line.colour.clone(),
        dashes: dashes(at),
    };
    let legend = drawn.iter().enumerate().map(key).collect();
    let half_life = |(at, of): (usize, &&[Duration])| {
        let last = of.last()?;
        let dates = of.iter().position(|of| of.survival <= 0.5).map(|place| place + 1);
        let (text, dates) = match dates {
            Some(dates) => (&texts.half_ended, dates),
            None => (&texts.half_not_ended, of.len()),
        };
        let share = localized.language.percent(100.0 * last.survival, 1);
        let text = fill(text, &[("months", &localized.months(dates)), ("share", &share)]);
        Some(format!("{}: {text}", localized.category_name(at)))
    };
    let description = of_categories.iter().enumerate().filter_map(half_life).collect::<Vec<_>>().join("; ");
    let title = texts.survival.clone();
    let about = About { id: "survival", title: &title, description: &description };
    let percent = |value: f64| localized.language.percent(value, 0);
    let svg = lines(&about, &axis(localized, longest as u64), &drawn, percent);
    let names = localized.plan.customers.category_names();
    let table = tables::durations_in_months(&localized.words, &names, durations, localized.every());
    Figure { exception: String::new(), title, legend, svg, table: localized.html(&table), layout: Layout::Folded }
}

/// A category's line, from 100 % at the beginning on.
fn line(of: &[Duration], longest: usize, colour: String) -> Line {
    let value = |dates: usize| match dates.checked_sub(1) {
        None => (100.0, 0.0),
        Some(place) => of.get(place).map_or((f64::NAN, f64::NAN), |of| (100.0 * of.survival, 100.0 * of.survival_se)),
    };
    // Without any that may be told there is no line.
    let values: Vec<(f64, f64)> = (0..=longest).map(value).filter(|_| !of.is_empty()).collect();
    let interval = |(value, se): &(f64, f64)| {
        let half = NORMAL_95 * se;
        // Of what is missing, `max` and `min` would make an interval.
        if half.is_finite() { ((value - half).max(0.0), (value + half).min(100.0)) } else { (f64::NAN, f64::NAN) }
    };
    let between = values.iter().map(interval).collect();
    Line { between, is_stepped: true, ..Line::new(values.iter().map(|(value, _)| *value).collect(), colour) }
}

/// Numbers of dates with some of them as months: as many as fit on a telephone.
fn axis(localized: &LocalizedPanel<'_>, longest: u64) -> Vec<(f64, String)> {
    let every = localized.every();
    let fits = |step: &u64| step.is_multiple_of(every) && longest * every / step <= MOST_LABELS;
    let step = STEPS.into_iter().find(fits).unwrap_or((longest * every).max(1));
    let label = |months: u64| if months.is_multiple_of(step) { localized.count(months) } else { String::new() };
    (0..=longest).map(|dates| (dates as f64, label(dates * every))).collect()
}

/// What spells have ended in, as far as they are followed.
fn after(localized: &LocalizedPanel<'_>) -> Figure {
    let texts = &localized.texts.panel;
    let durations = &localized.content.panel.durations;
    let state = |to: usize| {
        let is_category = to < durations.len();
        if is_category { (localized.category_name(to), localized.colour(to)) } else { (texts.left.clone(), neutral()) }
    };
    let stack = |(at, of): (usize, &Durations)| {
        let of = told(localized, of);
        let last = of.last()?;
        let ended = last.ended_in.iter().enumerate().map(|(to, share)| (state(to), *share));
        let still = ((texts.still.clone(), palette::REST.to_owned()), last.survival);
        let parts: Vec<_> = std::iter::once(still).chain(ended).filter(|(_, share)| *share > 0.0).collect();
        let percent = |share: f64| localized.language.percent(100.0 * share, 1);
        let segment = |((_, colour), share): &((String, String), f64)| Segment {
            share_pct: 100.0 * share,
            label: percent(*share),
            colour: colour.clone(),
        };
        let segments = parts.iter().map(segment).collect();
        let named: Vec<(&str, String)> =
            parts.iter().map(|((name, _), share)| (name.as_str(), percent(*share))).collect();
        let detail = fill(&texts.within_months, &[("months", &localized.months(of.len()))]);
        let label = localized.category_name(at);
        let list = listed(named.iter().map(|(name, share)| (*name, share.as_str())));
        let description = format!("{label}, {detail}: {list}.");
        Some((Stack { label, detail, segments }, description))
    };
    let (drawn, description): (Vec<Stack>, Vec<String>) = durations.iter().enumerate().filter_map(stack).unzip();
    let title = texts.after_chart.clone();
    let description = description.join(" ");
    let about = About { id: "after", title: &title, description: &description };
    let area = |(name, colour): (String, String)| Key { name, colour, dashes: "" };
    let mut legend = vec![area((texts.still.clone(), palette::REST.to_owned()))];
    legend.extend(localized.categories_legend());
    if localized.content.registered {
        legend.push(area(state(durations.len())));
    }
    let names = localized.plan.customers.category_names();
    let table = tables::ended_in(&localized.words, &names, durations, localized.every());
    let svg = stacks(&about, Labelled::Middle, &drawn);
    Figure { exception: String::new(), svg, title, legend, table: localized.html(&table), layout: Layout::Below }
}
