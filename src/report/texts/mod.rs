//! The report's words: one file a language, each complete.
//!
//! The structs below are the list of texts: a file that lacks one, or has one too many, does not load, and a test
//! loads all three.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::language::Language;

/// All texts of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) page: PageTexts,
    pub(super) overview: OverviewTexts,
    pub(super) ways: WaysTexts,
    pub(super) distributions: DistributionsTexts,
    pub(super) breakdowns: BreakdownsTexts,
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) movements: MovementsTexts,
    pub(super) history: HistoryTexts,
    pub(super) employers: EmployersTexts,
    pub(super) quality: QualityTexts,
    pub(super) extracts: BTreeMap<String, String>,
    pub(super) reasons: BTreeMap<String, String>,
    pub(super) method: MethodTexts,
}

/// The page as a whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageTexts {
    pub(super) title: String,
    pub(super) skip: String,
    pub(super) contents: String,
    pub(super) customers: String,
    pub(super) customer: String,
    pub(super) held: String,
    pub(super) numbers: String,
    pub(super) all: String,
    pub(super) privacy: String,
    pub(super) maker: String,
    pub(super) missing: String,
}

/// The first screen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverviewTexts {
    pub(super) title: String,
    pub(super) chart: String,
    pub(super) this_run: String,
    pub(super) reference: String,
    pub(super) previous: String,
    pub(super) previous_short: String,
    pub(super) compared: String,
    pub(super) figure: String,
    pub(super) share: String,
    pub(super) contacts: String,
    pub(super) minutes: String,
    pub(super) service: String,
    pub(super) points: String,
    pub(super) higher: String,
    pub(super) lower: String,
    pub(super) same: String,
    pub(super) source: String,
    pub(super) no_previous: String,
    pub(super) other_categories: String,
    pub(super) new_category: String,
}

/// Ways to apply.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaysTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) chart: String,
    pub(super) description: String,
    pub(super) category: String,
    pub(super) paper: String,
    pub(super) oral: String,
    pub(super) on_behalf: String,
    pub(super) online: String,
    pub(super) other: String,
    pub(super) filers: String,
    pub(super) filers_lead: String,
    pub(super) employer: String,
    pub(super) partner: String,
}

/// Distributions of features.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DistributionsTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) description: String,
    pub(super) median_of: String,
    pub(super) category: String,
    pub(super) customers: String,
    pub(super) mean: String,
    pub(super) p10: String,
    pub(super) p25: String,
    pub(super) median: String,
    pub(super) p75: String,
    pub(super) p90: String,
}

/// Breakdowns by group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakdownsTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) by_deviation: String,
    pub(super) shown: String,
    pub(super) masked: String,
    pub(super) chart: String,
    pub(super) description: String,
    pub(super) description_none: String,
    pub(super) group: String,
    pub(super) customers: String,
    pub(super) deviation: String,
    pub(super) deviates: String,
    pub(super) by_chance: String,
    pub(super) contacts: String,
    pub(super) minutes: String,
    pub(super) missing: String,
}

/// Movements since the last run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MovementsTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) matrix: String,
    pub(super) then: String,
    pub(super) entered: String,
    pub(super) left: String,
    pub(super) by_rule: String,
    pub(super) from: String,
    pub(super) from_rule: String,
    pub(super) to: String,
    pub(super) to_rule: String,
    pub(super) customers: String,
    pub(super) cause: String,
    pub(super) behaviour: String,
    pub(super) split: String,
    pub(super) split_rules: String,
    pub(super) split_behaviour: String,
    pub(super) cannot_tell: String,
    pub(super) default_rule: String,
    pub(super) more: String,
}

/// Figures over all runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) lead_held: String,
    pub(super) share: String,
    pub(super) contacts: String,
    pub(super) minutes: String,
    pub(super) description: String,
    pub(super) run: String,
}

/// Employers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmployersTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) all: String,
    pub(super) category: String,
    pub(super) employers: String,
    pub(super) active: String,
    pub(super) share: String,
    pub(super) contacts: String,
    pub(super) channels: String,
    pub(super) online: String,
    pub(super) clarifications: String,
    pub(super) minutes: String,
    pub(super) applications: String,
    pub(super) table: String,
    pub(super) description: String,
}

/// The accounting of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QualityTexts {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) rows: String,
    pub(super) extract: String,
    pub(super) records: String,
    pub(super) filtered: String,
    pub(super) malformed: String,
    pub(super) orphans: String,
    pub(super) duplicates: String,
    pub(super) future: String,
    pub(super) out_of_scope: String,
    pub(super) in_use: String,
    pub(super) newest: String,
    pub(super) reasons: String,
    pub(super) reason: String,
    pub(super) faults: String,
    pub(super) no_faults: String,
    pub(super) codes: String,
    pub(super) code: String,
    pub(super) column: String,
    pub(super) code_rows: String,
    pub(super) no_codes: String,
    pub(super) other_codes: String,
    pub(super) unnamed_codes: String,
    pub(super) warnings: String,
    pub(super) method_column: String,
    pub(super) filer_column: String,
    pub(super) benefit_column: String,
}

/// Method and rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MethodTexts {
    pub(super) title: String,
    pub(super) window: String,
    pub(super) window_unregistered: String,
    pub(super) rules: String,
    pub(super) rules_lead: String,
    pub(super) rules_table: String,
    pub(super) rule: String,
    pub(super) leads_to: String,
    pub(super) reason: String,
    pub(super) condition: String,
    pub(super) figures: String,
    pub(super) share_means: String,
    pub(super) contacts_means: String,
    pub(super) minutes_means: String,
    pub(super) ways_means: String,
    pub(super) spells: String,
    pub(super) settings: String,
    pub(super) benefits: String,
    pub(super) benefit: String,
    pub(super) countable: String,
    pub(super) last_resort: String,
    pub(super) income: String,
    pub(super) event: String,
    pub(super) yes: String,
    pub(super) no: String,
}

impl Texts {
    /// Those of a language.
    ///
    /// # Errors
    /// The file is not what the structs say, which a test rules out.
    pub(super) fn of(language: Language) -> Result<Texts, toml::de::Error> {
        toml::from_str(source(language))
    }
}

fn source(language: Language) -> &'static str {
    language.pick([include_str!("sv.toml"), include_str!("fi.toml"), include_str!("en.toml")])
}

/// A text with its `{names}` filled in.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                let value = values.iter().find(|(known, _)| *known == name);
                filled.push_str(value.map_or(name, |(_, value)| value));
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text under its dotted key, with the names that it has filled in.
    fn keys(language: Language) -> BTreeMap<String, Vec<String>> {
        let table: toml::Table = source(language).parse().unwrap();
        let mut keys = BTreeMap::new();
        for (section, texts) in &table {
            for (key, text) in texts.as_table().unwrap() {
                let text = text.as_str().unwrap();
                assert!(!text.trim().is_empty(), "{section}.{key} in {language:?}");
                let mut names: Vec<String> =
                    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
                names.sort();
                keys.insert(format!("{section}.{key}"), names);
            }
        }
        keys
    }

    #[test]
    fn the_languages_have_the_same_texts_with_the_same_places_to_fill() {
        for language in Language::ALL {
            Texts::of(language).unwrap();
            assert_eq!(keys(language), keys(Language::En), "{language:?}");
        }
    }

    #[test]
    fn every_extract_and_every_reason_has_words() {
        let texts = Texts::of(Language::Fi).unwrap();
        for extract in crate::config::Extract::ALL {
            assert!(texts.extracts.contains_key(extract.name()), "{}", extract.name());
        }
        for reason in crate::extract::Reason::ALL {
            assert!(texts.reasons.contains_key(reason.name()), "{}", reason.name());
        }
    }

    #[test]
    fn places_are_filled_and_what_is_filled_in_is_left_alone() {
        assert_eq!(fill("{a} of {b}.", &[("a", "{b}"), ("b", "2")]), "{b} of 2.");
        assert_eq!(fill("a { b", &[]), "a { b");
    }
}
