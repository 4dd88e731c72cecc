//! The texts of a language, as its file has them: one that is lacking, or one too many, and the file does not load.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::Language;
use super::messages::Template;

/// All texts of a language. The maps have a text for each name that files use: a test knows which.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    pub(crate) page: PageTexts,
    pub(crate) headline: HeadlineTexts,
    pub(crate) overview: OverviewTexts,
    pub(crate) ways: WaysTexts,
    pub(crate) distributions: DistributionsTexts,
    pub(crate) breakdowns: BreakdownsTexts,
    pub(crate) dimensions: BTreeMap<String, String>,
    pub(crate) movements: MovementsTexts,
    pub(crate) history: HistoryTexts,
    pub(crate) employers: EmployersTexts,
    pub(crate) quality: QualityTexts,
    pub(crate) extracts: BTreeMap<String, String>,
    pub(crate) reasons: BTreeMap<String, String>,
    pub(crate) method: MethodTexts,
    pub(crate) explanation: ExplanationTexts,
    pub(crate) panel: PanelTexts,
    pub(crate) early_warning: EarlyWarningTexts,
    pub(crate) scorers: ScorersTexts,
    /// The titles of tables by their names.
    pub(crate) tables: BTreeMap<String, String>,
    /// Heading and meaning of columns, by their names or by `table.column`.
    pub(crate) columns: BTreeMap<String, (String, String)>,
    pub(crate) workbook: WorkbookTexts,
    pub(super) messages: BTreeMap<String, Template>,
    features: BTreeMap<String, String>,
    units: BTreeMap<String, String>,
}

/// Structs of texts, one for each table of the file.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident { $($key:ident)* })*) => {
        $($(#[$doc])*
        #[derive(Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $(pub(crate) $key: String),* })*
    };
}

texts! {
    /// The page as a whole.
    PageTexts {
        title skip contents customers customer held numbers all all_employers privacy maker missing no_data too_few scroll remarks
        more_remarks as_of
    }
    /// The run in a sentence.
    HeadlineTexts {
        shares millions first next both more fewer as_many
    }
    /// The first screen.
    OverviewTexts {
        title chart categories share_of previous compared service points higher lower same source no_previous other_categories
        new_category
    }
    /// A panel.
    PanelTexts {
        title headline shares share shares_lead shares_description moves moves_lead matrix flows come_and_go
        come_and_go_lead come_and_go_chart newcomers leavers stays durations durations_lead no_durations survival
        half_ended half_not_ended after after_lead after_chart still mobility mobility_lead reading reading_window
        reading_durations reading_left reading_no_register entered left unknown open look_back shares_table
        flows_hidden absent come_and_go_few stays_only stayed_since durations_table month months month_apart
        months_apart months_heading within_months mobility_heading maker
    }
    /// Early warning: a model's page, and what a run's report says of it.
    EarlyWarningTexts {
        title headline_passes headline_fails fails learned_from learned approved not_approved quoted few_outcomes
        capacity capacity_lead capacity_sentence each_month every_months capacity_compared capacity_chart
        capacity_description calibration calibration_lead calibration_all calibration_chart calibration_item slid
        as_foreseen stability stability_lead auc_chart ratio_chart as_expected ahead ahead_lead ahead_windows month_ahead first_date_ahead ahead_chart scorecard
        samples samples_lead use_fitting use_calibrating use_testing scorecard_lead exceptions no_exceptions exception reference points_item range_missing range_any range_from_to
        range_from range_over_to range_over range_to range_but bands bands_lead bands_fitted_too bands_fitted_none bands_chart band_from band_from_to
        band_to band_any audit audit_lead audit_none audit_all audit_shown recall_chart group_ratio_chart limits
        not_decide not_decide_means not_judge not_judge_means not_causes not_causes_means not_effect not_effect_means
        not_elsewhere not_elsewhere_means reading reading_windows masked_slides reading_level reading_payments reading_left_out
        no_better_than_rules no_better_than_single no_more_skill_than_rules few_tested few_calibrated miscalibrated
        run_lead run_model run_not_approved run_failed run_bands run_band run_capacity run_list
    }
    /// Who ranks customers in the tests of an early-warning model, and all dates of them.
    ScorersTexts {
        model rules single together
    }
    /// Ways to apply.
    WaysTexts {
        title lead chart description filers filers_lead
    }
    /// Distributions of features.
    DistributionsTexts {
        title lead description median_of concentration concentration_chart top
    }
    /// Breakdowns by group.
    BreakdownsTexts {
        title lead order shown left_out none masked description deviates by_chance missing
        age_adjusted age_adjusted_shown age_adjusted_none
    }
    /// Movements since the last run.
    MovementsTexts {
        title lead matrix entered left cause behaviour split split_rules split_behaviour cannot_tell default_rule more
    }
    /// Figures over all runs.
    HistoryTexts {
        title lead lead_held description
    }
    /// Employers.
    EmployersTexts {
        title lead description moved matrix entered distributions
    }
    /// The accounting of rows.
    QualityTexts {
        title lead no_faults no_codes other_codes unnamed_codes warnings method_column filer_column benefit_column
    }
    /// The sheet of a workbook that says what it is.
    WorkbookTexts {
        agency first_day last_day customers program held_because empty_cell no_figure reference left_out sheet
    }
    /// Method and rules.
    MethodTexts {
        title window window_unregistered rules rules_lead figures share_means contacts_means minutes_means
        ways_means spells settings yes no
    }
    /// Why a customer has its category, for the customer as much as for the caseworker.
    ExplanationTexts {
        title customer employer service why by_default rules rules_intro decided not_met no_value not_reached_met
        not_reached_not_met term_true term_false term_missing here all_of any_of none_of at_least more_than
        at_most less_than exactly other_than between elsewhere elsewhere_intro all_customers all_employers change no_change features
        missing events no_figures no_events source warning warning_risk warning_points no_points points advice
    }
}

/// The texts of a language are not what the structs say, which a test rules out.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the texts of a language cannot be read: {0}; this is a fault of vardag")]
pub struct TextsError(#[from] toml_edit::de::Error);

impl Texts {
    /// Those of a language, which are read once.
    ///
    /// # Errors
    /// The file is not what the structs say.
    pub(crate) fn of(language: Language) -> Result<&'static Texts, TextsError> {
        static TEXTS: [OnceLock<Result<Texts, toml_edit::de::Error>>; Language::ALL.len()] =
            [const { OnceLock::new() }; Language::ALL.len()];
        let texts = TEXTS[language as usize].get_or_init(|| toml_edit::de::from_str(language.texts()));
        Ok(texts.as_ref().map_err(Clone::clone)?)
    }

    /// What a feature is called; a feature of the configuration, which has no text here, by its own name.
    pub(crate) fn feature<'a>(&'a self, name: &'a str) -> &'a str {
        self.features.get(name).map_or(name, String::as_str)
    }

    /// The unit that follows a feature's values; empty where the label says what is counted, and for features of the
    /// configuration.
    pub(crate) fn unit(&self, feature: &str) -> &str {
        self.units.get(feature).map_or("", String::as_str)
    }
}

/// A text with its `{names}` filled in.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
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

/// The names that a text has filled in.
#[cfg(test)]
pub(super) fn places(text: &str) -> impl Iterator<Item = String> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Extract;
    use crate::extract::Reason;
    use crate::schema::features::At;

    /// Every text under its dotted key, with the names that it has filled in.
    fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let table: toml::Table = language.texts().parse().unwrap();
        let mut keys = BTreeMap::new();
        for (section, texts) in &table {
            for (key, text) in texts.as_table().unwrap() {
                let forms = match text {
                    toml::Value::Table(by_count) => by_count.values().collect(),
                    // What a column means may go without saying.
                    toml::Value::Array(heading) => vec![&heading[0]],
                    text => vec![text],
                };
                let forms: Vec<&str> = forms.into_iter().map(|text| text.as_str().unwrap()).collect();
                assert!(forms.iter().all(|text| !text.trim().is_empty()), "{section}.{key} in {language:?}");
                keys.insert(format!("{section}.{key}"), forms.into_iter().flat_map(places).collect());
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
    fn every_file_of_texts_is_a_language() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<String> = names.filter(|name| name.ends_with(".toml")).collect();
        assert_eq!(files, Language::ALL.map(|language| format!("{}.toml", language.code())).into());
    }

    #[test]
    fn extracts_reasons_and_features_have_texts_and_nothing_else_has() {
        let texts = Texts::of(Language::Fi).unwrap();
        let names = |map: &BTreeMap<String, String>| -> BTreeSet<String> { map.keys().cloned().collect() };
        assert_eq!(names(&texts.extracts), Extract::ALL.map(|extract| extract.name().to_owned()).into());
        assert_eq!(names(&texts.reasons), Reason::ALL.iter().map(|reason| reason.name().to_owned()).collect());
        let features: BTreeSet<String> = At::EVERY.iter().map(|at| at.feature().name.to_owned()).collect();
        assert_eq!(names(&texts.features), features);
        assert!(names(&texts.units).is_subset(&features));
    }

    #[test]
    fn every_feature_has_a_label_of_its_own_in_every_language() {
        for language in Language::ALL {
            let texts = Texts::of(language).unwrap();
            let labels: BTreeSet<&str> = At::EVERY.iter().map(|at| texts.feature(at.feature().name)).collect();
            assert_eq!(labels.len(), At::EVERY.len(), "{language:?}");
            assert!(labels.iter().all(|label| label.starts_with(char::is_uppercase)), "{labels:?}");
            assert_eq!((texts.feature("my_own"), texts.unit("my_own")), ("my_own", ""));
        }
    }

    #[test]
    fn places_are_filled_and_what_is_filled_in_is_left_alone() {
        assert_eq!(fill("{a} of {b}.", &[("a", "{b}"), ("b", "2")]), "{b} of 2.");
        assert_eq!(fill("a { b", &[]), "a { b");
    }
}
