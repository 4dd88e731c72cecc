//! A model's file read back: its values to the bit, or what is wrong with it.

use toml_edit::{Document, Item, Key, TableLike};

use super::faults::Fault;
use super::records::{
    BandLimitsRecord, BandRecord, BinRecord, CapacityRecord, DateRecord, FailureRecord, FeatureRecord, FiguresRecord,
    FileRecord, InputRecord, SampleRecord, TestsRecord,
};
use super::{ModelFile, ModelInput, TestSummary, TestedDate};
use crate::calendar::Day;
use crate::config::{BandLimits, as_day, table_text};
use crate::early_warning::{
    Band, Bin, BinRange, CapacityFigures, Failure, Model, Provenance, SampleSize, ScoredFeature, TestFigures, Tested,
};

/// Keys that a person may change.
const APPROVAL: [&str; 2] = ["approved_by", "approved_on"];

/// What a text holds.
pub(super) fn file(text: &str) -> Result<ModelFile, Fault> {
    let document = Document::parse(text)
        .map_err(|fault| Fault::of_parser(text, fault.message(), fault.span().map(|span| span.start)))?;
    let record: FileRecord = toml_edit::de::from_str(text)
        .map_err(|fault| Fault::of_parser(text, fault.message(), fault.span().map(|span| span.start)))?;
    let table = document.as_table();
    if seal_of(text).as_deref() != Some(record.seal.as_str()) {
        let fault = Fault::new("the model was changed after it was fitted: its values are not those of its seal");
        return Err(fault.at(text, place_of(table, "seal")));
    }
    let approved_on = approved_on(text, table)?;
    if record.approved_by.trim().is_empty() != approved_on.is_none() {
        let fault = Fault::new("an approval has both a name in `approved_by` and a day in `approved_on`, or neither");
        return Err(fault.at(text, place_of(table, "approved_by")));
    }
    let configuration = table.get("configuration").and_then(Item::as_table_like);
    let configuration = configuration.map(table_text).unwrap_or_default();
    of_record(record, approved_on, configuration)
}

/// The hash of all values but those of the approval; `None` if the text is no TOML.
pub(super) fn seal_of(text: &str) -> Option<String> {
    let mut values: serde_json::Map<String, serde_json::Value> = toml_edit::de::from_str(text).ok()?;
    for key in APPROVAL.into_iter().chain(["seal"]) {
        values.shift_remove(key);
    }
    Some(blake3::hash(&serde_json::to_vec(&values).ok()?).to_string())
}

/// The day of the approval, as a text or a date; `None` of an empty text.
fn approved_on(text: &str, table: &dyn TableLike) -> Result<Option<Day>, Fault> {
    let Some(item) = table.get("approved_on").filter(|item| item.as_str().is_none_or(|text| !text.trim().is_empty()))
    else {
        return Ok(None);
    };
    let fault = || Fault::new("`approved_on` is no day: write it as \"2026-01-31\"");
    as_day(item).map(Some).ok_or_else(|| fault().at(text, place_of(table, "approved_on")))
}

fn place_of(table: &dyn TableLike, key: &str) -> Option<usize> {
    table.key(key).and_then(Key::span).map(|span| span.start)
}

fn of_record(record: FileRecord, approved_on: Option<Day>, configuration: String) -> Result<ModelFile, Fault> {
    let FileRecord { approved_by, fitted, scorecard, risks, tests, provenance, .. } = record;
    let features = scorecard.features.into_iter().map(feature).collect::<Result<_, _>>()?;
    let bands: Vec<Band> = risks.bands.into_iter().map(band).collect();
    let BandLimitsRecord { min_customers, min_outcomes, min_outcomes_pct } = fitted.bands;
    if bands.is_empty() || bands.windows(2).any(|pair| pair[0].lowest_score <= pair[1].lowest_score) {
        return Err(Fault::new("its bands are not in descending order of score, or there are none"));
    }
    Ok(ModelFile {
        exceptions: fitted.exceptions,
        band_limits: BandLimits { min_customers, min_outcomes, min_outcomes_pct },
        version: fitted.version,
        configuration_blake3: provenance.configuration_blake3,
        configuration,
        inputs: provenance.inputs.into_iter().map(input).collect(),
        tests: test_summary(tests)?,
        model: Model {
            approved_by: approved_by.trim().to_owned(),
            approved_on,
            provenance: Provenance {
                from: fitted.from,
                to: fitted.to,
                within: fitted.within,
                every_months: fitted.every_months,
                penalty: fitted.penalty,
                first_date: day(&fitted.first_date)?,
                last_date: day(&fitted.last_date)?,
                fitted_on: days(&fitted.fitted_on)?,
                calibrated_on: days(&fitted.calibrated_on)?,
                fitting_rows: fitted.rows,
                fitting_outcomes: fitted.outcomes,
                samples: fitted.samples.into_iter().map(sample).collect::<Result<_, _>>()?,
            },
            intercept: scorecard.intercept,
            features,
            bands,
        },
    })
}

fn sample(record: SampleRecord) -> Result<SampleSize, Fault> {
    let SampleRecord { date, rows, outcomes, left_out, .. } = record;
    Ok(SampleSize { date: day(&date)?, rows, outcomes, left_out })
}

fn feature(record: FeatureRecord) -> Result<ScoredFeature, Fault> {
    let FeatureRecord { name, bins } = record;
    let bin = |bin: BinRecord| {
        let range = match (bin.value, bin.up_to, bin.missing) {
            (Some(value), None, None) => BinRange::Only(value),
            (None, Some(edge), None) => BinRange::UpTo(edge),
            (None, None, Some(true)) => BinRange::Missing,
            _ => return Err(Fault::new(format!("a bin of `{name}` has not one of `value`, `up_to` and `missing`"))),
        };
        let BinRecord { points, customers, rows, outcomes, coefficient, reference, .. } = bin;
        Ok(Bin { range, rows, customers, outcomes, coefficient, points, is_reference: reference })
    };
    let bins = bins.into_iter().map(bin).collect::<Result<_, _>>()?;
    Ok(ScoredFeature { name, bins })
}

fn band(record: BandRecord) -> Band {
    let BandRecord { lowest_score, risk_pct, risk_low_pct, risk_high_pct, rows, outcomes } = record;
    Band { lowest_score, rows, outcomes, risk_pct, risk_low_pct, risk_high_pct }
}

fn input(record: InputRecord) -> ModelInput {
    let InputRecord { extract, file, blake3 } = record;
    ModelInput { extract, file, blake3 }
}

fn test_summary(record: TestsRecord) -> Result<TestSummary, Fault> {
    let failure = |failure: FailureRecord| {
        let known = Failure::of_key(&failure.why, failure.customers);
        known.ok_or_else(|| Fault::new(format!("`{}` is no reason not to pass that this version knows", failure.why)))
    };
    let failures: Vec<Failure> = record.failures.into_iter().map(failure).collect::<Result<_, _>>()?;
    if record.passes != failures.is_empty() {
        return Err(Fault::new("it passes and has failures, or does not pass and has none"));
    }
    let date = |own: DateRecord| {
        let DateRecord { date, rows, outcomes, expected, auc } = own;
        Ok(TestedDate { date: day(&date)?, rows, outcomes, expected, auc })
    };
    Ok(TestSummary {
        dates: record.dates.into_iter().map(date).collect::<Result<_, _>>()?,
        together: Tested { model: figures(record.model), rules: figures(record.rules), single: figures(record.single) },
        single_feature: record.single_feature,
        tested_customers: record.tested_customers,
        calibrated_customers: record.calibrated_customers,
        observed_to_expected: record.observed_to_expected,
        failures,
    })
}

fn figures(record: FiguresRecord) -> TestFigures {
    let FiguresRecord { rows, outcomes, auc, expected, brier, brier_skill, capacities } = record;
    let capacity = |own: CapacityRecord| {
        let CapacityRecord { pct, looked_at, found, found_by_dates } = own;
        CapacityFigures { capacity_pct: pct, looked_at, found, found_by_dates }
    };
    let capacities = capacities.into_iter().map(capacity).collect();
    TestFigures { rows, outcomes, auc, capacities, expected, brier, brier_skill }
}

fn day(text: &str) -> Result<Day, Fault> {
    Day::from_iso(text).ok_or_else(|| Fault::new(format!("\"{text}\" is no day")))
}

fn days(texts: &[String]) -> Result<Vec<Day>, Fault> {
    texts.iter().map(|text| day(text)).collect()
}
