//! Every table has its words, and what is done with tables.

use super::made_up_model::MadeUpModel;
use super::made_up_panel::Panel;
use super::made_up_run::{Run, movements, with_customers};
use super::*;
use crate::extract::ColumnFound;
use crate::guesses::FaultEntry;
use crate::i18n::Language;

fn words(run: &Run) -> Localizer<'_> {
    Localizer::new(&run.plan, Language::En).unwrap()
}

/// Every table that there is.
fn every_table(words: &Localizer<'_>, content: &Content<'_>) -> Vec<Table> {
    let masked = &content.breakdowns[0];
    let found =
        ColumnFound { file: "payments.csv".to_owned(), column: "benefit".to_owned(), read_from: None, constant: false };
    let mut tables = of_run(content, words);
    let of_employers = Movements { entity: Entity::Employer, ..movements() };
    tables.extend(movements_split(words, &of_employers));
    let fault = FaultEntry {
        extract: "payments",
        source: "payments.csv".to_owned(),
        column: "amount",
        reason: "malformed_number",
        faults: 1,
        samples: Vec::new(),
        looked_at: 1,
        guesses: Vec::new(),
    };
    tables.extend(of_panel(words));
    tables.extend(of_model(words));
    tables.extend([
        feature_statistics(words, Entity::Customer, content.figures, content.features),
        group_shares(words, content, masked, 20).0,
        changes(words, &movements()),
        records_over_time(words, content.history),
        columns_found(words, &[("payments", &found)]),
        dates_in_use(words, content.extracts),
        faults(words, [(&fault, "0".to_owned())].into_iter()),
        timings(words, &[("read", 1.0)]),
        benefits(words, content.plan),
    ]);
    tables
}

fn of_panel(words: &Localizer<'_>) -> Vec<Table> {
    let Panel { run, sequences, figures, panel } = Panel::of(400);
    let (names, dates) = (&run.plan.customers.category_names(), &sequences.dates);
    let own: Vec<u16> = sequences.of(1).collect();
    vec![
        shares(words, dates, &figures),
        transitions(words, names, dates, &panel.transitions),
        transition_rates(words, names, &panel.transitions),
        moves_since(words, names, &panel.since),
        durations(words, names, &panel.durations),
        mobility(words, names, &panel.mobility),
        durations_in_months(words, names, &panel.durations, 1),
        ended_in(words, names, &panel.durations, 1),
        stayed_since(words, names, &panel.since),
        mobility_by_months(words, names, &panel.mobility, &panel.transitions, 1),
        sequence(words, names, dates, &own),
    ]
}

fn of_model(words: &Localizer<'_>) -> Vec<Table> {
    let MadeUpModel { model, backtest, .. } = MadeUpModel::of(2_000);
    vec![
        scorecard(words, &model, &[]),
        warning_bands(words, &model.bands),
        warning_now(words, &model.bands, &[7, 5_000, 60_000]),
        warning_capacity(words, &backtest.together, 1),
        warning_dates(words, &backtest),
        warning_samples(words, &model.provenance, &backtest),
        warning_ahead(words, &backtest.together, &model.provenance),
        warning_calibration(words, &backtest.dates, &model.provenance),
        warning_audit(words, &backtest, &model.provenance),
        followed_bands(words, &model, &nobody_followed(&model)),
        followed_months(words, &model, &nobody_followed(&model)),
        followed_runs(words, &model, &nobody_followed(&model)),
        super::backtest(words, &backtest),
        capacity(words, &backtest.together),
        calibration(words, &backtest),
        audit(words, &backtest.audit, false),
    ]
}

fn nobody_followed(model: &crate::early_warning::Model) -> crate::early_warning::Followed {
    crate::early_warning::follow(model, &[1.0], &[])
}

#[test]
fn every_table_has_a_title_and_every_column_a_heading() {
    let run = Run::whole();
    for language in Language::ALL {
        let words = Localizer::new(&run.plan, language).unwrap();
        for table in every_table(&words, &run.content()) {
            assert!(!table.title.is_empty(), "{}", table.name);
            for column in &table.columns {
                let is_own = column.heading == column.name;
                // A category and a dimension of the configuration may have no other name.
                let may_be = run.plan.customers.categories.iter().any(|category| category.name == column.name);
                assert!(may_be || !is_own, "{}.{} in {language:?}", table.name, column.name);
            }
        }
    }
}

#[test]
fn every_text_about_tables_is_used() {
    let run = Run::whole();
    let words = words(&run);
    let mut used: Vec<String> = Vec::new();
    for table in every_table(&words, &run.content()) {
        used.push(table.name.clone());
        used.extend(table.columns.iter().map(|column| format!("{}.{}", table.name, column.name)));
        used.extend(table.columns.into_iter().map(|column| column.name));
    }
    // Sheets that a workbook makes of other tables, and parts of names.
    let of_workbook = ["about", "columns", "what", "content", "sheet", "heading", "name_in_files", "meaning"];
    let parts = [
        "durations.to",
        "mobility.stayed",
        "mobility.unbroken",
        "by_dimension",
        "mean",
        "median",
        "why",
        "rules.category",
        "in_category",
        "backtest.precision_at",
        "backtest.recall_at",
        "backtest.lift_at",
        "backtest.recall_after",
    ];
    let unused = |name: &&String| !used.contains(name) && ![&of_workbook[..], &parts].concat().contains(&name.as_str());
    let texts = words.texts.tables.keys().chain(words.texts.columns.keys());
    assert_eq!(texts.filter(unused).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn what_is_hidden_is_masked_for_others_and_there_for_the_owner() {
    let run = Run::with_a_small_category();
    let summary = category_summary(&words(&run), run.content().figures);
    let rates = summary.numbers("contacts_per_year");
    assert_eq!(rates, [0.4, 0.9, 6.5, 1.1]);
    let masked = summary.masked();
    assert!(masked.hides_something());
    assert_eq!(masked.numbers("customers"), [90_000.0, 9_995.0, 5.0, 100_000.0]);
    let told: Vec<bool> = masked.numbers("contacts_per_year").iter().map(|rate| rate.is_finite()).collect();
    assert_eq!(told, [true, false, false, true]);
}

#[test]
fn of_a_category_without_anybody_nothing_is_hidden() {
    let run = with_customers(Run::whole(), [99_995, 5, 0, 100_000]);
    let summary = category_summary(&words(&run), run.content().figures).masked();
    let told: Vec<bool> = summary.numbers("contacts_per_year").iter().map(|rate| rate.is_finite()).collect();
    assert_eq!(told, [false, false, true, true]);
}

#[test]
fn a_pivot_has_a_row_and_a_column_for_every_value() {
    let run = Run::whole();
    let long = super::movements(&words(&run), &movements());
    let wide = long.pivot("from", "to", "customers", Some("row_pct"));
    let names: Vec<&str> = wide.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, [ROW, "regular", "irregular", "support", ""]);
    assert_eq!(wide.numbers("irregular"), [900.0, 9_900.0, 100.0, 100.0]);
    assert_eq!(wide.rows[3].cell(0).value.label(), "New customers");
    assert!(wide.rows[3].is_total && wide.rows[3].cell(4).value == Value::Missing);
    let share = wide.rows[1].cell(1).detail.unwrap().number();
    assert_eq!(share, 100.0 * 700.0 / 10_900.0);
}

#[test]
fn rows_become_columns() {
    let run = Run::whole();
    let summary = category_summary(&words(&run), run.content().figures).select(&["category", "customers", "share_pct"]);
    let turned = summary.transposed();
    assert_eq!(turned.columns[1].name, "regular");
    assert_eq!(turned.rows[0].cell(0).value, Value::named("customers", "Customers"));
    assert_eq!(turned.numbers("all"), [100_000.0, 100.0]);
    let without = Table { rows: Vec::new(), ..summary }.without_empty(&["share_pct"]);
    assert_eq!(without.columns.len(), 2);
}
