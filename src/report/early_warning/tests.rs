//! The page of a made-up model, as it is read, and what a run's report says of it.

use super::{EarlyWarningContent, page};
use crate::early_warning::Failure;
use crate::i18n::Language;
use crate::report::tests::{assert_well_formed, text_of};
use crate::tables::made_up_model::MadeUpModel;
use crate::tables::made_up_run::Run;

fn page_of(made_up: &MadeUpModel, language: Language) -> String {
    let MadeUpModel { run, settings, model, backtest } = made_up;
    let warnings = run.content().warnings;
    let content = EarlyWarningContent { plan: &run.plan, settings, model, backtest, registered: true, warnings };
    page(&content, language).unwrap()
}

fn text(made_up: &MadeUpModel, language: Language) -> String {
    text_of(&page_of(made_up, language)).replace('\u{a0}', " ")
}

fn text_of_run(run: &Run, language: Language) -> String {
    text_of(&crate::report::page::page(&run.content(), language).unwrap()).replace('\u{a0}', " ")
}

#[test]
fn the_page_is_well_formed_in_every_language_however_few_there_are() {
    for customers in [0, 60, 2_000, 200_000] {
        let mut made_up = MadeUpModel::of(customers);
        for failures in [vec![], vec![Failure::Miscalibrated, Failure::FewTested(7)]] {
            made_up.backtest.failures = failures;
            for language in Language::ALL {
                let page = page_of(&made_up, language);
                assert_well_formed(&page);
                let body = page.split_once("</style>").unwrap().1;
                for tell in ["NaN", "inf", "{", "<&>"] {
                    assert!(!body.contains(tell), "{tell} in {language:?} of {customers}");
                }
            }
        }
    }
}

#[test]
fn the_page_as_it_is_read() {
    insta::assert_snapshot!(text_of(&page_of(&MadeUpModel::of(20_000), Language::En)));
}

#[test]
fn it_says_in_words_what_so_many_calls_find() {
    let made_up = MadeUpModel::of(20_000);
    let said = [
        (
            Language::En,
            "If 5% can be called each month, 27% of those who will slide are among them; of 100 called, 11 slide.",
        ),
        (
            Language::Sv,
            "Om 5 % kan kontaktas varje månad finns bland dem 27 % av dem som kommer att hamna där; av 100 kontaktade hamnar 11 där.",
        ),
        (
            Language::Fi,
            "Jos 5 % asiakkaista tavoitetaan joka kuukausi, heissä on 27 % niistä, jotka siirtyvät; sadasta tavoitetusta siirtyy 11.",
        ),
    ];
    for (language, sentence) in said {
        let text = text(&made_up, language);
        assert!(text.contains(sentence), "{text}");
        assert!(!text_of_run(&made_up.run, language).contains(sentence));
    }
    let mut quarterly = MadeUpModel::of(20_000);
    quarterly.model.provenance.every_months = 3;
    quarterly.model.provenance.within = 2;
    let text = text(&quarterly, Language::En);
    assert!(text.contains("can be called every 3 months") && text.contains("within 6 months."), "{text}");
}

#[test]
fn advice_stands_first_and_a_model_that_fails_says_why() {
    let mut made_up = MadeUpModel::of(20_000);
    for (language, advice) in [
        (Language::En, "Advice, not a decision. The model passes"),
        (Language::Sv, "Råd, inte beslut. Modellen klarar sina"),
        (Language::Fi, "Neuvo, ei päätös. Malli läpäisee"),
    ] {
        assert!(text(&made_up, language).contains(advice));
    }
    let passes = text(&made_up, Language::En);
    assert!(!passes.contains("accept_failed") && passes.contains("Nobody has approved it yet"), "{passes}");
    made_up.backtest.failures = vec![Failure::FewTested(7)];
    made_up.model.approved_by = "Maija <&> Co".to_owned();
    made_up.model.approved_on = Some(made_up.model.provenance.last_date);
    let fails = text(&made_up, Language::En);
    assert!(fails.contains("Only 7 customers came to “Everyday life that requires support” in the tests"), "{fails}");
    assert!(fails.contains("Approved by Maija &lt;&amp;&gt; Co on 31 December 2025."), "{fails}");
}

#[test]
fn what_is_used_by_exception_is_strong() {
    let mut made_up = MadeUpModel::of(20_000);
    let page = page_of(&made_up, Language::En);
    assert!(page.contains("<strong>Used by exception, though otherwise only audited: Age.</strong>"));
    assert!(page.contains("<figcaption><strong>Age</strong> <strong class=\"exception\">by exception</strong>"));
    assert!(page.contains("<figcaption>Contacts</figcaption>"));
    made_up.settings.exceptions.clear();
    let page = page_of(&made_up, Language::En);
    assert!(!page.contains("by exception") && page.contains("give no points. They only serve the audit below."));
}

#[test]
fn what_windows_explain_is_said_only_where_the_tests_leave_room_for_it() {
    let mut made_up = MadeUpModel::of(20_000);
    let said = text(&made_up, Language::En);
    assert_eq!(said.matches("Most of those found one month ahead").count(), 2, "{said}");
    made_up.model.provenance.every_months = 3;
    let said = text(&made_up, Language::En);
    assert_eq!(said.matches("Most of those found at the first date ahead").count(), 2, "{said}");
    let found = |of: &mut crate::early_warning::CapacityFigures| of.found_by_dates.reverse();
    made_up.backtest.together.model.capacities.iter_mut().for_each(found);
    let said = text(&made_up, Language::En);
    assert!(!said.contains("Most of those found") && said.contains("does not fall with the time ahead"), "{said}");
    let run = made_up.applied([70, 5_000, 60_000]);
    assert!(text_of_run(&run, Language::En).contains("does not fall with the time ahead"));
}

#[test]
fn it_says_of_how_few_slides_nothing_is_told() {
    let made_up = MadeUpModel::of(2_000);
    let least = crate::tables::least_outcomes(
        &crate::tables::Localizer::new(&made_up.run.plan, Language::En).unwrap(),
        &made_up.model.provenance,
    );
    let said = text(&made_up, Language::En);
    assert!(said.contains(&format!("it is fewer than {least}, since one slide counts on up to 6 dates")), "{said}");
}

#[test]
fn of_many_groups_the_largest_are_drawn_and_all_are_in_the_table() {
    let mut made_up = MadeUpModel::of(200_000);
    let group = made_up.backtest.audit[0].clone();
    made_up.backtest.audit = (0..30)
        .map(|at| crate::early_warning::AuditedGroup {
            dimension: "municipality".into(),
            group: format!("Town {at:02}"),
            rows: group.rows / 20 + if at < 10 { 0 } else { 500 },
            ..group.clone()
        })
        .collect();
    let text = text(&made_up, Language::En);
    let times = |name: &str| text.matches(&format!("\n{name}\n")).count();
    // In two charts and their two tables, and in the table of all.
    assert_eq!([times("Town 00"), times("Town 10"), times("Town 29")], [1, 5, 5]);
    assert!(text.contains("The charts show the 20 largest of 30 groups, the table all."), "{text}");
}

#[test]
fn a_run_says_how_many_are_in_which_band_and_what_the_tests_found() {
    let run = MadeUpModel::of(20_000).applied([7, 5_000, 60_000]);
    let text = text_of_run(&run, Language::En);
    let (_, section) = text.rsplit_once("\nEarly warning\n").unwrap();
    assert!(
        section.starts_with("Advice, not a decision: where to look first. 65,007 customers in “Regular"),
        "{section}"
    );
    assert!(section.contains("Nobody has approved it.") && section.contains("Used by exception"), "{section}");
    // Seven are few, and so would be told by what the others lack of all.
    assert!(section.contains("Score 58 or more, risk 24.0%\n[c]\nScore 15 to 57, risk 4.1%\n[c]"), "{section}");
    assert!(section.contains("60,000") && section.contains("If 2% can be called each month"), "{section}");
    assert!(section.contains("A live list does not know them yet") && !section.contains("accept_failed"), "{section}");
    for language in Language::ALL {
        assert_well_formed(&crate::report::page::page(&run.content(), language).unwrap());
    }
    let mut failed = MadeUpModel::of(20_000);
    failed.backtest.failures = vec![Failure::Miscalibrated];
    assert!(
        text_of_run(&failed.applied([1, 2, 3]), Language::Sv).contains("används ändå, eftersom accept_failed är satt")
    );
    assert!(!text_of_run(&Run::whole(), Language::En).contains("Early warning"));
}

#[test]
fn a_workbook_has_what_the_report_has() {
    let run = MadeUpModel::of(20_000).applied([7, 5_000, 60_000]);
    let content = run.content();
    let words = crate::tables::Localizer::new(content.plan, Language::En).unwrap();
    let tables = crate::tables::of_run(&content, &words);
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert!(names.contains(&"warning_now") && names.contains(&"warning_capacity"), "{names:?}");
    assert!(!crate::report::workbook::bytes(&content, &words).unwrap().is_empty());
}
