//! What `check` found out about faults and codes, for people.

use crate::guesses::FaultEntry;
use crate::i18n::Language;
use crate::job::CheckFindings;
use crate::sanitize::{one_line, shown};
use crate::tables::{self, Localizer, Table};

/// The most characters of a value from a rejected row.
const SAMPLE_CHARS: usize = 40;

/// The faults, a row for each source, column and reason.
pub fn faults(words: &Localizer<'_>, findings: &CheckFindings) -> Table {
    let sample = |text: &String| format!("\"{}\"", one_line(text, SAMPLE_CHARS));
    let samples = |entry: &FaultEntry| entry.samples.iter().map(sample).collect::<Vec<_>>().join("  ");
    tables::faults(words, findings.faults.iter().map(|entry| (entry, samples(entry))))
}

/// What the values may be, with the settings that would read them; nothing where there is no guess.
pub fn guesses(findings: &CheckFindings) -> String {
    let mut text = String::new();
    for entry in findings.faults.iter().filter(|entry| !entry.guesses.is_empty()) {
        let FaultEntry { extract, source, column, reason, .. } = entry;
        let column = if column.is_empty() { String::new() } else { format!("{column}, ") };
        text.push_str(&format!("\n {extract}: {column}{reason} in {}\n", shown(source)));
        for guess in &entry.guesses {
            let (rows, all) = (Language::En.whole(guess.rows), Language::En.whole(entry.looked_at));
            text.push_str(&format!("   {rows} of {all}: {}\n", shown(&guess.means)));
            guess.setting.lines().for_each(|line| text.push_str(&format!("     {line}\n")));
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("What the values may be, and the settings that would read them\n{text}")
    }
}

/// The codes without a mapping as a block of the configuration; nothing where there is none.
pub fn code_maps(findings: &CheckFindings) -> String {
    match findings.code_maps.as_str() {
        "" => String::new(),
        block => format!("Codes to map: fill in what they mean, and put this into the configuration\n\n{block}"),
    }
}
