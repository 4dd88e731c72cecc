//! Who was in question on each date of a panel, and what became of them.

use crate::calendar::Day;

/// The samples of a panel.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The features, by name, in the order of the settings.
    pub features: Vec<String>,
    /// The panel that they are of.
    pub panel: SampledPanel,
    /// Dates ahead in which the outcome counts.
    pub within: u32,
    /// How many customers the population has; each has a number below it.
    pub population: u32,
    /// How many rules there are, the default's included.
    pub rules: usize,
    /// One for each date that has `within` dates after it, ascending.
    pub dates: Vec<DateSample>,
}

/// What a model tells of the panel that it was learned from, and the samples do not know.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledPanel {
    /// Categories whose customers are in question, by name.
    pub from: Vec<String>,
    /// The category that is warned of, by name.
    pub to: String,
    /// Calendar months from date to date.
    pub every_months: u32,
    /// All its dates, ascending, those without samples included.
    pub dates: Vec<Day>,
}

/// The sample of a date. Rows are customers.
#[derive(Debug, Clone)]
pub struct DateSample {
    /// The date.
    pub date: Day,
    /// Their numbers in the population, ascending.
    pub customers: Vec<u32>,
    /// The rule that decided, by number.
    pub rules: Vec<u16>,
    /// Age at the date, `u8::MAX` where it is not known.
    pub ages: Vec<u8>,
    /// The number of dates until the outcome, from 1; 0 without the outcome.
    pub dates_until: Vec<u8>,
    /// The values of the features, in their order.
    pub columns: Vec<SampleColumn>,
    /// Customers who are no longer in the population `within` dates later and have no outcome.
    pub left_out: u64,
}

/// The values of a feature in a sample, in as few bytes as they take: a panel has tens of millions of them.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleColumn {
    /// Whole numbers below 256.
    Bytes(Vec<u8>),
    /// Whole numbers below 65,536.
    Words(Vec<u16>),
    /// Hundredths that 32 bits hold.
    Hundredths(Vec<i32>),
    /// Anything else; NaN is missing.
    Doubles(Vec<f64>),
}

impl SampleColumn {
    /// A value as a double, as rules see it; `None` where it is missing.
    #[inline]
    pub fn value(&self, row: usize) -> Option<f64> {
        match self {
            SampleColumn::Bytes(values) => Some(values[row].into()),
            SampleColumn::Words(values) => Some(values[row].into()),
            SampleColumn::Hundredths(values) => Some(f64::from(values[row]) / 100.0),
            SampleColumn::Doubles(values) => Some(values[row]).filter(|value| !value.is_nan()),
        }
    }
}
