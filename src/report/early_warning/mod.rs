//! The page of an early-warning model: what it would find, how far it can be trusted, how it comes to a score, whether it
//! treats groups alike, and what it must not be used for.

mod audit;
mod capacity;
mod limits;
mod phrases;
mod scorecard;
#[cfg(test)]
mod tests;
mod trust;

pub(super) use limits::caveats;
pub(super) use phrases::Phrases;
pub(super) use scorecard::exceptions;

use super::charts::{About, Line, dashes, lines};
use super::localized::LocalizedReport;
use super::page::{Head, laid_out};
use super::palette;
use super::view::{Figure, Key, Layout};
use super::{ReportError, head};
use crate::config::{EarlyWarning, RunPlan};
use crate::early_warning::{Backtest, Model};
use crate::i18n::{Language, Message, fill};
use crate::tables::{Localizer, Table, failures};

/// A model and its tests, for people to look at.
pub struct EarlyWarningContent<'a> {
    /// The plan: categories, dimensions, least groups.
    pub plan: &'a RunPlan,
    /// The settings that it was fitted under.
    pub settings: &'a EarlyWarning,
    /// The scorecard.
    pub model: &'a Model,
    /// Its tests on later dates.
    pub backtest: &'a Backtest,
    /// Whether there is a register of customers.
    pub registered: bool,
    /// What an analyst should know of the panel.
    pub warnings: &'a [Message],
}

/// A model in a language.
type LocalizedModel<'a> = LocalizedReport<'a, EarlyWarningContent<'a>>;

impl<'a> LocalizedModel<'a> {
    fn phrases(&'a self) -> Phrases<'a> {
        Phrases { words: &self.words, provenance: &self.content.model.provenance }
    }

    /// The model and what it is held against, by name and colour.
    fn compared(&self) -> [(String, String); 3] {
        let texts = &self.words.texts.scorers;
        let colours = [self.colour(self.content.settings.to), palette::method(1).into(), palette::method(2).into()];
        let [model, rules, single] = colours;
        [(texts.model.clone(), model), (texts.rules.clone(), rules), (texts.single.clone(), single)]
    }

    /// Lines of the model and of what it is held against, from three columns of a table.
    fn three_lines(&self, chart: &Chart<'_>, at: &[(f64, String)], table: &Table, columns: [&str; 3]) -> Figure {
        let drawn = self.compared().into_iter().zip(columns).enumerate();
        let of = |(place, ((name, colour), column)): (usize, ((String, String), &str))| {
            let key = Key { name, colour: colour.clone(), dashes: dashes(place) };
            (key, Line::new(table.numbers(column), colour))
        };
        let (legend, drawn): (Vec<Key>, Vec<Line>) = drawn.map(of).unzip();
        self.line_chart(chart, at, legend, &drawn, table)
    }

    fn line_chart(
        &self,
        chart: &Chart<'_>,
        at: &[(f64, String)],
        legend: Vec<Key>,
        drawn: &[Line],
        table: &Table,
    ) -> Figure {
        let about = About { id: chart.id, title: chart.title, description: &chart.description };
        let svg = lines(&about, at, drawn, |value| (chart.number)(self.language, value));
        let title = chart.title.to_owned();
        let layout = chart.layout;
        Figure { exception: String::new(), title, legend, svg, table: self.html(table), layout }
    }
}

/// What a chart is called and how its numbers are written.
struct Chart<'a> {
    id: &'a str,
    title: &'a str,
    description: String,
    number: fn(Language, f64) -> String,
    layout: Layout,
}

/// A number of per cent on an axis.
fn percent(language: Language, value: f64) -> String {
    format!("{}{}", language.at_most(value, 1), language.percent_sign())
}

/// The page in a language.
pub(super) fn page(content: &EarlyWarningContent<'_>, language: Language) -> Result<String, ReportError> {
    let words = Localizer::new(content.plan, language)?;
    let localized = LocalizedModel { content, plan: content.plan, words };
    let sections = vec![
        capacity::section(&localized),
        trust::calibration(&localized),
        trust::stability(&localized),
        capacity::ahead(&localized),
        scorecard::learned_from(&localized),
        scorecard::section(&localized),
        scorecard::bands(&localized),
        audit::section(&localized),
        limits::section(&localized),
    ];
    let head = page_head(&localized);
    laid_out(
        &words,
        localized.phrases().mask_note(),
        &content.plan.report.agency,
        head,
        sections,
        &words.texts.panel.maker,
    )
}

/// What is said above all sections: that it is advice, whether the model passes and why not, what it learned from, who approved.
fn page_head(localized: &LocalizedModel<'_>) -> Head {
    let (content, texts) = (localized.content, &localized.texts.early_warning);
    let provenance = &content.model.provenance;
    let day = |day| localized.language.short_day(day);
    let last = provenance.fitted_on.last().map_or(String::new(), |last| day(*last));
    let dates = localized.count(provenance.fitted_on.len() as u64);
    let learned = fill(&texts.learned, &[("dates", &dates), ("last", &last)]);
    let approval = localized.phrases().approval(&content.model.approved_by, content.model.approved_on);
    let failures = failures(&localized.words, content.backtest, provenance);
    let (remarks, more_remarks) = head::remarks(&localized.words, content.warnings);
    Head {
        title: texts.title.clone(),
        window: format!("{} – {}", day(provenance.first_date), day(provenance.last_date)),
        population: fill(&texts.learned_from, &[("cases", &localized.count(provenance.fitting_rows))]),
        headline: if failures.is_empty() { &texts.headline_passes } else { &texts.headline_fails }.clone(),
        as_of: format!("{learned} {}", approval.as_ref().unwrap_or(&texts.not_approved)),
        held: texts.fails.clone(),
        held_because: failures,
        remarks,
        more_remarks,
    }
}
