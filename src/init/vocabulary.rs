//! The words by which columns, codes and files are known: `vocabulary.toml` and the benefit catalogue, brought into one
//! form.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml_edit::{DocumentMut, Item, TableLike};

use super::InitError;
use crate::config::DEFAULTS;
use crate::schema::Extract;
use crate::schema::extracts::{CodeSet, ColumnKind};

/// The words as they stand in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: BTreeMap<String, ColumnWords>,
    dimensions: BTreeMap<String, Vec<String>>,
    extracts: BTreeMap<String, Vec<String>>,
    codes: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    abbreviations: BTreeMap<String, String>,
    values: ValueWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnWords {
    words: Vec<String>,
    hints: Vec<String>,
}

/// Words that stand for values, and words in the names of columns that say how their values are to be read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueWords {
    /// For a missing value, anywhere.
    pub missing: Vec<String>,
    /// For a missing date or number.
    pub missing_words: Vec<String>,
    /// For true, in small letters.
    #[serde(rename = "true")]
    pub yes: Vec<String>,
    /// For false.
    #[serde(rename = "false")]
    pub no: Vec<String>,
    /// Beside amounts.
    pub currencies: Vec<String>,
    /// At the beginning of rows that sum up others.
    pub totals: Vec<String>,
    /// Pairs of debit and credit, in whichever order.
    pub signs: Vec<[String; 2]>,
    /// In the names of columns with minutes.
    pub minutes: Vec<String>,
    /// In the names of columns with seconds.
    pub seconds: Vec<String>,
    /// In the names of columns with hours.
    pub hours: Vec<String>,
    /// In the names of period ends that are no longer covered.
    pub exclusive: Vec<String>,
}

/// A word in normal form, and without its spaces.
#[derive(Debug)]
struct Word {
    text: String,
    joined: String,
}

impl Word {
    /// Words are taken at their full length, as abbreviations have it.
    fn new(text: &str, abbreviations: &BTreeMap<String, String>) -> Self {
        let normal = normal(text);
        let full = normal.split(' ').map(|word| abbreviations.get(word).map_or(word, String::as_str));
        let text = full.collect::<Vec<_>>().join(" ");
        Word { joined: text.replace(' ', ""), text }
    }
}

/// All words.
#[derive(Debug)]
pub struct Vocabulary {
    /// By column: words that name it alone, and words that could name others as well.
    columns: BTreeMap<String, [Vec<Word>; 2]>,
    dimensions: BTreeMap<String, Vec<Word>>,
    extracts: BTreeMap<String, Vec<Word>>,
    /// Of each code set, every known word with what it means.
    codes: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// Short words with what they stand for.
    abbreviations: BTreeMap<String, String>,
    /// What stands for values.
    pub values: ValueWords,
}

/// A name that is made of its vocabulary's hints is worth so much of one made of its words.
const HINT: f64 = 0.6;
/// What a beginning has to have of a word to be an abbreviation of it.
const LEAST_OF_A_WORD: f64 = 0.4;
/// Letters of a word that may be a part of a compound.
const LETTERS_OF_A_PART: usize = 4;

impl Vocabulary {
    /// The built-in words, with the catalogue's benefits.
    ///
    /// # Errors
    /// A built-in file is not as it should be, which a test rules out.
    pub fn new() -> Result<Self, InitError> {
        let wrong = |message: String| InitError::Vocabulary { message };
        let written: Written =
            toml_edit::de::from_str(include_str!("vocabulary.toml")).map_err(|error| wrong(error.to_string()))?;
        let mut codes: BTreeMap<&'static str, BTreeMap<String, String>> = BTreeMap::new();
        for set in ALL_SETS {
            let known = codes.entry(set_name(set)).or_default();
            for (ours, theirs) in written.codes.get(set_name(set)).into_iter().flatten() {
                known.insert(normal(ours), ours.clone());
                known.extend(theirs.iter().map(|word| (normal(word), ours.clone())));
            }
        }
        let defaults: DocumentMut = DEFAULTS.parse().map_err(|error: toml_edit::TomlError| wrong(error.to_string()))?;
        let benefits = defaults.get("benefits").and_then(Item::as_table_like);
        let known = codes.entry(set_name(CodeSet::Benefit)).or_default();
        for (code, benefit) in benefits.into_iter().flat_map(TableLike::iter) {
            let names = benefit.get("names").and_then(Item::as_table_like);
            let names = names.into_iter().flat_map(TableLike::iter).filter_map(|(_, name)| name.as_str());
            known.extend(names.chain([code]).map(|name| (normal(name), code.to_owned())));
        }
        let all = |texts: &[String]| -> Vec<Word> {
            texts.iter().map(|text| Word::new(text, &written.abbreviations)).collect()
        };
        let one =
            |(name, words): (&String, &Vec<String>)| (name.clone(), all(&[std::slice::from_ref(name), words].concat()));
        let both = |(name, words): (&String, &ColumnWords)| {
            (name.clone(), [all(&[std::slice::from_ref(name), &words.words].concat()), all(&words.hints)])
        };
        Ok(Vocabulary {
            columns: written.columns.iter().map(both).collect(),
            dimensions: written.dimensions.iter().map(one).collect(),
            extracts: written.extracts.iter().map(one).collect(),
            codes,
            abbreviations: written.abbreviations,
            values: written.values,
        })
    }

    /// What a code means, if its word is known.
    pub fn code(&self, set: CodeSet, code: &str) -> Option<&str> {
        self.codes.get(set_name(set))?.get(&normal(code)).map(String::as_str)
    }

    /// What a code that is not known may mean, by a word that is nearly it.
    pub fn near_code(&self, set: CodeSet, code: &str) -> Option<&str> {
        let known = self.codes.get(set_name(set))?;
        let code = normal(code);
        if code.len() <= LETTERS_OF_A_PART {
            return None;
        }
        let near = crate::suggestion::nearest(&code, known.keys().map(String::as_str))?;
        known.get(near).map(String::as_str)
    }

    /// The code that a file's name tells of, such as `phone` in `telefon_2025.csv`.
    pub fn code_in_name(&self, set: CodeSet, name: &str) -> Option<&str> {
        let name = normal(name);
        let tokens: Vec<&str> = name.split(' ').collect();
        let whole = tokens.windows(2).map(|pair| pair.join(" "));
        let parts: Vec<String> = whole.chain(tokens.iter().map(|token| (*token).to_owned())).collect();
        let known = self.codes.get(set_name(set))?;
        parts.iter().filter(|part| part.len() >= 3).find_map(|part| known.get(part)).map(String::as_str)
    }

    fn word(&self, text: &str) -> Word {
        Word::new(text, &self.abbreviations)
    }

    /// How well a header's name fits a canonical column, from 0 to 1.
    pub fn column(&self, column: &str, header: &str) -> f64 {
        let Some([words, hints]) = self.columns.get(column) else { return 0.0 };
        let header = self.word(header);
        best(&header, words).max(HINT * best(&header, hints))
    }

    /// Whether a text names a column, so that it is none of its values.
    pub fn knows_column(&self, text: &str) -> bool {
        let text = self.word(text);
        let named = |words: &Vec<Word>| words.iter().any(|word| likeness(&text, word) >= 0.95);
        self.columns.values().any(|[words, _]| named(words)) || self.dimensions.values().any(named)
    }

    /// Whether a header may name dates.
    pub fn names_date(&self, header: &str) -> bool {
        let dates = Extract::ALL.iter().flat_map(|extract| extract.columns()).filter(|c| c.kind == ColumnKind::Date);
        dates.map(|column| self.column(column.name, header)).any(|score| score >= 0.4)
    }

    /// The dimension that a header names, and how well.
    pub fn dimension(&self, header: &str) -> Option<(&str, f64)> {
        let header = self.word(header);
        let scored = self.dimensions.iter().map(|(name, words)| (name.as_str(), best(&header, words)));
        scored.filter(|(_, score)| *score >= 0.5).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// How well a file's or folder's name fits an extract.
    pub fn extract(&self, extract: Extract, name: &str) -> f64 {
        self.extracts.get(extract.name()).map_or(0.0, |words| best(&self.word(name), words))
    }

    /// Whether one of these words is a word of a name.
    pub fn has_word(words: &[String], name: &str) -> bool {
        let name = normal(name);
        words
            .iter()
            .map(|word| normal(word))
            .any(|word| name.split(' ').any(|token| token == word) || word.contains(' ') && name.contains(&word))
    }
}

const ALL_SETS: [CodeSet; 7] = [
    CodeSet::Channel,
    CodeSet::Benefit,
    CodeSet::Method,
    CodeSet::Decision,
    CodeSet::Event,
    CodeSet::Direction,
    CodeSet::Filer,
];

/// The name of a code set in the vocabulary.
fn set_name(set: CodeSet) -> &'static str {
    match set {
        CodeSet::Channel => "channel",
        CodeSet::Benefit => "benefit",
        CodeSet::Method => "method",
        CodeSet::Decision => "decision",
        CodeSet::Event => "event",
        CodeSet::Direction => "direction",
        CodeSet::Filer => "filer",
    }
}

/// Small letters without diacritics, words apart by one space; `camelCase` and `snake_case` are several words.
pub fn normal(text: &str) -> String {
    let mut out = String::new();
    let mut was_small = false;
    let mut was_digit = None;
    for character in text.chars() {
        let is_digit = character.is_ascii_digit();
        if character.is_uppercase() && was_small || was_digit.is_some_and(|was| was != is_digit) {
            out.push(' ');
        }
        was_small = character.is_lowercase();
        was_digit = character.is_alphanumeric().then_some(is_digit);
        for lower in character.to_lowercase() {
            match lower {
                'å' | 'ä' | 'á' | 'à' | 'â' => out.push('a'),
                'ö' | 'ø' | 'ó' | 'ô' => out.push('o'),
                'ü' | 'ú' => out.push('u'),
                'é' | 'è' | 'ê' => out.push('e'),
                'æ' => out.push_str("ae"),
                'ß' => out.push_str("ss"),
                letter if letter.is_alphanumeric() => out.push(letter),
                // Marks that stand behind their letter.
                '\u{300}'..='\u{36F}' => {}
                _ => out.push(' '),
            }
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn best(name: &Word, words: &[Word]) -> f64 {
    words.iter().map(|word| likeness(name, word)).fold(0.0, f64::max)
}

/// How much a name is like a word.
fn likeness(name: &Word, word: &Word) -> f64 {
    if name.text.is_empty() || word.text.is_empty() {
        return 0.0;
    }
    if name.joined == word.joined {
        return 1.0;
    }
    let covered = word.joined.len() as f64 / name.joined.len().max(word.joined.len()) as f64;
    let has = |token: &str| name.text.split(' ').any(|own| own == token);
    if word.text.split(' ').all(has) {
        return 0.6 + 0.35 * covered;
    }
    let covering = name.joined.len() as f64 / word.joined.len() as f64;
    // A compound such as `Kundnummer` has its word at either end.
    let is_part = word.joined.len() >= LETTERS_OF_A_PART
        && (name.joined.starts_with(&word.joined) || name.joined.ends_with(&word.joined));
    if is_part {
        return 0.35 + 0.4 * covered;
    }
    if name.joined.len() >= 3 && covering >= LEAST_OF_A_WORD && word.joined.starts_with(&name.joined) {
        return 0.3 + 0.4 * covering;
    }
    // Whoever mistypes a word begins it right.
    if name.joined.chars().next() != word.joined.chars().next() {
        return 0.0;
    }
    let alike = strsim::normalized_damerau_levenshtein(&name.joined, &word.joined);
    if word.joined.len() >= 6 && alike >= 0.8 { 0.8 * alike } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::extracts::{DIRECTIONS, FILERS, METHODS};

    fn vocabulary() -> Vocabulary {
        Vocabulary::new().unwrap()
    }

    #[test]
    fn every_column_has_words_and_no_other() {
        let words = vocabulary();
        let columns: Vec<&str> = Extract::ALL.iter().flat_map(|extract| extract.columns()).map(|c| c.name).collect();
        for column in &columns {
            assert_eq!(words.column(column, column), 1.0, "{column}");
        }
        assert!(words.columns.keys().all(|name| columns.contains(&name.as_str())));
        assert!(Extract::ALL.iter().all(|extract| words.extracts.contains_key(extract.name())));
        for (set, canonical) in [("method", METHODS), ("direction", DIRECTIONS), ("filer", FILERS)] {
            assert!(words.codes[set].values().all(|code| canonical.contains(&code.as_str())));
        }
        assert!(words.codes["benefit"].len() > 60);
    }

    #[test]
    fn names_in_many_spellings() {
        let words = vocabulary();
        for (header, column) in [
            ("Kundnummer", "customer_id"),
            ("CUSTOMER_ID", "customer_id"),
            ("customerId", "customer_id"),
            ("AsiakasNro", "customer_id"),
            ("Födelsedatum", "birth_date"),
            ("FODELSEDATUM", "birth_date"),
            ("Handläggningstid, min", "handling_minutes"),
            ("Automatiskt beslut", "automatic"),
            ("Maksupäivä", "paid_on"),
            ("Geburtsdatum", "birth_date"),
            ("pay_date", "paid_on"),
            ("Jakson alku", "period_start"),
            ("is_inbound", "direction"),
            ("Fødselsdato", "birth_date"),
        ] {
            let scores = words.columns.keys().map(|name| (words.column(name, header), name));
            let best = scores.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
            assert_eq!(best.1, column, "{header}: {best:?}");
        }
        assert!(words.column("customer_id", "Käsittelijä") < 0.4);
        assert!(words.column("direction", "is_outbound") < 0.4);
        assert_eq!(words.dimension("Hemkommun").unwrap().0, "municipality");
        assert!(words.names_date("Luotu pvm") && !words.names_date("Belopp"));
    }

    #[test]
    fn codes_by_their_words() {
        let words = vocabulary();
        assert_eq!(words.code(CodeSet::Direction, "LÄHTEVÄ"), Some("outbound"));
        assert_eq!(words.code(CodeSet::Direction, "false"), Some("outbound"));
        assert_eq!(words.code(CodeSet::Benefit, "lapsilisa"), Some("child_benefit"));
        assert_eq!(words.code(CodeSet::Benefit, "210"), None);
        assert_eq!(words.near_code(CodeSet::Benefit, "Barnbidrga"), Some("child_benefit"));
        assert_eq!(words.code_in_name(CodeSet::Channel, "telefon_2025"), Some("phone"));
        assert_eq!(words.code_in_name(CodeSet::Channel, "kontakter_2025"), None);
    }
}
