//! An explanation as people read it: the same words on the terminal and on a page to print.

use minijinja::Environment;
use serde::Serialize;

use super::event_words::{EventWords, FigureWords};
use super::words::Words;
use super::{ExplainError, Explanation};
use crate::i18n::{ExplanationTexts, Language, Texts, fill};
use crate::render::PAGE_STYLE;
use crate::rules::{Clause, DEFAULT_RULE, TracedTerm, Truth};
use crate::sanitize::shown;
use crate::schema::Entity;

/// Everything that is said, in one language.
#[derive(Debug, Serialize)]
pub struct Page {
    lang: &'static str,
    texts: &'static ExplanationTexts,
    /// `Customer …`, or `Employer …`.
    customer: String,
    period: String,
    category: String,
    category_name: String,
    description: String,
    service: String,
    why: String,
    rule: String,
    rules: Vec<RuleWords>,
    elsewhere_intro: String,
    elsewhere: Vec<ElsewhereWords>,
    /// What the model of early warning says, if it says something.
    warning: Option<WarningWords>,
    /// The events behind the deciding figures, if they were asked for.
    events: Option<Vec<FigureWords>>,
    features: Vec<FeatureWords>,
}

#[derive(Debug, Serialize)]
struct RuleWords {
    name: String,
    category: String,
    /// `decided`, `before` or `after`.
    standing: &'static str,
    state: String,
    lines: Vec<Line>,
}

/// A line of a rule: a term, or the join of those that are further in.
#[derive(Debug, Serialize)]
struct Line {
    depth: usize,
    mark: &'static str,
    /// The mark in words.
    truth: String,
    text: String,
    /// The value at hand; empty for a join.
    here: String,
}

#[derive(Debug, Serialize)]
struct ElsewhereWords {
    category: String,
    text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct WarningWords {
    pub(super) risk: String,
    pub(super) points: Vec<PointWords>,
}

#[derive(Debug, Serialize)]
pub(super) struct PointWords {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) points: String,
}

#[derive(Debug, Serialize)]
struct FeatureWords {
    name: String,
    label: String,
    value: String,
}

impl Page {
    /// An explanation in the words of a language.
    ///
    /// # Errors
    /// The texts of the language cannot be read, which a test rules out.
    pub fn new(explanation: &Explanation<'_>, language: Language) -> Result<Page, ExplainError> {
        let all_texts = Texts::of(language)?;
        let words = Words { explanation, language, texts: all_texts };
        let texts = &all_texts.explanation;
        let rule_set = explanation.rule_set;
        let category = &rule_set.categories[explanation.category];
        let (whom, all) = match explanation.entity() {
            Entity::Customer => (&texts.customer, &texts.all_customers),
            Entity::Employer => (&texts.employer, &texts.all_employers),
        };
        let deciding = explanation.decided.map(|at| &rule_set.rules[at]);
        let category_name = |at: usize| language.of(&rule_set.categories[at].names).to_owned();
        let rules = rule_set.rules.iter().zip(&explanation.rules).enumerate().map(|(at, (rule, clause))| {
            let (standing, state) = standing(at, explanation.decided, clause.truth(), texts);
            let mut lines = Vec::new();
            words.push_lines(clause, 0, &mut lines);
            RuleWords { name: rule.name.clone(), category: category_name(rule.category), standing, state, lines }
        });
        let elsewhere = explanation.alternatives.iter().map(|alternative| ElsewhereWords {
            category: category_name(alternative.category),
            text: words.change(alternative),
        });
        let features = explanation.features.iter().map(|feature| FeatureWords {
            name: feature.name.clone(),
            label: words.label(&feature.name),
            value: words.value(&feature.name, feature.value),
        });
        Ok(Page {
            lang: language.code(),
            customer: format!("{} {}", whom, explanation.id),
            period: format!("{} – {}", language.day(explanation.window.start), language.day(explanation.window.as_of)),
            category: category.name.clone(),
            category_name: category_name(explanation.category),
            description: language.of(&category.description).to_owned(),
            service: language.of(&category.service).to_owned(),
            why: deciding.map_or(texts.by_default.as_str(), |rule| language.of(&rule.reason)).to_owned(),
            rule: deciding.map_or(DEFAULT_RULE, |rule| &rule.name).to_owned(),
            rules: rules.collect(),
            elsewhere_intro: fill(&texts.elsewhere_intro, &[("all", all)]),
            elsewhere: elsewhere.collect(),
            warning: explanation.warning.as_ref().map(|warning| words.warning(warning)),
            events: explanation.figures.as_ref().map(|figures| words.figures(figures, explanation.benefits)),
            features: features.collect(),
            texts,
        })
    }
}

/// Where a rule stands to the one that decided, and what became of it.
fn standing(at: usize, decided: Option<usize>, truth: Truth, texts: &ExplanationTexts) -> (&'static str, String) {
    let (standing, state) = match decided {
        Some(decided) if at == decided => ("decided", &texts.decided),
        Some(decided) if at > decided && truth == Truth::True => ("after", &texts.not_reached_met),
        Some(decided) if at > decided => ("after", &texts.not_reached_not_met),
        _ if truth == Truth::Missing => ("before", &texts.no_value),
        _ => ("before", &texts.not_met),
    };
    (standing, state.clone())
}

impl Words<'_> {
    fn push_lines(&self, clause: &Clause<TracedTerm<'_>>, depth: usize, lines: &mut Vec<Line>) {
        let texts = &self.texts.explanation;
        let (mark, truth) = match clause.truth() {
            Truth::True => ("✓", texts.term_true.clone()),
            Truth::False => ("✗", texts.term_false.clone()),
            Truth::Missing => ("?", texts.term_missing.clone()),
        };
        let (join, parts) = match clause {
            Clause::Term(term) => {
                let (text, here) = self.term(term);
                let here = if here.is_empty() { here } else { fill(&texts.here, &[("value", &here)]) };
                lines.push(Line { depth, mark, truth, text, here });
                return;
            }
            // All of a rule's terms have to hold: that goes without saying.
            Clause::All(parts) if depth == 0 => {
                parts.iter().for_each(|part| self.push_lines(part, depth, lines));
                return;
            }
            Clause::All(parts) => (&texts.all_of, parts.as_slice()),
            Clause::Any(parts) => (&texts.any_of, parts.as_slice()),
            Clause::Not(part) => (&texts.none_of, std::slice::from_ref(part.as_ref())),
        };
        lines.push(Line { depth, mark, truth, text: join.clone(), here: String::new() });
        parts.iter().for_each(|part| self.push_lines(part, depth + 1, lines));
    }
}

/// The page as text for a terminal.
pub fn text(page: &Page) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n\n{} ({})\n{}\n{}: {}\n\n{}\n  {} ({})\n\n{}\n  {}\n",
        page.texts.title,
        shown(&page.customer),
        page.period,
        page.category_name,
        page.category,
        page.description,
        page.texts.service,
        page.service,
        page.texts.why,
        page.why,
        page.rule,
        page.texts.rules,
        page.texts.rules_intro
    );
    for (at, rule) in page.rules.iter().enumerate() {
        text.push_str(&format!("\n {:>2}. {} → {}: {}\n", at + 1, rule.name, rule.category, rule.state));
        for line in &rule.lines {
            let here = if line.here.is_empty() { String::new() } else { format!(" ({})", line.here) };
            text.push_str(&format!("     {}{} {}{here}\n", "  ".repeat(line.depth), line.mark, line.text));
        }
    }
    push_events(page, &mut text);
    text.push_str(&format!("\n{}\n  {}\n\n", page.texts.elsewhere, page.elsewhere_intro));
    for elsewhere in &page.elsewhere {
        text.push_str(&format!("  {}\n    {}\n", elsewhere.category, elsewhere.text));
    }
    push_warning(page, &mut text);
    text.push_str(&format!("\n{}\n\n", page.texts.features));
    let width = |of: fn(&FeatureWords) -> &str| {
        page.features.iter().map(|feature| of(feature).chars().count()).max().unwrap_or_default()
    };
    let (labels, values) = (width(|feature| &feature.label), width(|feature| &feature.value));
    for FeatureWords { name, label, value } in &page.features {
        text.push_str(&format!("  {label:labels$}  {value:>values$}  {name}\n"));
    }
    text
}

/// Appends what the model of early warning says, if it says something.
fn push_warning(page: &Page, text: &mut String) {
    let Some(WarningWords { risk, points }) = &page.warning else { return };
    let texts = page.texts;
    text.push_str(&format!("\n{}\n  {}\n  {risk}\n\n  {}\n", texts.warning, texts.advice, texts.warning_points));
    if points.is_empty() {
        text.push_str(&format!("    {}\n", texts.no_points));
    }
    let width = |of: fn(&PointWords) -> &str| {
        points.iter().map(|point| shown(of(point)).chars().count()).max().unwrap_or_default()
    };
    let (labels, values, counts) =
        (width(|point| &point.label), width(|point| &point.value), width(|point| &point.points));
    for PointWords { label, value, points } in points {
        text.push_str(&format!("    {:labels$}  {value:>values$}  {points:>counts$}\n", shown(label)));
    }
}

/// Appends the events behind the deciding figures, if they were asked for.
fn push_events(page: &Page, text: &mut String) {
    let Some(figures) = &page.events else { return };
    text.push_str(&format!("\n{}\n", page.texts.events));
    if figures.is_empty() {
        text.push_str(&format!("  {}\n", page.texts.no_figures));
    }
    for FigureWords { figures, events } in figures {
        text.push_str(&format!("\n  {figures}\n"));
        if events.is_empty() {
            text.push_str(&format!("    {}\n", page.texts.no_events));
        }
        let width = |of: fn(&EventWords) -> &str| {
            events.iter().map(|event| shown(of(event)).chars().count()).max().unwrap_or_default()
        };
        let (dates, whats, amounts) =
            (width(|event| &event.date), width(|event| &event.what), width(|event| &event.amount));
        for EventWords { date, what, amount, source } in events {
            let (what, source) = (shown(what), shown(source));
            let line = format!("    {date:dates$}  {what:whats$}  {amount:>amounts$}  {source}");
            text.push_str(&format!("{}\n", line.trim_end()));
        }
    }
}

/// The page as HTML that stands for itself: no scripts, no files beside it.
///
/// # Errors
/// The template fails.
pub fn html(page: &Page) -> Result<String, ExplainError> {
    let mut templates = Environment::new();
    // The name's ending makes values escaped.
    templates.add_template("explanation.html", include_str!("explanation.html.j2"))?;
    let style = format!("{PAGE_STYLE}{}", include_str!("style.css"));
    Ok(templates
        .get_template("explanation.html")?
        .render(minijinja::context! { page => minijinja::value::Serde(page), style })?)
}
