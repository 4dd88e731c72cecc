//! The head of the page: the run in a sentence, and what its warnings are about.

use super::localized::LocalizedReport;
use crate::history::HistoryEntry;
use crate::i18n::{Message, fill};
use crate::schema::Entity;
use crate::schema::figures::Figure;
use crate::statistics::CategoryFigures;
use crate::tables::Localizer;

/// With more categories than this the sentence names only the largest, and the heaviest.
const NAMED: usize = 5;
/// Warnings that the head of the page has.
const REMARKS: usize = 5;
/// Letters of a warning there.
const LONGEST: usize = 170;

/// How many customers are in which category, and what has become of the heaviest; empty where nobody is counted.
pub(super) fn headline(localized: &LocalizedReport<'_>) -> String {
    let texts = &localized.texts.headline;
    let categories = localized.content.categories();
    let population = localized.content.all().map_or(0, |all| all.customers);
    let Some(heaviest) = categories.last().filter(|_| population > 0) else { return String::new() };
    let item = |(at, category): (usize, &&CategoryFigures)| {
        let share = localized.language.percent(category.figures.get(Figure::share_pct), 1);
        let name = localized.category(Entity::Customer, &category.name);
        let text = if at == 0 { &texts.first } else { &texts.next };
        fill(text, &[("share", &share), ("category", name.label())])
    };
    let named = named(categories);
    let mut list: Vec<String> = named.iter().enumerate().map(item).collect();
    let last = list.pop().unwrap_or_default();
    let list = match list.is_empty() {
        true => last,
        false => fill(&texts.both, &[("others", &list.join(", ")), ("last", &last)]),
    };
    let customers = match population {
        1_000_000.. => {
            let millions = localized.language.decimals(population as f64 / 1e6, 1);
            fill(&texts.millions, &[("number", &millions)])
        }
        _ => localized.customers(population),
    };
    let shares = fill(&texts.shares, &[("customers", &customers), ("list", &list)]);
    change(localized, heaviest).map_or(shares.clone(), |change| format!("{shares} {change}"))
}

/// The categories that the sentence names, in their order.
fn named(categories: &[CategoryFigures]) -> Vec<&CategoryFigures> {
    let mut order: Vec<usize> = (0..categories.len()).collect();
    if order.len() > NAMED {
        order.pop();
        order.sort_by_key(|at| std::cmp::Reverse(categories[*at].customers));
        order.truncate(NAMED - 2);
        order.sort_unstable();
        order.push(categories.len() - 1);
    }
    order.into_iter().map(|at| &categories[at]).collect()
}

/// How many more or fewer are in a category than a year ago, or else than in the last run.
fn change(localized: &LocalizedReport<'_>, category: &CategoryFigures) -> Option<String> {
    let texts = &localized.texts.headline;
    let run = a_year_ago(localized).or(localized.content.history.last())?;
    let before = run.category(&category.name)?.customers;
    let text = match category.customers.cmp(&before) {
        std::cmp::Ordering::Greater => &texts.more,
        std::cmp::Ordering::Less => &texts.fewer,
        std::cmp::Ordering::Equal => &texts.as_many,
    };
    let name = localized.category(Entity::Customer, &category.name);
    let customers = localized.customers(category.customers.abs_diff(before));
    let day = localized.day(&run.as_of);
    Some(fill(text, &[("category", name.label()), ("customers", &customers), ("day", &day)]))
}

/// The good run a year before, give or take two weeks.
fn a_year_ago<'a>(localized: &'a LocalizedReport<'_>) -> Option<&'a HistoryEntry> {
    let as_of = localized.content.plan.window.as_of;
    let off = |run: &&HistoryEntry| {
        let day = crate::calendar::Day::from_iso(&run.as_of);
        day.map_or(i64::MAX, |day| (i64::from(as_of.0) - i64::from(day.0) - 365).abs())
    };
    localized.content.history.iter().min_by_key(off).filter(|run| off(run) <= 14)
}

/// What the warnings are about, each without what to do, and how many more there are.
pub(super) fn remarks(words: &Localizer<'_>, warnings: &[Message]) -> (Vec<String>, String) {
    let all = Message::texts(warnings, words.language);
    let brief = |text: &String| {
        let about = text.split_once("; ").map_or(text.as_str(), |(about, _)| about);
        if about.chars().count() <= LONGEST {
            return about.to_owned();
        }
        let kept: String = about.chars().take(LONGEST).collect();
        format!("{} …", kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words))
    };
    let more = all.len().saturating_sub(REMARKS);
    let more = match more {
        0 => String::new(),
        more => fill(&words.texts.page.more_remarks, &[("count", &words.count(more as u64))]),
    };
    (all.iter().take(REMARKS).map(brief).collect(), more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::made_up_run::Run;

    #[test]
    fn of_many_categories_the_largest_and_the_heaviest_are_named() {
        let one = &Run::whole().figures[0];
        let categories: Vec<CategoryFigures> = [5, 40, 10, 1, 30, 20, 2]
            .into_iter()
            .map(|customers| CategoryFigures { customers, ..one.clone() })
            .collect();
        let customers = |categories| named(categories).into_iter().map(|of| of.customers).collect::<Vec<_>>();
        assert_eq!(customers(&categories), [40, 30, 20, 2]);
        assert_eq!(customers(&categories[..5]), [5, 40, 10, 1, 30]);
    }
}
