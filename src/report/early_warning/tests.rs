//! The page of a made-up model, as it is read.

use super::{EarlyWarningContent, page};
use crate::early_warning::Failure;
use crate::i18n::Language;
use crate::report::tests::{assert_well_formed, text_of};
use crate::tables::made_up_model::MadeUpModel;

fn page_of(made_up: &MadeUpModel, language: Language) -> String {
    let MadeUpModel { run, settings, model, backtest } = made_up;
    let content = EarlyWarningContent {
        plan: &run.plan,
        settings,
        model,
        backtest,
        registered: true,
        warnings: run.content().warnings,
    };
    page(&content, language).unwrap()
}

fn text(made_up: &MadeUpModel, language: Language) -> String {
    text_of(&page_of(made_up, language)).replace('\u{a0}', " ")
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
#[ignore]
fn dump() {
    for language in Language::ALL {
        let run = MadeUpModel::of(20_000).applied([7, 5_000, 60_000]);
        let page = crate::report::page::page(&run.content(), language).unwrap();
        std::fs::write(format!("/dev/shm/tmp/pages/run.{}.html", language.code()), page).unwrap();
    }
    for customers in [2_000, 200_000] {
        let mut made_up = MadeUpModel::of(customers);
        if customers == 2_000 {
            made_up.backtest.failures = vec![
                Failure::Miscalibrated,
                Failure::FewTested(7),
                Failure::NoBetterThanRules,
                Failure::NoMoreSkillThanRules,
            ];
        }
        for language in Language::ALL {
            std::fs::write(
                format!("/dev/shm/tmp/pages/{customers}.{}.html", language.code()),
                page_of(&made_up, language),
            )
            .unwrap();
        }
    }
}
