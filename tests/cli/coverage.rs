//! Which days payments cover: rows of one benefit and period add up, and a missing end is as `covers` says.

use crate::outcome::Outcome;
use crate::workspace::Workspace;

/// An agency in which A has these payments, as benefit, period_start, period_end, paid_on, amount.
fn paid(rows: &[&str]) -> Workspace {
    let row = |(at, row): (usize, &&str)| format!("P{at},A,{row}\n");
    Workspace::agency().rows("payments", &rows.iter().enumerate().map(row).collect::<String>())
}

#[track_caller]
fn covers(outcome: &Outcome, days: &str) {
    outcome.code(0).labels().expect("A", &[("benefit_days", days)]);
}

#[test]
fn what_is_taken_back_in_full_was_never_paid() {
    let support = "basic_social_assistance,2025-02-01,2025-02-28";
    let [paid_500, back_500, back_200] = ["500.00", "-500.00", "-200.00"].map(|amount| format!("{support},,{amount}"));
    let gone = paid(&[&paid_500, &back_500]).run();
    let untouched =
        [("last_resort_months", "0"), ("benefits_paid", "0"), ("benefit_starts", "0"), ("paid_eur", "0.00")];
    covers(&gone, "0");
    gone.labels().expect("A", &untouched).expect("A", &[("payments", "1"), ("category", "regular")]);
    // In part, or paid again: the days are covered.
    covers(&paid(&[&back_200, &paid_500]).run(), "28");
    covers(&paid(&[&paid_500, &back_500, &paid_500]).run(), "28");
    // Twice in part comes to the whole, and more than that to less than nothing.
    covers(&paid(&[&paid_500, &back_200, &back_200]).run(), "28");
    covers(&paid(&[&paid_500, &back_200, &back_200, &back_200]).run(), "0");
}

#[test]
fn only_a_row_of_the_same_benefit_and_period_takes_back() {
    let support = "basic_social_assistance,2025-02-01,2025-02-28,,500.00";
    for other in [
        "basic_social_assistance,2025-02-01,2025-02-27,,-500.00",
        "basic_social_assistance,2025-02-02,2025-02-28,,-500.00",
        "housing_allowance,2025-02-01,2025-02-28,,-500.00",
    ] {
        covers(&paid(&[support, other]).run(), "28");
    }
    // Another payment for some of the days keeps these covered.
    let again = "basic_social_assistance,2025-02-10,2025-02-19,,100.00";
    covers(&paid(&[support, again, "basic_social_assistance,2025-02-01,2025-02-28,,-500.00"]).run(), "10");
}

#[test]
fn periods_are_compared_before_they_are_clipped() {
    // Both end after the window, on different days: clipped they would be the same.
    let payments = ["unemployment,2025-12-01,2026-01-31,,500.00", "unemployment,2025-12-01,2026-02-28,,-500.00"];
    covers(&paid(&payments).run(), "31");
    // Both begin long before it, on different days.
    let payments = ["unemployment,2023-01-01,2025-01-10,,500.00", "unemployment,2023-02-01,2025-01-10,,-500.00"];
    covers(&paid(&payments).run(), "10");
    covers(&paid(&[payments[0], "unemployment,2023-01-01,2025-01-10,,-500.00"]).run(), "0");
}

#[test]
fn what_is_paid_or_taken_back_after_the_window_counts_for_days() {
    let payments = [
        "child_benefit,2025-12-01,2025-12-31,2025-12-05,94.88",
        "child_benefit,2025-12-01,2025-12-31,2026-01-20,-94.88",
    ];
    let outcome = paid(&payments).run();
    covers(&outcome, "0");
    outcome.labels().expect("A", &[("payments", "1"), ("paid_eur", "94.88")]);
}

#[test]
fn a_missing_end_is_the_end_that_it_stands_for() {
    let payments = [
        "travel,2025-03-01,,,20.00",
        "child_benefit,2025-03-01,,,20.00",
        "child_benefit,2025-03-01,2025-03-01,,-20.00",
    ];
    let outcome = paid(&payments).run();
    covers(&outcome, "0");
}

#[test]
fn a_recovery_that_is_a_duplicate_takes_nothing_back() {
    let payments = "P1,A,child_benefit,2025-06-01,2025-06-30,,94.88\n\
                    P2,A,child_benefit,2025-06-01,2025-06-30,,-90.00\n\
                    P2,A,child_benefit,2025-06-01,2025-06-30,,-94.88\n\
                    P1,A,child_benefit,2025-06-01,2025-06-30,,94.88\n\
                    P2,A,child_benefit,2025-06-01,2025-06-30,,-90.00";
    let outcome = Workspace::agency().rows("payments", payments).run();
    covers(&outcome, "30");
    outcome.labels().expect("A", &[("paid_eur", "4.88")]);
}

#[test]
fn amounts_and_periods_of_any_size_add_up_exactly() {
    let large = "999999999999999.99";
    let payments = [
        format!("unemployment,2020-01-01,2025-12-31,,{large}"),
        format!("unemployment,2020-01-01,2025-12-31,,{large}"),
        format!("unemployment,2020-01-01,2025-12-31,,-{large}"),
        format!("unemployment,2020-01-01,2025-12-31,,-{large}"),
    ];
    let rows: Vec<&str> = payments.iter().map(String::as_str).collect();
    covers(&paid(&rows).run(), "0");
    covers(&paid(&[&rows[..], &["unemployment,2020-01-01,2025-12-31,,0.01"]].concat()).run(), "365");
}

#[test]
fn what_a_payment_without_an_end_covers_is_a_setting() {
    let payments = ["child_benefit,2025-01-31,,,94.88", "child_benefit,2025-06-10,2025-06-12,,94.88"];
    for (covered, days) in [("\"day\"", "4"), ("\"month\"", "31"), ("1", "4"), ("14", "17")] {
        let table = format!("files = \"payments.csv\"\ncovers = {covered}");
        covers(&paid(&payments).extract("payments", &table).run(), days);
    }
    // A month from the last of January is one to the 27th: 31 February is clamped to the 28th.
    let table = "files = \"payments.csv\"\ncovers = \"month\"";
    let back = ["child_benefit,2025-01-31,2025-02-27,,-94.88"];
    covers(&paid(&[&payments[..], &back].concat()).extract("payments", table).run(), "3");
}

#[test]
fn a_payment_that_covers_a_day_of_the_window_is_in_it() {
    // Paid before the window, which the month that it covers reaches into.
    let workspace = paid(&["child_benefit,2024-12-15,,,94.88", "child_benefit,2024-11-15,,,94.88"]);
    let outcome = workspace.extract("payments", "files = \"payments.csv\"\ncovers = \"month\"").run();
    assert_eq!(outcome.code(0).latest().extract("payments")["in_window"], 1);
}

#[test]
fn covers_is_checked() {
    for (extract, value) in
        [("payments", "0"), ("payments", "\"week\""), ("payments", "1.5"), ("contacts", "\"month\"")]
    {
        let table = format!("files = \"{extract}.csv\"\ncovers = {value}");
        let outcome = Workspace::agency().extract(extract, &table).run();
        outcome.code(2).stderr_has(&format!("extracts.{extract}.covers"));
    }
}
