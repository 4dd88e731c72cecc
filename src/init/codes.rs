//! What the codes of a column mean, by their words. What they mean to nobody here is left to fill in.
//!
//! Codes that are not known are only written if several rows have them: a value of few rows may be a person's.

use std::collections::BTreeMap;

use super::profile::Profile;
use super::vocabulary::Vocabulary;
use crate::schema::extracts::CodeSet;

/// Fewest of the rows that were looked at for an unknown code to be written.
pub const LEAST_ROWS: usize = 5;
/// Most codes of a column that are written.
const MOST_CODES: usize = 60;
/// Letters of a code that may be an abbreviation of anything.
const OPAQUE_LETTERS: usize = 4;

/// A line of a code map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// The file's code.
    pub code: String,
    /// What it means; empty where that is to be filled in.
    pub meaning: String,
    /// The rows that have it.
    pub rows: usize,
    /// Whether it was only nearly a word.
    pub is_guess: bool,
    /// Whether the line stands, rather than being a comment.
    pub is_active: bool,
}

/// The codes of a column.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// Most rows first; none where all codes are ours.
    pub lines: Vec<CodeLine>,
    /// Codes that are not written, since few rows have them.
    pub rare: usize,
}

/// The codes of a column and what they mean. `pooled` are the codes of all columns of the set, with their rows.
pub fn codes(set: CodeSet, profile: &Profile, pooled: BTreeMap<&str, usize>, words: &Vocabulary) -> Codes {
    let mut found: Vec<(&String, usize)> = profile.values.iter().map(|(code, rows)| (code, *rows)).collect();
    found.sort_by_key(|(code, rows)| (std::cmp::Reverse(*rows), *code));
    let is_ours = |code: &str| words.code(set, code) == Some(code);
    let unknown: usize = found.iter().filter(|(code, _)| words.code(set, code).is_none()).map(|(_, rows)| rows).sum();
    let mut codes = Codes::default();
    for (code, rows) in &found {
        let known = words.code(set, code);
        let may_be_written = known.is_some() || pooled.get(code.as_str()).is_some_and(|rows| *rows >= LEAST_ROWS);
        if !may_be_written || codes.lines.len() >= MOST_CODES {
            codes.rare += 1;
            continue;
        }
        let near = if known.is_none() { words.near_code(set, code) } else { None };
        let meaning = known.or(near).unwrap_or_default().to_owned();
        let is_active = !meaning.is_empty() || must_be_known(set, code, 2 * unknown > profile.filled);
        codes.lines.push(CodeLine { code: (*code).clone(), meaning, rows: *rows, is_guess: near.is_some(), is_active });
    }
    // Where all are ours there is nothing to say.
    if codes.lines.iter().all(|line| is_ours(&line.code)) {
        codes.lines.clear();
    }
    codes
}

/// Whether results would be wrong, or a run held, without a meaning. Words that nobody knows stay as they are in open sets.
fn must_be_known(set: CodeSet, code: &str, most_are_unknown: bool) -> bool {
    match set {
        CodeSet::Method | CodeSet::Direction | CodeSet::Filer => true,
        CodeSet::Benefit => {
            let is_opaque = code.chars().count() <= OPAQUE_LETTERS || code.bytes().any(|byte| byte.is_ascii_digit());
            is_opaque || most_are_unknown
        }
        CodeSet::Channel | CodeSet::Decision | CodeSet::Event => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(set: CodeSet, values: &[(&str, usize)]) -> (Vec<(String, String, bool)>, usize) {
        let words = Vocabulary::new().unwrap();
        let values: Vec<String> = values.iter().flat_map(|(code, rows)| vec![(*code).to_owned(); *rows]).collect();
        let codes = {
            let profile = Profile::new(&values, false, None, &words);
            let pooled = profile.values.iter().map(|(code, rows)| (code.as_str(), *rows)).collect();
            codes(set, &profile, pooled, &words)
        };
        (codes.lines.into_iter().map(|line| (line.code, line.meaning, line.is_active)).collect(), codes.rare)
    }

    fn line(code: &str, meaning: &str, is_active: bool) -> (String, String, bool) {
        (code.to_owned(), meaning.to_owned(), is_active)
    }

    #[test]
    fn known_words_are_mapped_and_others_left_to_fill_in() {
        let values = [("IN", 9), ("UT", 2), ("X", 7), ("Anna Andersson", 1)];
        let lines = vec![line("IN", "inbound", true), line("X", "", true), line("UT", "outbound", true)];
        assert_eq!(found(CodeSet::Direction, &values), (lines, 1));
        assert_eq!(found(CodeSet::Direction, &[("inbound", 9), ("outbound", 2)]), (vec![], 0));
        let values = [("Barnbidrga", 9), ("210", 8), ("heating_grant", 7), ("lapsilisä", 30)];
        let lines = vec![
            line("lapsilisä", "child_benefit", true),
            line("Barnbidrga", "child_benefit", true),
            line("210", "", true),
            line("heating_grant", "", false),
        ];
        assert_eq!(found(CodeSet::Benefit, &values), (lines, 0));
    }

    #[test]
    fn few_rows_and_many_codes_are_not_written() {
        let names: Vec<String> = (0..100).map(|number| format!("code {number}")).collect();
        let many: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 5)).collect();
        let few: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 4)).collect();
        assert_eq!(found(CodeSet::Channel, &few), (vec![], 100));
        let (lines, rare) = found(CodeSet::Channel, &many);
        assert_eq!((lines.len(), rare), (60, 40));
    }
}
