//! What a run that went well has to say all the same.

use crate::workspace::Workspace;

/// An agency that pays these benefits, each once, to A.
fn paying(benefits: &[&str]) -> Workspace {
    let row = |(at, benefit): (usize, &&str)| format!("P{at},A,{benefit},2025-06-01,2025-06-30,2025-06-03,94.88\n");
    Workspace::agency().rows("payments", &benefits.iter().enumerate().map(row).collect::<String>())
}

#[test]
fn rules_that_live_on_benefits_that_nobody_is_paid_are_named() {
    // Codes that are not mapped: the catalogue knows none of them, so that all are ordinary benefits.
    let outcome = paying(&["101", "102", "103"]).run();
    outcome.code(0).stderr_has(
        "warning: 5 of 8 rules cannot take anybody, since no payment in use is of a benefit that they need: \
         long_last_resort, dependent_and_in_touch, recurring_last_resort, life_event, some_last_resort. Missing are benefits \
         that are last_resort (basic_social_assistance), or income_replacing or last_resort (parental_allowance, ",
    );
    let check = paying(&["101", "102", "103"]).vardag(&["check", "vardag.toml", "--json"]);
    assert_eq!(check.code(0).json()["warnings"], outcome.manifest()["warnings"]);

    let outcome = paying(&["unemployment", "child_benefit"]).run();
    outcome
        .code(0)
        .stderr_has("3 of 8 rules cannot take anybody")
        .stderr_lacks("life_event")
        .stderr_lacks("unemployment");
    // Events from elsewhere are life events, too.
    let events = paying(&["student_aid"]).rows("life_events", "A,moving,2025-03-01");
    events.run().code(0).stderr_has("3 of 8 rules");
    for enough in [&["basic_social_assistance", "sickness_allowance"][..], &["basic_social_assistance", "unemployment"]]
    {
        paying(enough).run().code(0).stderr_lacks("warning");
    }
}

#[test]
fn a_payment_that_is_not_in_use_feeds_no_rule() {
    let payments = "P1,NOBODY,basic_social_assistance,2025-06-01,,,1\nP2,A,basic_social_assistance,2026-06-01,,,1\n\
                    P3,A,unemployment,2025-06-01,2025-06-30,2025-06-03,94.88\n";
    Workspace::agency().rows("payments", payments).run().code(0).stderr_has("3 of 8 rules cannot take anybody");
}

#[test]
fn rules_of_ones_own_are_judged_by_what_they_ask() {
    let rules = |when: &str| {
        let rule = format!("[{{ name = \"own\", category = \"support\", when = \"{when}\" }}]");
        paying(&["child_benefit"]).settings(&format!("rules = {rule}")).run()
    };
    for fine in ["contacts >= 1", "last_resort_months >= 1 OR contacts >= 9", "income_months + contacts > 3", "FALSE"] {
        rules(fine).code(0).stderr_lacks("warning");
    }
    rules("income_months > 0 AND contacts >= 1").code(0).stderr_has("1 of 1 rules cannot take anybody");
    let none = "default_benefits = false\nbenefits.a = {}\nrules = [{ name = \"own\", category = \"support\", when = \"life_events > 0\" }]";
    paying(&["a"]).settings(none).run().code(0).stderr_has("benefits that are life_event (the catalogue has none)");
}
