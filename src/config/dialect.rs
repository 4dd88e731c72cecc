//! What one place of the file states about how files and their values are written: the keys of `[dialect]`, which can
//! stand in an extract and in a source as well, those of values in a column, too.

use super::reader::Reader;
use super::source::{Encoding, NegativeForms};
use crate::extract::dates::DateFormat;
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
