//! Who was where a year ago and is where now; who stays, who comes and who goes.

use super::LocalizedPanel;
use crate::i18n::fill;
use crate::report::charts::{About, Flow, Labelled, Node, Segment, Stack, alluvial, stacks};
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::Entity;
use crate::statistics::Since;
use crate::tables::{self, Table};

/// How many stayed where they were, in a sentence; empty where nobody is on both dates.
pub(super) fn headline(localized: &LocalizedPanel<'_>) -> String {
    let moves = Moves::new(localized);
    let stayed: u64 = (0..moves.categories).map(|at| moves.count(at, at)).sum();
    let both: u64 = (0..moves.categories).map(|at| moves.in_both(at)).sum();
    if both == 0 {
        return String::new();
    }
    let share = localized.language.percent(100.0 * stayed as f64 / both as f64, 1);
    let [first, last] = moves.days(localized);
    fill(&localized.texts.panel.headline, &[("share", &share), ("first", &first), ("last", &last)])
}

/// The moves of the last year.
struct Moves<'a> {
    since: &'a Since,
    categories: usize,
}

impl<'a> Moves<'a> {
    fn new(localized: &LocalizedPanel<'a>) -> Self {
        let categories = localized.plan.customers.categories.len();
        Moves { since: &localized.content.panel.since, categories }
    }

    fn count(&self, from: usize, to: usize) -> u64 {
        self.since.customers[from * (self.categories + 1) + to]
    }

    /// Those of a category who are in the population on both dates.
    fn in_both(&self, from: usize) -> u64 {
        (0..self.categories).map(|to| self.count(from, to)).sum()
    }

    /// The two dates in figures.
    fn days(&self, localized: &LocalizedPanel<'_>) -> [String; 2] {
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
    let (categories, absent) = (moves.categories, moves.categories);
    let entered: u64 = (0..categories).map(|to| moves.count(absent, to)).sum();
    let left: u64 = (0..categories).map(|from| moves.count(from, absent)).sum();
    let counts = [("entered", localized.customers(entered)), ("left", localized.customers(left))];
    let values = counts.iter().map(|(name, value)| (*name, value.as_str())).chain(both).collect::<Vec<_>>();
    let matrix = table.pivot("from", "to", "customers", Some("pct"));
    let matrix = Table { title: fill(&texts.matrix, &both), ..matrix };
    let mut blocks = vec![Block::Text { text: fill(&texts.moves_lead, &values) }];
    blocks.push(Block::Figure { figure: flows(localized, &moves, &table, matrix) });
    blocks.push(Block::Heading { text: texts.come_and_go.clone() });
    blocks.push(Block::Text { text: fill(&texts.come_and_go_lead, &values) });
    blocks.push(Block::Figure { figure: come_and_go(localized, &moves, &table) });
    Section { id: "moves", title: texts.moves.clone(), blocks }
}

/// The bands. What is masked is left out, and its place with it.
fn flows(localized: &LocalizedPanel<'_>, moves: &Moves<'_>, table: &Table, matrix: Table) -> Figure {
    let texts = &localized.texts.panel;
    let counts = table.numbers("customers");
    let states = moves.categories + 1;
    // The table has every pair but that of the absent who stay absent.
    let told = counts.iter().enumerate().filter(|(_, count)| count.is_finite());
    let drawn: Vec<Flow> = told.map(|(at, count)| Flow { from: at / states, to: at % states, count: *count }).collect();
    let all: f64 = drawn.iter().map(|flow| flow.count).sum();
    let node = |side: usize, at: usize| {
        let of = |flow: &&Flow| [flow.from, flow.to][side] == at;
        let share = 100.0 * drawn.iter().filter(of).map(|flow| flow.count).sum::<f64>() / all;
        let name = match localized.plan.customers.categories.get(at) {
            Some(category) => localized.category(Entity::Customer, &category.name).label().to_owned(),
            None => [&texts.entered, &texts.left][side].clone(),
        };
        Node { label: format!("{} {name}", localized.language.percent(share, 1)), colour: localized.colour(at) }
    };
    let nodes = [0, 1].map(|side| (0..states).map(|at| node(side, at)).collect::<Vec<Node>>());
    let [first, last] = moves.days(localized);
    let title = fill(&texts.flows, &[("first", &first), ("last", &last)]);
    let about = About { id: "flows", title: &title, description: &stays(localized, moves).join(" ") };
    let svg = alluvial(&about, [&first, &last], [&nodes[0], &nodes[1]], &drawn);
    Figure { title, legend: Vec::new(), svg, table: localized.html(&matrix), layout: Layout::Below }
}

/// A sentence for each category that somebody had: how many of them have it today, and without a break.
fn stays(localized: &LocalizedPanel<'_>, moves: &Moves<'_>) -> Vec<String> {
    let day = moves.days(localized);
    let sentence = |at: usize| {
        let all = moves.in_both(at);
        let pct = |count: u64| localized.language.percent(100.0 * count as f64 / all as f64, 0);
        let name = localized.category(Entity::Customer, &localized.plan.customers.categories[at].name);
        fill(
            &localized.texts.panel.stays,
            &[
                ("category", name.label()),
                ("first", &day[0]),
                ("stayed", &pct(moves.count(at, at))),
                ("unbroken", &pct(moves.since.unbroken[at])),
            ],
        )
    };
    let least = u64::from(localized.min_group()).max(1);
    (0..moves.categories).filter(|at| moves.in_both(*at) >= least).map(sentence).collect()
}

/// Where newcomers are, and where those who left were.
fn come_and_go(localized: &LocalizedPanel<'_>, moves: &Moves<'_>, table: &Table) -> Figure {
    let texts = &localized.texts.panel;
    let counts = table.numbers("customers");
    let states = moves.categories + 1;
    let stack = |label: &str, place: &dyn Fn(usize) -> usize| {
        let told: Vec<f64> = (0..moves.categories).map(|at| counts[place(at)]).collect();
        let all: f64 = told.iter().filter(|count| count.is_finite()).sum();
        let segment = |(at, count): (usize, &f64)| Segment {
            share_pct: 100.0 * count / all,
            label: localized.language.percent(100.0 * count / all, 1),
            colour: localized.colour(at),
        };
        let told = told.iter().enumerate().filter(|(_, count)| **count > 0.0);
        Stack { label: label.to_owned(), detail: String::new(), segments: told.map(segment).collect() }
    };
    let drawn = [
        stack(&texts.newcomers, &|to| moves.categories * states + to),
        stack(&texts.leavers, &|from| from * states + moves.categories),
    ];
    let title = texts.come_and_go_chart.clone();
    let list = drawn.iter().map(|stack| {
        let labels: Vec<&str> = stack.segments.iter().map(|segment| segment.label.as_str()).collect();
        format!("{}: {}", stack.label, labels.join(", "))
    });
    let description = list.collect::<Vec<_>>().join("; ");
    let about = About { id: "come-and-go", title: &title, description: &description };
    let mut rows = Table { title: title.clone(), rows: Vec::new(), ..table.clone() };
    let is_of_one_date = |row: &&tables::Row| {
        [("from", tables::ENTERED), ("to", tables::LEFT)]
            .iter()
            .any(|(column, key)| table.cell(row, column).value.key() == *key)
    };
    rows.rows = table.rows.iter().filter(is_of_one_date).cloned().collect();
    let legend = localized.categories_legend();
    Figure {
        svg: stacks(&about, Labelled::Middle, &drawn),
        title,
        legend,
        table: localized.html(&rows),
        layout: Layout::Folded,
    }
}

/// Who stays where they are, at each horizon.
pub(super) fn mobility(localized: &LocalizedPanel<'_>) -> Section {
    let texts = &localized.texts.panel;
    let moves = Moves::new(localized);
    let names = localized.plan.customers.category_names();
    let table = tables::mobility(&localized.words, &names, &localized.content.panel.mobility);
    let mut blocks: Vec<Block> = stays(localized, &moves).into_iter().map(|text| Block::Text { text }).collect();
    blocks.push(Block::Text { text: texts.mobility_lead.clone() });
    blocks.push(Block::Table { table: localized.html(&table.transposed()) });
    Section { id: "mobility", title: texts.mobility.clone(), blocks }
}
