//! The page: sections, laid out by the template.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::early_warning::Phrases;
use super::localized::LocalizedReport;
use super::view::Section;
use super::{ReportError, head, sections};
use crate::i18n::{Language, MISSING, Message, fill};
use crate::render::{MASK, PAGE_STYLE};
use crate::tables::{Content, Localizer};

const TEMPLATE: &str = include_str!("report.html.j2");
const STYLE: &str = include_str!("style.css");

/// What the template is filled with.
#[derive(Serialize)]
struct Page<'a> {
    language: &'static str,
    style: String,
    words: Words<'a>,
    agency: &'a str,
    #[serde(flatten)]
    head: Head,
    sections: Vec<Section>,
}

/// What stands above the sections.
#[derive(Serialize)]
pub(super) struct Head {
    pub(super) title: String,
    /// From when to when it is.
    pub(super) window: String,
    /// How many customers.
    pub(super) population: String,
    /// All of it in a sentence; may be empty.
    pub(super) headline: String,
    /// What to know of its time.
    pub(super) as_of: String,
    /// What those reasons lead to.
    pub(super) held: String,
    pub(super) held_because: Vec<String>,
    /// What warnings are about.
    pub(super) remarks: Vec<String>,
    /// How many more there are; empty without any.
    pub(super) more_remarks: String,
}

/// Words that stand in the template itself.
#[derive(Serialize)]
struct Words<'a> {
    skip: &'a str,
    contents: &'a str,
    numbers: &'a str,
    service: &'a str,
    privacy: &'a str,
    /// What the signs in its tables mean that stand for figures; empty without any.
    signs: String,
    scroll: &'a str,
    remarks: &'a str,
    maker: String,
}

/// The report in a language, as one page.
pub(super) fn page(content: &Content<'_>, language: Language) -> Result<String, ReportError> {
    let words = Localizer::new(content.plan, language)?;
    let texts = words.texts;
    let localized = LocalizedReport { content, plan: content.plan, words };
    let population = content.all().map_or(0, |all| all.customers);
    let (start, end) = (language.day(content.plan.window.start), language.day(content.plan.window.as_of));
    let (remarks, more_remarks) = head::remarks(&words, content.warnings);
    let head = Head {
        title: texts.page.title.clone(),
        window: format!("{start} – {end}"),
        population: localized.customers(population),
        headline: head::headline(&localized),
        as_of: fill(&texts.page.as_of, &[("day", &end)]),
        held: texts.page.held.clone(),
        held_because: Message::texts(content.held_because, language),
        remarks,
        more_remarks,
    };
    let mask_note = match content.early_warning {
        Some(applied) => Phrases { words: &words, provenance: &applied.file.model.provenance }.mask_note(),
        None => words.mask_note(),
    };
    laid_out(&words, mask_note, &content.plan.report.agency, head, sections::all(&localized), &texts.page.maker)
}

/// A page of these sections; `mask_note` says what a mask means, `maker` who made it, and where else the figures are.
pub(super) fn laid_out(
    words: &Localizer<'_>,
    mask_note: String,
    agency: &str,
    head: Head,
    sections: Vec<Section>,
    maker: &str,
) -> Result<String, ReportError> {
    let texts = &words.texts.page;
    let signs = [(MISSING, texts.missing.clone()), (MASK, mask_note)];
    let on_page = |(sign, meaning): (&str, String)| sections.iter().any(|of| of.has(sign)).then_some(meaning);
    let signs: Vec<String> = signs.into_iter().filter_map(on_page).collect();
    let page = Page {
        language: words.language.code(),
        style: format!("{PAGE_STYLE}{STYLE}"),
        words: Words {
            skip: &texts.skip,
            contents: &texts.contents,
            numbers: &texts.numbers,
            service: &words.texts.overview.service,
            privacy: &texts.privacy,
            signs: signs.join(" "),
            scroll: &texts.scroll,
            remarks: &texts.remarks,
            maker: fill(maker, &[("version", env!("CARGO_PKG_VERSION"))]),
        },
        agency,
        head,
        sections,
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // Its name says that what is filled in is escaped for HTML.
    environment.add_template("report.html", TEMPLATE)?;
    Ok(environment.get_template("report.html")?.render(Serde(&page))?)
}
