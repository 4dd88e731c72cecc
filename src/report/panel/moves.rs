//! Who was where a year ago and is where now; who comes and who goes.

use super::{LocalizedPanel, listed};
use crate::i18n::fill;
use crate::report::charts::{About, Flow, Labelled, Node, Segment, Stack, alluvial, neutral, stacks};
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::statistics::{MovesMask, Since, few_moves};
use crate::tables::{self, Table};

/// How many stayed where they were, in a sentence; empty where nobody is on both dates, or it may not be told.
pub(super) fn headline(localized: &LocalizedPanel<'_>) -> String {
    let moves = Moves::new(localized);
    let stayed: u64 = (0..moves.categories).map(|at| moves.count(at, at)).sum();
    let both: u64 = (0..moves.categories).map(|at| moves.in_both(at)).sum();
    if both < u64::from(localized.min_group()).max(1) || moves.mask.stayed || moves.hides_absent() {
        return String::new();
    }
    let share = localized.language.percent(100.0 * stayed as f64 / both as f64, 1);
    let [first, last] = moves.days(localized);
    fill(&localized.texts.panel.headline, &[("share", &share), ("first", &first), ("last", &last)])
}

/// The moves of the last year.
pub(super) struct Moves<'a> {
    pub(super) since: &'a Since,
    categories: usize,
    mask: MovesMask,
}

impl<'a> Moves<'a> {
    pub(super) fn new(localized: &LocalizedPanel<'a>) -> Self {
        let categories = localized.plan.customers.categories.len();
        let since = &localized.content.panel.since;
        let mask = few_moves(&since.customers, categories + 1, localized.min_group().into());
        Moves { since, categories, mask }
    }

    fn count(&self, from: usize, to: usize) -> u64 {
        self.since.customers[from * (self.categories + 1) + to]
    }

    /// Those of a category who are in the population on both dates.
    fn in_both(&self, from: usize) -> u64 {
        (0..self.categories).map(|to| self.count(from, to)).sum()
    }

    /// All with this state on the one date (side 0) or the other, but who are absent on both; NaN where that may not be told.
    fn total(&self, side: usize, at: usize) -> f64 {
        let is_hidden = [&self.mask.from, &self.mask.to][side][at];
        let count = |other: usize| if side == 0 { self.count(at, other) } else { self.count(other, at) };
        let others = if at < self.categories { 0..self.categories + 1 } else { 0..self.categories };
        if is_hidden { f64::NAN } else { others.map(count).sum::<u64>() as f64 }
    }

    /// Whether it may not be told how many came, or how many left.
    fn hides_absent(&self) -> bool {
        [&self.mask.from, &self.mask.to].iter().any(|side| side[self.categories])
    }

    /// The two dates in figures.
    pub(super) fn days(&self, localized: &LocalizedPanel<'_>) -> [String; 2] {
        let dates = localized.content.dates;
        [dates.get(self.since.first), dates.last()]
            .map(|day| day.map_or(String::new(), |day| localized.language.short_day(*day)))
    }
}

/// Who was where, and is where.
pub(super) fn section(localized: &LocalizedPanel<'_>) -> Section {
    let texts = &localized.texts.panel;
    let moves = Moves::new(localized);
    let names = localized.plan.customers.category_names();
    let table = tables::moves_since(&localized.words, &names, moves.since).masked();
    let [first, last] = moves.days(localized);
    let both = [("first", first.as_str()), ("last", last.as_str())];
    let matrix = table.pivot("from", "to", "customers", Some("pct"));
    let matrix = Table { title: fill(&texts.matrix, &both), ..matrix };
    let mut blocks = vec![Block::Text { text: fill(&texts.moves_lead, &both) }];
    if matrix.hides_something() {
        let least = localized.count(localized.min_group().into());
        blocks.push(Block::Note { text: fill(&texts.flows_hidden, &[("least", &least)]) });
    }
    blocks.extend(flows(localized, &moves, &table, matrix).map(|figure| Block::Figure { figure }));
    blocks.push(Block::Heading { text: texts.come_and_go.clone() });
    if moves.hides_absent() {
        blocks.push(Block::Text { text: texts.come_and_go_few.clone() });
    } else {
        let [entered, left] = [0, 1].map(|side| localized.customers(moves.total(side, moves.categories) as u64));
        let values = [("entered", entered.as_str()), ("left", left.as_str()), both[0], both[1]];
        blocks.push(Block::Text { text: fill(&texts.come_and_go_lead, &values) });
        blocks.extend(come_and_go(localized, &moves, &table).map(|figure| Block::Figure { figure }));
    }
    Section { id: "moves", title: texts.moves.clone(), blocks }
}

/// The bands. A band that is masked is left out; nothing where all of it is.
fn flows(localized: &LocalizedPanel<'_>, moves: &Moves<'_>, table: &Table, matrix: Table) -> Option<Figure> {
    let texts = &localized.texts.panel;
    let (counts, states) = (table.numbers("customers"), moves.categories + 1);
    // The table has every pair but that of the absent who stay absent.
    let told = counts.iter().enumerate().filter(|(_, count)| count.is_finite());
    let drawn: Vec<Flow> = told.map(|(at, count)| Flow { from: at / states, to: at % states, count: *count }).collect();
    let node = |side: usize, at: usize| {
        let count = moves.total(side, at);
        let population: f64 = (0..moves.categories).map(|at| moves.total(side, at)).filter(|n| n.is_finite()).sum();
        // Of categories the share of the day's customers; who comes or goes is no part of them.
        let (number, name, colour) = if at < moves.categories {
            let share = localized.language.percent(100.0 * count / population, 1);
            (share, localized.category_name(at), localized.colour(at))
        } else {
            (localized.count(count as u64), [&texts.entered, &texts.left][side].clone(), neutral())
        };
        Node { count: if count.is_finite() { count } else { 0.0 }, number, name, colour }
    };
    let nodes = [0, 1].map(|side| (0..states).map(|at| node(side, at)).collect::<Vec<Node>>());
    if nodes.iter().flatten().all(|node| node.count == 0.0) {
        return None;
    }
    let [first, last] = moves.days(localized);
    let title = fill(&texts.flows, &[("first", &first), ("last", &last)]);
    let side = |side: usize, day: &str| {
        let told = nodes[side].iter().filter(|node| node.count > 0.0);
        format!("{day}: {}.", listed(told.map(|node| (node.name.as_str(), node.number.as_str()))))
    };
    let description = format!("{} {}", side(0, &first), side(1, &last));
    let about = About { id: "flows", title: &title, description: &description };
    let svg = alluvial(&about, [&first, &last], [&nodes[0], &nodes[1]], &drawn);
    let mut legend = localized.categories_legend();
    let has_absent = nodes.iter().any(|of_side| of_side[moves.categories].count > 0.0);
    legend.extend(has_absent.then(|| Key { name: texts.absent.clone(), colour: neutral(), dashes: "" }));
    Some(Figure { exception: String::new(), title, legend, svg, table: localized.html(&matrix), layout: Layout::Below })
}

/// Where newcomers are, and where those who left were; nothing where there are neither.
fn come_and_go(localized: &LocalizedPanel<'_>, moves: &Moves<'_>, table: &Table) -> Option<Figure> {
    let texts = &localized.texts.panel;
    let counts = table.numbers("customers");
    let states = moves.categories + 1;
    let stack = |side: usize, label: &str, place: &dyn Fn(usize) -> usize| {
        let all = moves.total(side, moves.categories);
        let share = |at: usize| 100.0 * counts[place(at)] / all;
        let told: Vec<usize> = (0..moves.categories).filter(|at| share(*at) > 0.0).collect();
        let text = |at: usize| localized.language.percent(share(at), 1);
        let segment = |at: &usize| Segment { share_pct: share(*at), label: text(*at), colour: localized.colour(*at) };
        let mut segments: Vec<Segment> = told.iter().map(segment).collect();
        if (0..moves.categories).any(|at| counts[place(at)].is_nan()) {
            segments.push(Segment::hidden(100.0 - told.iter().map(|at| share(*at)).sum::<f64>()));
        }
        let named: Vec<(String, String)> = told.iter().map(|at| (localized.category_name(*at), text(*at))).collect();
        let list = listed(named.iter().map(|(name, share)| (name.as_str(), share.as_str())));
        (all > 0.0)
            .then(|| (Stack { label: label.to_owned(), detail: String::new(), segments }, format!("{label}: {list}.")))
    };
    let drawn = [
        stack(0, &texts.newcomers, &|to| moves.categories * states + to),
        stack(1, &texts.leavers, &|from| from * states + moves.categories),
    ];
    let (drawn, description): (Vec<Stack>, Vec<String>) = drawn.into_iter().flatten().unzip();
    if drawn.is_empty() {
        return None;
    }
    let title = texts.come_and_go_chart.clone();
    let description = description.join(" ");
    let about = About { id: "come-and-go", title: &title, description: &description };
    let is_of_one_date = |row: &&tables::Row| {
        [("from", tables::ENTERED), ("to", tables::LEFT)]
            .iter()
            .any(|(column, key)| table.cell(row, column).value.key() == *key)
    };
    let rows = table.rows.iter().filter(is_of_one_date).cloned().collect();
    let rows = Table { title: title.clone(), rows, ..table.clone() }.select(&["from", "to", "customers"]);
    Some(Figure {
        exception: String::new(),
        svg: stacks(&about, Labelled::Middle, &drawn),
        title,
        legend: localized.categories_legend(),
        table: localized.html(&rows),
        layout: Layout::Folded,
    })
}
