//! Which figures of breakdowns are shown to nobody, since so few customers are behind them.
//!
//! A group, or a category in a group, of fewer customers than a minimum can tell of persons. Masking it alone does
//! not help where a total is shown: it is what the others lack of the total. So in each *line*, which is what a
//! shown total adds up, at least two are masked, and together they are as many as the minimum: the next smallest are
//! masked with the small ones. This is complementary cell suppression (Hundepool et al., Statistical Disclosure
//! Control, 2012, chapter 4), of lines one at a time. Breakdowns are masked together, since one's groups are the
//! totals of another: where a total is masked, all that adds up to it is masked too.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Breakdown, Group, GroupFigures};

/// What is masked of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// By group, then by category in the configured order, then of all: whether it is masked.
    pub hidden: Vec<Vec<bool>>,
}

impl Mask {
    /// What is to be masked of one feature: this mask, and where fewer than `min_group` customers have the feature.
    pub fn of_feature(&self, breakdown: &Breakdown, feature: usize, min_group: u32) -> Self {
        let n = |at: &GroupFigures| at.features.get(feature).map_or(0, |middle| middle.n);
        let mut masking = Masking::new(std::slice::from_ref(breakdown), n, min_group);
        for (cell, _) in self.hidden.iter().flatten().enumerate().filter(|(_, hidden)| **hidden) {
            masking.hide(cell);
        }
        masking.settle();
        Mask { hidden: masking.hidden_of(breakdown, 0) }
    }
}

/// What is to be masked of breakdowns that are shown together, for groups of fewer than `min_group` customers.
pub fn masks(breakdowns: &[Breakdown], min_group: u32) -> Vec<Mask> {
    let mut masking = Masking::new(breakdowns, |at| at.customers, min_group);
    masking.settle();
    let mask = |(breakdown, first)| Mask { hidden: masking.hidden_of(breakdown, first) };
    breakdowns.iter().zip(first_cells(breakdowns)).map(mask).collect()
}

/// What is to be masked of the figures per category, then of all, that so many customers have each.
pub fn few(counts: &[u64], min_group: u32) -> Vec<bool> {
    let mut masking = Masking { min_group: min_group.into(), ..Masking::default() };
    masking.cells(counts.to_vec());
    if let Some(all) = counts.len().checked_sub(1) {
        masking.line(Some(all), (0..all).collect());
    }
    masking.settle();
    masking.hidden
}

/// What is to be masked of who moved where; see [`few_moves`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovesMask {
    /// Row by row, whether a move is masked.
    pub moves: Vec<bool>,
    /// By row, whether its total is masked.
    pub from: Vec<bool>,
    /// By column, whether its total is masked.
    pub to: Vec<bool>,
    /// Whether the number of those who stayed where they were is masked.
    pub stayed: bool,
}

/// What is to be masked of moves between so many states, the last of which is the absence, where fewer than `least`
/// moved; those who are absent twice are no part of it. Totals of rows and columns are known, and how many stayed in all; so is the difference of those who came and
/// those who left, since both days' populations are known. Who stayed and who left is told rather than who moved.
pub fn few_moves(counts: &[u64], states: usize, least: u64) -> MovesMask {
    let cells = states * states;
    let present = counts.iter().take(cells.saturating_sub(1)).copied().chain([0]);
    let counts: Vec<u64> = present.take(cells).collect();
    let row = |from: usize| (from * states..(from + 1) * states).collect::<Vec<usize>>();
    let column = |to: usize| (to..cells).step_by(states).collect::<Vec<usize>>();
    let diagonal: Vec<usize> = (0..states.saturating_sub(1)).map(|at| at * states + at).collect();
    let lines: Vec<Vec<usize>> =
        (0..states).map(column).chain((0..states).map(row)).chain([diagonal.clone()]).collect();
    let total = |parts: &Vec<usize>| parts.iter().map(|cell| counts[*cell]).sum::<u64>();
    let mut masking = Masking { min_group: least, ..Masking::default() };
    masking.cells(counts.iter().copied().chain(lines.iter().map(total)).collect());
    diagonal.iter().chain(&column(states.saturating_sub(1))).for_each(|cell| masking.kept[*cell] = true);
    for (at, parts) in lines.into_iter().enumerate() {
        masking.line(Some(cells + at), parts);
    }
    if let Some(absent) = states.checked_sub(1) {
        masking.line(None, vec![cells + absent, cells + states + absent]);
    }
    masking.settle();
    let mut hidden = masking.hidden.into_iter();
    let mut take = |count: usize| hidden.by_ref().take(count).collect::<Vec<bool>>();
    let (moves, to, from) = (take(cells), take(states), take(states));
    MovesMask { moves, from, to, stayed: take(1) == [true] }
}

/// A total, and the cells that add up to it.
struct Line {
    /// The total's cell; `None` for one that is always shown.
    total: Option<usize>,
    parts: Vec<usize>,
    /// How many of the parts are hidden, and their customers.
    hidden: usize,
    hidden_customers: u64,
}

/// Cells, which are categories in groups of all breakdowns, and the lines that they stand in.
#[derive(Default)]
struct Masking {
    min_group: u64,
    counts: Vec<u64>,
    hidden: Vec<bool>,
    /// Cells that are worth more than others: they are hidden for the sake of others only if nothing else helps.
    kept: Vec<bool>,
    lines: Vec<Line>,
    /// By cell: the lines that it is a part of, and those that it is the total of.
    part_of: Vec<Vec<usize>>,
    total_of: Vec<Vec<usize>>,
    /// Lines to look at (again), the first of them first.
    unsettled: BTreeSet<usize>,
}

impl Masking {
    fn new(breakdowns: &[Breakdown], count: impl Fn(&GroupFigures) -> u64, min_group: u32) -> Self {
        let mut masking = Masking { min_group: min_group.into(), ..Masking::default() };
        let groups = || breakdowns.iter().flat_map(|breakdown| &breakdown.groups);
        masking.cells(groups().flat_map(|group| group.categories.iter().map(&count)).collect());
        let first_cells: Vec<usize> = first_cells(breakdowns).collect();
        let mut order: Vec<usize> = (0..breakdowns.len()).collect();
        order.sort_by_key(|at| breakdowns[*at].dimensions.len());
        // The totals of pairs are the groups of single dimensions, by dimension and value.
        let mut margins = BTreeMap::new();
        for at in order {
            let (breakdown, first) = (&breakdowns[at], first_cells[at]);
            masking.add(breakdown, first, &margins);
            if let [_] = breakdown.dimensions[..] {
                let cells = (first..).step_by(width(breakdown).max(1));
                margins.extend(breakdown.groups.iter().flat_map(|group| values(breakdown, group)).zip(cells));
            }
        }
        masking
    }

    /// Takes the cells, of which the small ones are hidden.
    fn cells(&mut self, counts: Vec<u64>) {
        self.hidden = counts.iter().map(|count| (1..self.min_group).contains(count)).collect();
        self.kept = vec![false; counts.len()];
        self.part_of = vec![Vec::new(); counts.len()];
        self.total_of = vec![Vec::new(); counts.len()];
        self.counts = counts;
    }

    /// Adds the lines of a breakdown: whole groups first, since what hides a group hides its categories.
    fn add(&mut self, breakdown: &Breakdown, first: usize, margins: &BTreeMap<Value<'_>, usize>) {
        let width = width(breakdown);
        let Some(all) = width.checked_sub(1) else { return };
        let across = across(breakdown);
        let category_line = |masking: &mut Self, category: usize| {
            for (of, groups) in &across {
                let margin = of.as_ref().and_then(|of| margins.get(of)).map(|group| group + category);
                masking.line(margin, groups.iter().map(|group| first + group * width + category).collect());
            }
        };
        category_line(self, all);
        for group in 0..breakdown.groups.len() {
            let cell = first + group * width;
            self.line(Some(cell + all), (cell..cell + all).collect());
        }
        (0..all).for_each(|category| category_line(self, category));
    }

    fn line(&mut self, total: Option<usize>, parts: Vec<usize>) {
        let at = self.lines.len();
        parts.iter().for_each(|part| self.part_of[*part].push(at));
        total.iter().for_each(|total| self.total_of[*total].push(at));
        let hidden: Vec<u64> = parts.iter().filter(|part| self.hidden[**part]).map(|part| self.counts[*part]).collect();
        self.lines.push(Line { total, parts, hidden: hidden.len(), hidden_customers: hidden.iter().sum() });
        self.unsettled.insert(at);
    }

    fn hide(&mut self, cell: usize) {
        if std::mem::replace(&mut self.hidden[cell], true) {
            return;
        }
        for at in &self.part_of[cell] {
            self.lines[*at].hidden += 1;
            self.lines[*at].hidden_customers += self.counts[cell];
        }
        self.unsettled.extend(self.part_of[cell].iter().chain(&self.total_of[cell]));
    }

    /// Hides more until no line tells of too few.
    fn settle(&mut self) {
        while let Some(at) = self.unsettled.pop_first() {
            if self.is_total_hidden(at) {
                let parts = self.lines[at].parts.clone();
                parts.into_iter().for_each(|part| self.hide(part));
            } else if self.tells(at) {
                // Where all parts are hidden and still too few, their total tells of them.
                let next = self.next(at).or(self.lines[at].total);
                next.into_iter().for_each(|cell| self.hide(cell));
            }
        }
    }

    fn is_total_hidden(&self, line: usize) -> bool {
        self.lines[line].total.is_some_and(|total| self.hidden[total])
    }

    /// Whether what is hidden in a line is one cell, or too few customers: the others' lack of the total tells it.
    fn tells(&self, line: usize) -> bool {
        let Line { hidden, hidden_customers, .. } = self.lines[line];
        !self.is_total_hidden(line) && hidden > 0 && (hidden == 1 || hidden_customers < self.min_group)
    }

    /// What to hide next in a line: the smallest that has somebody, but rather one that protects two lines at once,
    /// and one that is not a total by itself, which would have to be hidden too.
    fn next(&self, line: usize) -> Option<usize> {
        let protects_two = |cell: usize| self.part_of[cell].iter().any(|other| *other != line && self.tells(*other));
        let is_total = |cell: usize| {
            let mut lines = self.part_of[cell].iter().map(|at| &self.lines[*at]);
            lines.any(|line| line.parts.len() == 1 && line.total.is_some())
        };
        let shown = self.lines[line].parts.iter().copied().filter(|cell| !self.hidden[*cell]);
        shown.min_by_key(|cell| {
            let count = self.counts[*cell];
            (count == 0, is_total(*cell), self.kept[*cell], !protects_two(*cell), count)
        })
    }

    /// By group and category of the breakdown whose cells begin there.
    fn hidden_of(&self, breakdown: &Breakdown, first: usize) -> Vec<Vec<bool>> {
        let width = width(breakdown);
        let group = |at: usize| self.hidden[first + at * width..][..width].to_vec();
        (0..breakdown.groups.len()).map(group).collect()
    }
}

/// The categories and all of them.
fn width(breakdown: &Breakdown) -> usize {
    breakdown.groups.first().map_or(0, |group| group.categories.len())
}

/// Where the cells of each breakdown begin.
fn first_cells(breakdowns: &[Breakdown]) -> impl Iterator<Item = usize> {
    breakdowns.iter().scan(0, |next, breakdown| {
        let first = *next;
        *next += breakdown.groups.len() * width(breakdown);
        Some(first)
    })
}

/// A dimension and a value of it, which may be missing.
type Value<'a> = (&'a str, Option<&'a str>);

fn values<'a>(breakdown: &'a Breakdown, group: &'a Group) -> impl Iterator<Item = Value<'a>> {
    let dimensions = breakdown.dimensions.iter().map(String::as_str);
    dimensions.zip(group.values.iter().map(Option::as_deref))
}

/// The groups by the totals that they add up to: that of everybody, or of a pair those of each value of a dimension.
fn across(breakdown: &Breakdown) -> Vec<(Option<Value<'_>>, Vec<usize>)> {
    if breakdown.dimensions.len() < 2 {
        return vec![(None, (0..breakdown.groups.len()).collect())];
    }
    let mut lines = BTreeMap::new();
    for (place, group) in breakdown.groups.iter().enumerate() {
        values(breakdown, group).for_each(|value| lines.entry(value).or_insert_with(Vec::new).push(place));
    }
    lines.into_iter().map(|(value, groups)| (Some(value), groups)).collect()
}
