//! A model's file as text: what a reviewer reads, in the order in which one asks.

use toml_edit::Value;

use super::read::seal_of;
use super::{ModelFile, TestSummary, TestedDate};
use crate::calendar::Day;
use crate::early_warning::{Band, Bin, BinRange, Failure, Provenance, SampleSize, ScoredFeature, TestFigures};

/// The file's text.
pub(super) fn text(file: &ModelFile) -> String {
    let model = &file.model;
    let approved_on = model.approved_on.map(|day| day.to_string()).unwrap_or_default();
    let head = format!(
        "# Early warning: who of {} is likely to slide into \"{}\".\n\
         # Advice about where to look first, not a decision. No benefit, and no duty, may depend on a score alone.\n\
         #\n\
         # Made to be read before it is used: what it was learned from, how every feature counts, what scores mean, and how\n\
         # it did on later dates than those that it was learned from. docs/early-warning.md tells how to question it.\n\
         #\n\
         # Who approves it puts a name and a day here. Comments may be added; everything else is sealed.\n\
         approved_by = {}\napproved_on = {}\n",
        model.provenance.from.join(", "),
        model.provenance.to,
        quoted(&model.approved_by),
        quoted(&approved_on),
    );
    let sealed = [
        fitted(file),
        features(&model.features, model.intercept),
        bands(&model.bands),
        tests(&file.tests),
        settings(file),
    ];
    let sealed = sealed.concat();
    let seal = seal_of(&sealed).unwrap_or_default();
    format!(
        "{head}\n# A hash of all values below: a model that was changed is refused.\nseal = {}\n{sealed}",
        quoted(&seal)
    )
}

/// What it was fitted on.
fn fitted(file: &ModelFile) -> String {
    let Provenance { from, to, within, every_months, penalty, first_date, last_date, .. } = &file.model.provenance;
    let Provenance { fitted_on, calibrated_on, fitting_rows, fitting_outcomes, .. } = &file.model.provenance;
    let limits = &file.band_limits;
    let exceptions = if file.exceptions.is_empty() {
        "# No feature says how old somebody is, or belongs to a dimension.".to_owned()
    } else {
        format!(
            "# BY EXCEPTION this model treats people by: {}. Ask why, and who has decided it.",
            file.exceptions.join(", ")
        )
    };
    format!(
        "\n# Warned of is being in `to` on at least one of the next `within` dates, which are `every_months` months apart.\n\
         # In question are customers in `from` whose registration holds the day.\n\
         [fitted]\nversion = {}\nfrom = {}\nto = {}\nwithin = {within}\nevery_months = {every_months}\npenalty = {}\n\
         {exceptions}\nexceptions = {}\n\
         # The panel, and the dates of it whose samples the coefficients (fitted_on) and the risks (calibrated_on) come from; a date\n\
         # may serve both.\n\
         first_date = {}\nlast_date = {}\nfitted_on = {}\ncalibrated_on = {}\n\
         # A row is a customer on a date; rows with the outcome are those of customers who came to be in `to`.\n\
         rows = {fitting_rows}\noutcomes = {fitting_outcomes}\n",
        quoted(&file.version),
        list(from.iter().map(|name| quoted(name))),
        quoted(to),
        float(*penalty),
        list(file.exceptions.iter().map(|name| quoted(name))),
        day(*first_date),
        day(*last_date),
        list(fitted_on.iter().copied().map(day)),
        list(calibrated_on.iter().copied().map(day)),
    ) + &samples(&file.model.provenance, &file.tests)
        + &format!(
            "# When a band of scores was closed.\n\
         bands = {{ min_customers = {}, min_outcomes = {}, min_outcomes_pct = {} }}\n",
            limits.min_customers,
            limits.min_outcomes,
            float(limits.min_outcomes_pct)
        )
}

/// How large the sample of every date was, and what it was used for.
fn samples(provenance: &Provenance, tests: &TestSummary) -> String {
    let sample = |sample: &SampleSize| {
        let uses = [
            ("fitting", provenance.fitted_on.contains(&sample.date)),
            ("calibrating", provenance.calibrated_on.contains(&sample.date)),
            ("testing", tests.dates.iter().any(|tested| tested.date == sample.date)),
        ];
        let uses = uses.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| quoted(name));
        format!(
            "    {{ date = {}, rows = {}, outcomes = {}, left_out = {}, used_for = {} }},\n",
            day(sample.date),
            sample.rows,
            sample.outcomes,
            sample.left_out,
            list(uses)
        )
    };
    let samples: String = provenance.samples.iter().map(sample).collect();
    format!(
        "# By date. Left out, and not in `rows`, are customers without the outcome who are no longer in the population\n\
         # `within` dates later. (Tests had models of their own, of earlier dates; this one is fitted and calibrated on those named so.)\n\
         samples = [\n{samples}]\n"
    )
}

/// How every feature counts.
fn features(features: &[ScoredFeature], intercept: f64) -> String {
    let mut text = format!(
        "\n# A customer's score is the sum of the points of one bin of each feature; 20 points more are twice the odds.\n\
         # A bin is a `value`, or all values `up_to` an edge that no bin before has; the last edge has all values above, too.\n\
         # Of a bin are told the customers and rows of the fitting sample, and how many per cent of the rows had the outcome.\n\
         # Points and coefficient are held against the reference bin. They count beside all other features: a bin may have\n\
         # few points and a high rate, where other features say the same.\n\
         [scorecard]\nintercept = {}\n",
        float(intercept)
    );
    for feature in features {
        let bins: String = feature.bins.iter().map(bin).collect();
        text += &format!("\n[[scorecard.features]]\nname = {}\nbins = [\n{bins}]\n", quoted(&feature.name));
    }
    text
}

fn bin(bin: &Bin) -> String {
    let range = match bin.range {
        BinRange::Only(value) => format!("value = {}", float(value)),
        BinRange::UpTo(edge) => format!("up_to = {}", float(edge)),
        BinRange::Missing => "missing = true".to_owned(),
    };
    let reference = if bin.is_reference { ", reference = true" } else { "" };
    format!(
        "    {{ {range}, points = {}, rate_pct = {}, customers = {}, rows = {}, outcomes = {}, coefficient = {}{reference} }},\n",
        bin.points,
        rate(bin.outcomes, bin.rows),
        bin.customers,
        bin.rows,
        bin.outcomes,
        float(bin.coefficient)
    )
}

/// What scores mean.
fn bands(bands: &[Band]) -> String {
    let band = |band: &Band| {
        format!(
            "    {{ lowest_score = {}, risk_pct = {}, risk_low_pct = {}, risk_high_pct = {}, rows = {}, outcomes = {} }},\n",
            band.lowest_score,
            float(band.risk_pct),
            float(band.risk_low_pct),
            float(band.risk_high_pct),
            band.rows,
            band.outcomes
        )
    };
    let bands: String = bands.iter().map(band).collect();
    format!(
        "\n# Scores from `lowest_score` up to the next band's mean this risk, with its 95 % interval; lower scores than all belong\n\
         # to the last band.\n[risks]\nbands = [\n{bands}]\n"
    )
}

/// How it did on later dates.
fn tests(tests: &TestSummary) -> String {
    let failures =
        tests.failures.iter().map(|failure| format!("    {},\n", failure_record(*failure))).collect::<String>();
    let [ratio, low, high] = tests.observed_to_expected.map(float);
    let dates: String = tests.dates.iter().map(tested_date).collect();
    let verdict = if tests.passes() {
        "# It passes: it does better than the rules and than its best feature alone, and the interval of observed_to_expected\n\
         # meets 0.9 to 1.1."
            .to_owned()
    } else {
        let why = tests.failures.iter().map(|failure| format!("#   - {}\n", failure.words()));
        format!(
            "# IT DOES NOT PASS, and runs refuse it unless they are told to accept that:\n{}",
            why.collect::<String>()
        )
    };
    format!(
        "\n# On every date of testing a model was fitted and calibrated on earlier dates alone, as this one was.\n{}\n\
         [tests]\npasses = {}\nfailures = [\n{failures}]\n\
         # Different customers who had the outcome: in the tests, and in the calibration of the last date of testing.\n\
         tested_customers = {}\ncalibrated_customers = {}\n\
         # Outcomes / sum of risks, and its 95 % interval; 1 is right.\nobserved_to_expected = [{ratio}, {low}, {high}]\n\
         # auc: how often who had the outcome scores higher than who had not: of this model, of the rules, of one feature.\n\
         dates = [\n{dates}]\nsingle_feature = {}\n",
        verdict.trim_end(),
        tests.passes(),
        tests.tested_customers,
        tests.calibrated_customers,
        quoted(&tests.single_feature),
    ) + &figures("this model, over all dates of testing together", "model", &tests.together.model)
        + &figures(
            "the rules: the risk of a customer is the rate of the rule that decided",
            "rules",
            &tests.together.rules,
        )
        + &figures("its best feature alone", "single", &tests.together.single)
}

fn tested_date(date: &TestedDate) -> String {
    format!(
        "    {{ date = {}, rows = {}, outcomes = {}, expected = {}, auc = {} }},\n",
        day(date.date),
        date.rows,
        date.outcomes,
        float(date.expected),
        list(date.auc.into_iter().map(float))
    )
}

fn figures(what: &str, name: &str, figures: &TestFigures) -> String {
    let mut text = format!(
        "\n# {what}\n[tests.{name}]\nrows = {}\noutcomes = {}\nauc = {}\nexpected = {}\nbrier = {}\nbrier_skill = {}\n\
         # If so many per cent can be looked at: outcomes found among them, and of those 1, 2, … dates ahead how many of how many.\n\
         capacities = [\n",
        figures.rows,
        figures.outcomes,
        float(figures.auc),
        float(figures.expected),
        float(figures.brier),
        float(figures.brier_skill)
    );
    for capacity in &figures.capacities {
        let by_dates = capacity.found_by_dates.iter().map(|(found, all)| format!("[{}, {all}]", float(*found)));
        text += &format!(
            "    {{ pct = {}, looked_at = {}, found = {}, found_by_dates = {} }},\n",
            float(capacity.capacity_pct),
            capacity.looked_at,
            float(capacity.found),
            list(by_dates)
        );
    }
    text + "]\n"
}

/// The configuration and the files.
fn settings(file: &ModelFile) -> String {
    let inputs = file.inputs.iter().map(|input| {
        format!(
            "    {{ extract = {}, file = {}, blake3 = {} }},\n",
            quoted(&input.extract),
            quoted(&input.file),
            quoted(&input.blake3)
        )
    });
    format!(
        "\n# The files that it was fitted on, and the hash of the configuration that was in force.\n\
         [provenance]\nconfiguration_blake3 = {}\ninputs = [\n{}]\n\n\
         # What of that configuration bears on features and categories. A run under other settings refuses this model.\n{}",
        quoted(&file.configuration_blake3),
        inputs.collect::<String>(),
        crate::config::below_heading("configuration", &file.configuration)
    )
}

fn failure_record(failure: Failure) -> String {
    let (why, customers) = failure.key();
    let customers = customers.map(|customers| format!(", customers = {customers}")).unwrap_or_default();
    format!("{{ why = {}{customers} }}", quoted(why))
}

fn rate(outcomes: u64, rows: u64) -> String {
    let pct = if rows == 0 { 0.0 } else { 100.0 * outcomes as f64 / rows as f64 };
    float((pct * 100.0).round() / 100.0)
}

/// The shortest text that reads back to the same bits.
fn float(number: f64) -> String {
    Value::from(number).to_string()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn day(day: Day) -> String {
    quoted(&day.to_string())
}

fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}
