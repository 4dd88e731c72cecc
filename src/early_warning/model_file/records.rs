//! The tables of a model's file as they are written: a key that is not here is a fault with its line.

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRecord {
    pub(super) approved_by: String,
    /// A text or a date: read by itself.
    #[serde(rename = "approved_on")]
    _approved_on: IgnoredAny,
    pub(super) seal: String,
    pub(super) fitted: FittedRecord,
    pub(super) scorecard: ScorecardRecord,
    pub(super) risks: RisksRecord,
    pub(super) tests: TestsRecord,
    pub(super) provenance: ProvenanceRecord,
    #[serde(rename = "configuration")]
    _configuration: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FittedRecord {
    pub(super) version: String,
    pub(super) from: Vec<String>,
    pub(super) to: String,
    pub(super) within: u32,
    pub(super) every_months: u32,
    pub(super) penalty: f64,
    pub(super) exceptions: Vec<String>,
    pub(super) first_date: String,
    pub(super) last_date: String,
    pub(super) fitted_on: Vec<String>,
    pub(super) calibrated_on: Vec<String>,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
    pub(super) samples: Vec<SampleRecord>,
    pub(super) bands: BandLimitsRecord,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleRecord {
    pub(super) date: String,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
    pub(super) left_out: u64,
    #[serde(rename = "used_for")]
    _used_for: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandLimitsRecord {
    pub(super) min_customers: u32,
    pub(super) min_outcomes: u32,
    pub(super) min_outcomes_pct: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScorecardRecord {
    pub(super) intercept: f64,
    pub(super) features: Vec<FeatureRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureRecord {
    pub(super) name: String,
    pub(super) bins: Vec<BinRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BinRecord {
    pub(super) value: Option<f64>,
    pub(super) up_to: Option<f64>,
    pub(super) missing: Option<bool>,
    pub(super) points: i32,
    #[serde(rename = "rate_pct")]
    _rate_pct: IgnoredAny,
    pub(super) customers: u64,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
    pub(super) coefficient: f64,
    #[serde(default)]
    pub(super) reference: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RisksRecord {
    pub(super) bands: Vec<BandRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandRecord {
    pub(super) lowest_score: i64,
    pub(super) risk_pct: f64,
    pub(super) risk_low_pct: f64,
    pub(super) risk_high_pct: f64,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestsRecord {
    pub(super) passes: bool,
    pub(super) failures: Vec<FailureRecord>,
    pub(super) tested_customers: u64,
    pub(super) calibrated_customers: u64,
    pub(super) observed_to_expected: [f64; 3],
    pub(super) dates: Vec<DateRecord>,
    pub(super) single_feature: String,
    pub(super) model: FiguresRecord,
    pub(super) rules: FiguresRecord,
    pub(super) single: FiguresRecord,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailureRecord {
    pub(super) why: String,
    pub(super) customers: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DateRecord {
    pub(super) date: String,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
    pub(super) expected: f64,
    pub(super) auc: [f64; 3],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FiguresRecord {
    pub(super) rows: u64,
    pub(super) outcomes: u64,
    pub(super) auc: f64,
    pub(super) expected: f64,
    pub(super) brier: f64,
    pub(super) brier_skill: f64,
    pub(super) capacities: Vec<CapacityRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CapacityRecord {
    pub(super) pct: f64,
    pub(super) looked_at: u64,
    pub(super) found: f64,
    pub(super) found_by_dates: Vec<(f64, u64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvenanceRecord {
    pub(super) configuration_blake3: String,
    pub(super) inputs: Vec<InputRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputRecord {
    pub(super) extract: String,
    pub(super) file: String,
    pub(super) blake3: String,
}
