//! The page of a panel: shares over time, who was where a year ago, how long categories last, who stays, who comes and
//! goes.

mod durations;
mod moves;
mod shares;
mod stays;

use super::localized::LocalizedReport;
use super::page::{Head, laid_out};
use super::view::{Block, Section};
use super::{ReportError, head};
use crate::calendar::Day;
use crate::config::RunPlan;
use crate::i18n::{Language, Message, fill};
use crate::schema::Entity;
use crate::statistics::{CategoryFigures, PanelFigures};
use crate::tables::Localizer;

/// The length of a month in days, on average.
const MONTH_DAYS: f64 = 365.25 / 12.0;

/// What a panel came to, for people to look at.
pub struct PanelContent<'a> {
    /// The plan: categories, reference figures.
    pub plan: &'a RunPlan,
    /// The dates, ascending.
    pub dates: &'a [Day],
    /// By date the figures per category, then of all.
    pub figures: &'a [Vec<CategoryFigures>],
    /// What the sequences come to.
    pub panel: &'a PanelFigures,
    /// Whether there is a register of customers.
    pub registered: bool,
    /// What an analyst should know.
    pub warnings: &'a [Message],
    /// Why the panel is held; empty where it is not.
    pub held_because: &'a [Message],
}

/// A panel in a language.
type LocalizedPanel<'a> = LocalizedReport<'a, PanelContent<'a>>;

impl LocalizedPanel<'_> {
    /// A category's name for people, by its place.
    fn category_name(&self, at: usize) -> String {
        self.category(Entity::Customer, &self.plan.customers.categories[at].name).label().to_owned()
    }

    /// How many months dates are apart.
    fn every(&self) -> u64 {
        let [first, second, ..] = self.content.dates else { return 1 };
        (f64::from(second.0 - first.0) / MONTH_DAYS).round().max(1.0) as u64
    }

    /// So many dates as months, in words.
    fn months(&self, dates: usize) -> String {
        let months = dates as u64 * self.every();
        let text = if months == 1 { &self.texts.panel.month } else { &self.texts.panel.months };
        fill(text, &[("count", &self.count(months))])
    }
}

/// A list of what there is with its number, for who does not see the chart.
fn listed<'a>(of: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    of.map(|(name, number)| format!("{name} {number}")).collect::<Vec<_>>().join(", ")
}

/// The page in a language.
pub(super) fn page(content: &PanelContent<'_>, language: Language) -> Result<String, ReportError> {
    let words = Localizer::new(content.plan, language)?;
    let texts = &words.texts.panel;
    let localized = LocalizedPanel { content, plan: content.plan, words };
    let end = |day: Option<&Day>| day.map_or(String::new(), |day| language.day(*day));
    let (remarks, more_remarks) = head::remarks(&words, content.warnings);
    let head = Head {
        title: texts.title.clone(),
        window: format!("{} – {}", end(content.dates.first()), end(content.dates.last())),
        population: words.customers(content.panel.customers),
        headline: moves::headline(&localized),
        as_of: texts.look_back.clone(),
        held: words.texts.page.held.clone(),
        held_because: Message::texts(content.held_because, language),
        remarks,
        more_remarks,
    };
    let sections = vec![
        shares::section(&localized),
        moves::section(&localized),
        durations::section(&localized),
        stays::section(&localized),
        reading(&localized),
    ];
    laid_out(&words, words.mask_note(), &content.plan.report.agency, head, sections, &texts.maker)
}

/// How to read all this, and what the program says of the panel.
fn reading(localized: &LocalizedPanel<'_>) -> Section {
    let texts = &localized.texts.panel;
    let months = localized.count(localized.plan.window.months.into());
    let mut readings = vec![fill(&texts.reading_window, &[("months", &months)]), texts.reading_durations.clone()];
    readings.push(if localized.content.registered { &texts.reading_left } else { &texts.reading_no_register }.clone());
    let mut blocks: Vec<Block> = readings.into_iter().map(|text| Block::Text { text }).collect();
    let messages = Message::texts(localized.content.warnings, localized.language);
    if !messages.is_empty() {
        blocks.push(Block::Heading { text: localized.texts.quality.warnings.clone() });
        blocks.push(Block::Messages { messages });
    }
    // What the head of the page points to.
    Section { id: "quality", title: texts.reading.clone(), blocks }
}
