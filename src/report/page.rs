//! The page: sections, laid out by the template.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::localized::LocalizedReport;
use super::view::Section;
use super::{ReportError, head, sections};
use crate::i18n::{Language, Message, fill};
use crate::render::PAGE_STYLE;
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
    window: String,
    population: String,
    headline: String,
    remarks: Vec<String>,
    more_remarks: String,
    held_because: Vec<String>,
    sections: Vec<Section>,
}

/// Words that stand in the template itself.
#[derive(Serialize)]
struct Words<'a> {
    title: &'a str,
    skip: &'a str,
    contents: &'a str,
    held: &'a str,
    numbers: &'a str,
    service: &'a str,
    privacy: &'a str,
    missing: &'a str,
    /// What a mask means, if there is one on the page.
    masked: String,
    scroll: &'a str,
    remarks: &'a str,
    as_of: String,
    maker: String,
}

/// The report in a language, as one page.
pub(super) fn page(content: &Content<'_>, language: Language) -> Result<String, ReportError> {
    let words = Localizer::new(content.plan, language)?;
    let texts = words.texts;
    let localized = LocalizedReport { content, words };
    let population = content.all().map_or(0, |all| all.customers);
    let (start, end) = (language.day(content.plan.window.start), language.day(content.plan.window.as_of));
    let sections = sections::all(&localized);
    let has_mask = sections.iter().any(Section::has_mask);
    let words = Words {
        title: &texts.page.title,
        skip: &texts.page.skip,
        contents: &texts.page.contents,
        held: &texts.page.held,
        numbers: &texts.page.numbers,
        service: &texts.overview.service,
        privacy: &texts.page.privacy,
        missing: &texts.page.missing,
        masked: if has_mask { localized.mask_note() } else { String::new() },
        scroll: &texts.page.scroll,
        remarks: &texts.page.remarks,
        as_of: fill(&texts.page.as_of, &[("day", &end)]),
        maker: fill(&texts.page.maker, &[("version", env!("CARGO_PKG_VERSION"))]),
    };
    let (remarks, more_remarks) = head::remarks(&localized);
    let page = Page {
        language: language.code(),
        style: format!("{PAGE_STYLE}{STYLE}"),
        words,
        agency: &content.plan.report.agency,
        window: format!("{start} – {end}"),
        population: localized.customers(population),
        headline: head::headline(&localized),
        remarks,
        more_remarks,
        held_because: Message::texts(content.held_because, language),
        sections,
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // Its name says that what is filled in is escaped for HTML.
    environment.add_template("report.html", TEMPLATE)?;
    Ok(environment.get_template("report.html")?.render(Serde(&page))?)
}
