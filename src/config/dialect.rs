//! What one place of the file states about how files and their values are written: the keys of `[dialect]`, which can
//! stand in an extract and in a source as well, those of values in a column, too.

use super::reader::Reader;
use super::source::{Encoding, NegativeForms};
use crate::dates::DateFormat;
use crate::rules::TextCondition;
use crate::suggestion::help_for;

/// How the files as such are written, as one place states it. What can be switched off is `Some(None)` where it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Dialect {
    pub(super) delimiter: Option<u8>,
    pub(super) encoding: Option<Encoding>,
    pub(super) skip_lines: Option<u32>,
    pub(super) header: Option<bool>,
    pub(super) comment: Option<Option<String>>,
    pub(super) escape: Option<Option<u8>>,
    pub(super) filter: Option<Option<TextCondition>>,
}

/// How dates, numbers and bools are spelled.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelling {
    pub(super) decimal_separator: Option<u8>,
    pub(super) thousands_separator: Option<Option<char>>,
    pub(super) strip: Option<Vec<String>>,
    pub(super) negative: Option<NegativeForms>,
    pub(super) date_formats: Option<Vec<DateFormat>>,
    pub(super) true_values: Option<Vec<String>>,
    pub(super) false_values: Option<Vec<String>>,
}

/// The most lines before a header.
const MOST_SKIPPED: u32 = 1_000_000;

impl Dialect {
    pub(super) fn of(table: &Reader) -> Self {
        let is_delimiter = |byte: u8| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n');
        let one_byte = "one ASCII character that is not a quote or a line end";
        Dialect {
            delimiter: read_byte(table, "delimiter", one_byte, is_delimiter),
            encoding: table.choice(
                "encoding",
                &[
                    ("utf-8", Encoding::Utf8),
                    ("latin-1", Encoding::Latin1),
                    ("windows-1252", Encoding::Windows1252),
                    ("utf-16", Encoding::Utf16),
                ],
            ),
            skip_lines: table.whole("skip_lines", 0..=MOST_SKIPPED),
            header: table.flag("header"),
            comment: read_comment(table),
            escape: match table.text("escape") {
                Some("") => Some(None),
                _ => read_byte(table, "escape", one_byte, is_delimiter).map(Some),
            },
            filter: read_filter(table),
        }
    }

    /// This where it states something, the lower one elsewhere.
    pub(super) fn over(self, lower: &Dialect) -> Dialect {
        Dialect {
            delimiter: self.delimiter.or(lower.delimiter),
            encoding: self.encoding.or(lower.encoding),
            skip_lines: self.skip_lines.or(lower.skip_lines),
            header: self.header.or(lower.header),
            comment: self.comment.or_else(|| lower.comment.clone()),
            escape: self.escape.or(lower.escape),
            filter: self.filter.or_else(|| lower.filter.clone()),
        }
    }
}

impl Spelling {
    /// Of all kinds of value.
    pub(super) fn of(table: &Reader) -> Self {
        let (dates, bools) = (Spelling::of_dates(table), Spelling::of_bools(table));
        Spelling::of_numbers(table, true).over(&dates).over(&bools)
    }

    /// Of dates.
    pub(super) fn of_dates(table: &Reader) -> Self {
        Spelling { date_formats: read_date_formats(table), ..Spelling::default() }
    }

    /// Of numbers, with decimals or without.
    pub(super) fn of_numbers(table: &Reader, with_decimals: bool) -> Self {
        let point = |byte| matches!(byte, b'.' | b',');
        Spelling {
            decimal_separator: match with_decimals {
                true => read_byte(table, "decimal_separator", "\".\" or \",\"", point),
                false => None,
            },
            thousands_separator: read_thousands_separator(table),
            strip: read_strip(table),
            negative: read_negative(table),
            ..Spelling::default()
        }
    }

    /// Of truth values.
    pub(super) fn of_bools(table: &Reader) -> Self {
        let (true_values, false_values) = (table.some_texts("true_values"), table.some_texts("false_values"));
        Spelling { true_values, false_values, ..Spelling::default() }
    }

    /// This where it states something, the lower one elsewhere.
    pub(super) fn over(self, lower: &Spelling) -> Spelling {
        Spelling {
            decimal_separator: self.decimal_separator.or(lower.decimal_separator),
            thousands_separator: self.thousands_separator.or(lower.thousands_separator),
            strip: self.strip.or_else(|| lower.strip.clone()),
            negative: self.negative.or(lower.negative),
            date_formats: self.date_formats.or_else(|| lower.date_formats.clone()),
            true_values: self.true_values.or_else(|| lower.true_values.clone()),
            false_values: self.false_values.or_else(|| lower.false_values.clone()),
        }
    }
}

fn read_byte(table: &Reader, key: &str, expected: &str, is_valid: impl Fn(u8) -> bool) -> Option<u8> {
    let text = table.text(key)?;
    let byte = match text.as_bytes() {
        [byte] => Some(*byte).filter(|byte| is_valid(*byte)),
        _ => None,
    };
    if byte.is_none() {
        table.problem(key, format!("expected {expected}, found {text:?}"), None);
    }
    byte
}

fn read_comment(table: &Reader) -> Option<Option<String>> {
    let text = table.text("comment")?;
    if text.contains(['\r', '\n']) {
        table.problem("comment", "is the beginning of one line, so it has no line end", None);
    }
    Some(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn read_filter(table: &Reader) -> Option<Option<TextCondition>> {
    match table.text("where")? {
        "" => Some(None),
        sql => match TextCondition::parse(sql) {
            Ok(condition) => Some(Some(condition)),
            Err(fault) => {
                table.problem("where", fault.message, fault.help);
                None
            }
        },
    }
}

fn read_thousands_separator(table: &Reader) -> Option<Option<char>> {
    let text = table.text("thousands_separator")?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Some(None),
        (Some(separator), None) if !separator.is_alphanumeric() && !"-+()\u{2212}\r\n\"".contains(separator) => {
            Some(Some(separator))
        }
        _ => {
            let expected = "one character that is no letter, digit, sign or quote, or \"\" for none";
            table.problem("thousands_separator", format!("expected {expected}, found {text:?}"), None);
            None
        }
    }
}

/// Texts that are dropped at the ends of numbers: none that could be a part of one.
fn read_strip(table: &Reader) -> Option<Vec<String>> {
    let texts = table.texts("strip")?;
    let texts: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).collect();
    for text in &texts {
        let is_part = matches!(text.as_str(), "" | "-" | "+" | "(" | ")" | "." | "," | "\u{2212}");
        if is_part || text.contains(|character: char| character.is_ascii_digit()) {
            table.problem("strip", format!("{text:?} could be a part of a number itself"), None);
        }
    }
    Some(texts)
}

fn read_negative(table: &Reader) -> Option<NegativeForms> {
    const WORDS: [&str; 3] = ["leading", "trailing", "parentheses"];
    let words = table.some_texts("negative")?;
    for word in words.iter().filter(|word| !word.is_empty() && !WORDS.contains(&word.as_str())) {
        table.problem("negative", format!("`{word}` is not one of its values"), help_for(word, &WORDS));
    }
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let [leading, trailing, parentheses] = WORDS.map(has);
    Some(NegativeForms { leading, trailing, parentheses })
}

fn read_date_formats(table: &Reader) -> Option<Vec<DateFormat>> {
    let formats = table.some_texts("date_formats")?.into_iter().filter(|format| !format.is_empty());
    let compiled =
        |format: String| DateFormat::new(&format).inspect_err(|fault| table.problem("date_formats", fault, None));
    Some(formats.filter_map(|format| compiled(format).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::source::{ColumnConfig, ColumnSource, IdFormat, SignColumn, SourceConfig, Unit};
    use super::super::tests::plan_of;
    use super::*;
    use crate::schema::Extract;

    fn sources(text: &str, extract: Extract) -> Vec<SourceConfig> {
        let plan = plan_of(text);
        plan.extracts.into_iter().find(|config| config.extract == extract).unwrap().sources
    }

    fn column<'a>(source: &'a SourceConfig, name: &str) -> &'a ColumnConfig {
        source.columns.iter().find(|column| column.name == name).unwrap()
    }

    #[test]
    fn the_nearer_dialect_holds_and_an_empty_text_is_none() {
        let text = "
[dialect]
skip_lines = 1
comment = \"#\"
escape = \"\\\\\"
encoding = \"windows-1252\"
where = \"a = 'x'\"
thousands_separator = \" \"
strip = [\"kr\"]
[extracts.life_events]
negative = [\"trailing\", \"parentheses\"]
[[extracts.life_events.sources]]
files = \"a.csv\"
header = false
skip_lines = 0
[[extracts.life_events.sources]]
files = \"b.csv\"
encoding = \"utf-16\"
comment = \"\"
escape = \"\"
where = \"\"
thousands_separator = \"\"
strip = []
";
        let [first, second] = &sources(text, Extract::LifeEvents)[..] else { panic!() };
        assert_eq!((first.skip_lines, first.has_header, first.encoding), (0, false, Encoding::Windows1252));
        assert_eq!((first.comment.as_deref(), first.escape), (Some("#"), Some(b'\\')));
        assert_eq!(first.filter, TextCondition::parse("a = 'x'").ok());
        assert_eq!((second.skip_lines, second.has_header, second.encoding), (1, true, Encoding::Utf16));
        assert_eq!((second.comment.as_deref(), second.escape, &second.filter), (None, None, &None));
        let [first, second] = [first, second].map(|source| &column(source, "occurred_on").numbers);
        assert_eq!((first.thousands_separator, &first.strip[..]), (Some(' '), &["kr".to_owned()][..]));
        assert_eq!((second.thousands_separator, second.strip.len()), (None, 0));
        let negative = NegativeForms { leading: false, trailing: true, parentheses: true };
        assert_eq!((first.negative, second.negative), (negative, negative));
    }

    #[test]
    fn columns_have_settings_of_their_own() {
        let text = "
[dialect]
decimal_separator = \",\"
[extracts.life_events]
files = \"a.csv\"
columns.customer_id = { columns = [\"a\", \"b\"], pad = 9, strip_prefix = \"K\", prefix = \"SE\" }
[extracts.employer_applications]
files = \"a.csv\"
columns.handling_minutes = { unit = \"clock\", strip = \"h\" }
columns.clarifications = { thousands_separator = \".\" }
";
        let events = &sources(text, Extract::LifeEvents)[0];
        let id = column(events, "customer_id");
        let columns = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!((&id.from, id.explicit), (&ColumnSource::Joined { columns, join: "-".to_owned() }, true));
        let format =
            IdFormat { strip_prefix: vec!["K".to_owned()], pad: 9, prefix: "SE".to_owned(), ..IdFormat::default() };
        assert_eq!(id.id, format);
        let applications = &sources(text, Extract::EmployerApplications)[0];
        let minutes = column(applications, "handling_minutes");
        assert_eq!(
            (minutes.unit, minutes.explicit, &minutes.numbers.strip[..]),
            (Unit::Clock, false, &["h".to_owned()][..])
        );
        assert_eq!(minutes.numbers.decimal_separator, b',');
        assert_eq!(column(applications, "clarifications").numbers.thousands_separator, Some('.'));

        let payments = "
[[extracts.payments.sources]]
files = \"a.csv\"
columns.amount = { sign = { column = \"D/C\", negative = \"D\" } }
columns.period_end = { exclusive = true, date_formats = \"%Y-%m\" }
[[extracts.payments.sources]]
files = \"b.csv\"
date_formats = \"%Y-%m\"
";
        let text = format!("extracts.contacts.absent = true\nextracts.applications.absent = true\n{payments}");
        let plan = super::super::tests::plan(&text).unwrap();
        assert_eq!(plan.extracts.len(), 1);
        let [first, second] = &plan.extracts[0].sources[..] else { panic!() };
        let sign = SignColumn { column: "D/C".to_owned(), negative: vec!["D".to_owned()] };
        assert_eq!(column(first, "amount").sign, Some(sign));
        assert!(column(first, "period_end").exclusive && !column(second, "period_end").exclusive);
        let ends = |source, name: &str| {
            column(source, name).date_formats[0].read(b"2025-02").map(|day| day.to_string()).unwrap()
        };
        assert_eq!((ends(first, "period_end"), ends(second, "period_end")), ("2025-02-01".into(), "2025-02-28".into()));
        assert_eq!(ends(second, "period_start"), "2025-02-01");
    }
}
