//! Features, values and terms in words of a language.

use super::Explanation;
use crate::i18n::{Language, Texts, fill};
use crate::rules::{Comparator, DerivedFeature, Operator, Piece, TracedTerm};
use crate::schema::features::FeatureType;

/// Most decimals of a value that is not held in hundredths.
const MOST_DECIMALS: usize = 6;

/// Puts an explanation into words.
pub(super) struct Words<'a> {
    pub explanation: &'a Explanation<'a>,
    pub language: Language,
    pub texts: &'a Texts,
}

impl Words<'_> {
    fn derived(&self, feature: &str) -> Option<&DerivedFeature> {
        self.explanation.rule_set.derived_features.iter().find(|derived| derived.name == feature)
    }

    /// What a feature is called; a derived one by its meaning, where the configuration gives one.
    pub fn label(&self, feature: &str) -> String {
        let meaning = self
            .derived(feature)
            .map(|derived| self.language.of(&derived.meaning))
            .filter(|meaning| !meaning.is_empty());
        meaning.unwrap_or_else(|| self.texts.feature(feature)).to_owned()
    }

    /// A feature's value with its unit; `None` if it is missing.
    pub fn value(&self, feature: &str, value: Option<f64>) -> String {
        let Some(value) = value else { return self.texts.explanation.missing.clone() };
        let known = self.explanation.features.iter().find(|known| known.name == feature);
        let number = match known.map(|known| known.feature_type) {
            Some(FeatureType::Count) => self.language.decimals(value, 0),
            Some(FeatureType::Hundredths) => self.language.decimals(value, 2),
            _ => ratio(value, self.language),
        };
        self.with_unit(number, feature)
    }

    fn with_unit(&self, number: String, feature: &str) -> String {
        let unit = self.derived(feature).map_or_else(|| self.texts.unit(feature), |derived| derived.unit.as_str());
        if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") }
    }

    /// A term in words, and the values at hand of the features that it names.
    pub fn term(&self, term: &TracedTerm<'_>) -> (String, String) {
        match &term.term.comparison {
            Some(comparison) => {
                let label = self.pieces(&comparison.of, |feature| self.label(feature));
                let here = self.pieces(&comparison.of, |feature| self.value(feature, self.explanation.value(feature)));
                (format!("{label}: {}", self.comparator(comparison.comparator, &comparison.of)), here)
            }
            // As the analysts wrote it, with each feature's own words beside its value.
            None => {
                let value = |feature: &String| {
                    format!("{} {}", self.label(feature), self.value(feature, self.explanation.value(feature)))
                };
                (term.term.sql.clone(), term.features.iter().map(value).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn pieces(&self, pieces: &[Piece], of_feature: impl Fn(&str) -> String) -> String {
        let word = |piece: &Piece| match piece {
            Piece::Feature(name) => of_feature(name),
            Piece::Sign(sign) => sign.clone(),
        };
        let words: Vec<String> = pieces.iter().map(word).collect();
        words.join(" ").replace("( ", "(").replace(" )", ")")
    }

    fn comparator(&self, comparator: Comparator, of: &[Piece]) -> String {
        let number = |number: f64| {
            let digits = self.language.at_most(number, MOST_DECIMALS);
            match of {
                [Piece::Feature(feature)] => self.with_unit(digits, feature),
                _ => digits,
            }
        };
        let texts = &self.texts.explanation;
        let (text, first, last) = match comparator {
            Comparator::Between(first, last) => (&texts.between, first, last),
            Comparator::To(operator, number) => {
                let text = match operator {
                    Operator::AtLeast => &texts.at_least,
                    Operator::MoreThan => &texts.more_than,
                    Operator::AtMost => &texts.at_most,
                    Operator::LessThan => &texts.less_than,
                    Operator::Equal => &texts.exactly,
                    Operator::NotEqual => &texts.other_than,
                };
                (text, number, number)
            }
        };
        fill(text, &[("number", &number(first)), ("last", &number(last))])
    }

    /// The change that would have led to another category, in words.
    pub fn change(&self, alternative: &super::Alternative) -> String {
        let Some(change) = &alternative.change else { return self.texts.explanation.no_change.clone() };
        let feature = change.feature.feature().name;
        // Two decimals tell small changes apart; what is smaller still is below a hundredth, not nothing.
        let distance = if change.distance_sd < 0.005 {
            format!("<\u{a0}{}", self.language.decimals(0.01, 2))
        } else {
            self.language.decimals(change.distance_sd, 2)
        };
        let (from, to) = (self.value(feature, Some(change.from)), self.value(feature, Some(change.to)));
        let label = self.label(feature);
        let values = [("from", from), ("to", to), ("distance", distance), ("feature", label)];
        fill(&self.texts.explanation.change, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}

/// Two decimals, but more where rounding would make another number a whole one: 3.999 is not 4.
fn ratio(value: f64, language: Language) -> String {
    let whole_as = |places: usize| {
        let scale = 10_f64.powi(places as i32);
        ((value * scale).round() / scale).fract() == 0.0
    };
    let places = (2..MOST_DECIMALS).find(|places| value.fract() == 0.0 || !whole_as(*places));
    language.at_most(value, places.unwrap_or(MOST_DECIMALS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_makes_no_other_number_whole() {
        let shown = [4.0, 3.999, 3.9, 26.456, 4.00001, 0.0].map(|value| ratio(value, Language::Fi));
        assert_eq!(shown, ["4", "3,999", "3,9", "26,46", "4,00001", "0"]);
    }
}
