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
/// Letters of a warning there. Only what names many codes or columns is longer; sentences are shorter in every language.
const LONGEST: usize = 300;

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
    let more = all.len().saturating_sub(REMARKS);
    let more = match more {
        0 => String::new(),
        more => fill(&words.texts.page.more_remarks, &[("count", &words.count(more as u64))]),
    };
    (all.iter().take(REMARKS).map(|text| brief(text)).collect(), more)
}

/// What a warning is about: all before a semicolon. What is too long ends where a part of it does, never within one.
fn brief(text: &str) -> String {
    let about = text.split_once("; ").map_or(text, |(about, _)| about);
    let Some((end, _)) = about.char_indices().nth(LONGEST) else { return about.to_owned() };
    let kept = &about[..end];
    let end_of_part = [", ", ": "].iter().filter_map(|sign| kept.rfind(sign)).max();
    let end = end_of_part.or_else(|| kept.rfind(' ')).unwrap_or(end);
    format!("{} …", &kept[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::i18n::{Language, Value, messages};
    use crate::tables::made_up_run::Run;

    #[test]
    fn a_warning_ends_where_a_sentence_or_a_part_of_it_does() {
        let day = Day::from_iso("2025-12-31").unwrap();
        let newest = |name: &str| Value::safe(format!("{name} (2026-01-15)"));
        let extracts: Vec<Value> = ["contacts", "applications", "decisions", "payments"].map(newest).into();
        let all = [
            messages::panel_late_rows(3u64, day, extracts, 62u64),
            messages::panel_hidden_starts(messages::n_dates(12u64), day, 30u64),
            messages::model_knows_later_days(day, day),
            messages::model_is_old(day, 400u32, 365u32),
            messages::model_failed(),
            messages::no_register(),
        ];
        for language in Language::ALL {
            for message in &all {
                let (whole, brief) = (message.text(language), brief(&message.text(language)));
                assert!(!brief.ends_with('…') && whole.starts_with(&brief), "{brief}");
            }
        }
        let codes = (0..60).map(|code| format!("code {code}")).collect::<Vec<_>>().join(", ");
        let cut = brief(&format!("applications: codes that are not mapped: {codes}"));
        assert!(cut.ends_with("code 28 …"), "{cut}");
    }

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
