//! Values of real systems, and what they are taken for.

use super::*;
use crate::config::{NegativeForms, NumberFormat, Unit};
use crate::dates::DateFormat;

fn samples(values: &[&str]) -> Vec<Sample> {
    values.iter().map(|text| ((*text).to_owned(), 1)).collect()
}

/// The setting that dates are guessed to need, if ISO dates are read already.
fn dates(values: &[&str]) -> Option<String> {
    let known = [DateFormat::new("%Y-%m-%d").unwrap()];
    date_formats(&samples(values), &known, b'.', Day::from_iso("2035-12-31").unwrap()).map(|guess| guess.setting)
}

fn plain() -> NumberFormat {
    let negative = NegativeForms { leading: true, ..NegativeForms::default() };
    NumberFormat { decimal_separator: b'.', thousands_separator: None, strip: vec![], negative }
}

fn numbers(kind: ColumnKind, values: &[&str]) -> Option<String> {
    number_format(&samples(values), kind, &plain(), Unit::Minutes).map(|guess| guess.setting.replace('\n', ", "))
}

#[test]
fn dates_of_every_system_are_told() {
    let iso_and = |others: &str| Some(format!("date_formats = [\"%Y-%m-%d\", {others}]"));
    for (values, expected) in [
        (&["14.4.2014", "1.12.2025 13:45"][..], iso_and("\"%d.%m.%Y\"")),
        (&["1397433600", "1740000000"], iso_and("\"epoch\"")),
        (&["1397433600000"], iso_and("\"epoch_ms\"")),
        (&["45667", "45668.5"], iso_and("\"excel\"")),
        (&["20250131", "20251231"], iso_and("\"%Y%m%d\"")),
        (&["12/31/2025", "1/2/2025"], iso_and("\"%m/%d/%Y\"")),
        (&["31/12/2025", "1/2/2025"], iso_and("\"%d/%m/%Y\"")),
        (&["2025-02"], iso_and("\"%Y-%m\"")),
        (&["3 maj 2025", "24 December 2025"], iso_and("\"%d %B %Y\"")),
        (&["14.4.2014", "45667"], iso_and("\"%d.%m.%Y\", \"excel\"")),
        (&["phone", "2025-13-45", "12:30"], None),
    ] {
        assert_eq!(dates(values), expected, "{values:?}");
    }
}

#[test]
fn it_is_said_where_nothing_tells_day_from_month() {
    let values = samples(&["1/2/2025", "3/4/2025"]);
    let guess = date_formats(&values, &[], b'.', Day::from_iso("2035-12-31").unwrap()).unwrap();
    assert!(guess.means.contains("or month/day/year") && guess.means.contains("no value tells which"), "{guess:?}");
    // A format that swaps day and month of the right one is not kept beside it.
    let known = [DateFormat::new("%m/%d/%Y").unwrap()];
    let values = samples(&["31/12/2025"]);
    let guess = date_formats(&values, &known, b'.', Day::from_iso("2035-12-31").unwrap()).unwrap();
    assert_eq!(guess.setting, "date_formats = [\"%d/%m/%Y\"]");
}

#[test]
fn numbers_are_read_with_as_few_settings_as_do() {
    use ColumnKind::{Amount, Integer, Minutes};
    let (comma, spaces) = ("decimal_separator = \",\"", "thousands_separator = \" \"");
    for (kind, values, expected) in [
        (Amount, &["12,5", "120,00"][..], Some(comma.to_owned())),
        (Amount, &["1 234,50", "1\u{a0}000"], Some(format!("{comma}, {spaces}"))),
        (Amount, &["1.234,50", "12"], Some(format!("{comma}, thousands_separator = \".\""))),
        (Amount, &["1'234.50"], Some("thousands_separator = \"'\"".to_owned())),
        (Amount, &["120.00-"], Some("negative = [\"leading\", \"trailing\"]".to_owned())),
        (Amount, &["(120.00)"], Some("negative = [\"leading\", \"parentheses\"]".to_owned())),
        (Amount, &["€ 12", "12.50 €"], Some("strip = [\"€\"]".to_owned())),
        (Amount, &["-12.50 kr", "EUR 1"], Some("strip = [\"EUR\", \"kr\"]".to_owned())),
        (Minutes, &["12:30", "1:05:00"], Some("unit = \"clock\"".to_owned())),
        (Integer, &["1 000"], Some(spaces.to_owned())),
        (Amount, &["many", "#"], None),
    ] {
        assert_eq!(numbers(kind, values), expected, "{values:?}");
    }
    let either = number_format(&samples(&["1,234"]), Amount, &plain(), Unit::Minutes).unwrap();
    assert!(either.means.contains("or decimal_separator = \",\": no value tells which"), "{either:?}");
}

#[test]
fn words_for_nothing_yes_and_no() {
    let (markers, rest) = missing_markers(&samples(&["#N/A", "NULL", "-", "12"]), ColumnKind::Minutes, &[], false);
    assert_eq!(markers.unwrap().setting, "missing = [\"#N/A\", \"NULL\", \"-\"]");
    assert_eq!(rest, samples(&["12"]));
    let (required, _) = missing_markers(&samples(&["0000-00-00"]), ColumnKind::Date, &[], true);
    assert!(required.unwrap().setting.is_empty());
    let known = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let guess = truth_values(&samples(&["Ja", "nej", "maybe"]), &known(&["true"]), &known(&["false"])).unwrap();
    assert_eq!(guess.setting, "true_values = [\"true\", \"ja\"]\nfalse_values = [\"false\", \"nej\"]");
    assert_eq!(guess.rows, 2);
    assert_eq!(truth_values(&samples(&["maybe"]), &[], &[]), None);
}

#[test]
fn ids_of_another_form() {
    let guessed = |orphans: &[&str], register: &[&str]| {
        let guesses = id_formats(&samples(orphans), register, |id| register.contains(&id));
        guesses.into_iter().map(|guess| (guess.rows, guess.setting.replace('\n', ", "))).collect::<Vec<_>>()
    };
    let one = |rows, setting: &str| vec![(rows, setting.to_owned())];
    assert_eq!(guessed(&["1", "22", "9"], &["00001", "00022", "333"]), one(2, "pad = 5"));
    assert_eq!(guessed(&["1.0", "3.0"], &["1", "2"]), one(1, "strip_suffix = [\".0\"]"));
    assert_eq!(guessed(&["KD-1", "KD-2"], &["1", "2"]), one(2, "strip_prefix = [\"KD-\"]"));
    assert_eq!(guessed(&["1", "2"], &["SE1", "SE2"]), one(2, "prefix = \"SE\""));
    assert_eq!(guessed(&["1X"], &["1"]), one(1, "strip_suffix = [\"X\"]"));
    let both = guessed(&["1.0", "0002.0", "3"], &["0001", "0002", "0003"]);
    assert_eq!(both[0], (3, "strip_suffix = [\".0\"], pad = 4".to_owned()));
    assert_eq!(guessed(&["abc", ""], &["1"]), []);
}

#[test]
fn codes_are_a_block_that_can_be_put_into_the_configuration() {
    use crate::config::Extract;
    let own = |codes: &[(&str, u64)]| codes.iter().map(|(code, rows)| ((*code).to_owned(), *rows)).collect();
    let codes = [
        ((Extract::Applications, "method"), own(&[("onlin", 3), ("W \"x\"", 1)])),
        ((Extract::Payments, "benefit"), own(&[("child_benefti", 2), ("pensio", 1)])),
        ((Extract::Contacts, "direction"), own(&[])),
    ];
    let known =
        |column: &str| if column == "method" { vec!["paper", "online"] } else { vec!["child_benefit", "pension"] };
    let text = code_maps(&codes.into(), known, |_, _, code| code == "pensio");
    assert_eq!(
        text,
        "[extracts.applications.codes.method]\n# one of paper, online\n\"onlin\" = \"online\"  # 3 rows\n\
         # 'W \"x\"' = \"\"  # 1 row\n\n[extracts.payments.codes.benefit]\n\"child_benefti\" = \"child_benefit\"  # 2 rows\n\
         # \"pensio\" is a meaning in your map: did you mean \"pension\"?  # 1 row\n"
    );
    assert!(text.parse::<toml_edit::DocumentMut>().is_ok());
}

#[test]
fn broken_records_are_told_by_their_fields() {
    let faults = |values: &[(&str, u64)]| {
        let mut found = FaultValues::default();
        found.values = values.iter().map(|(text, rows)| ((*text).to_owned(), *rows)).collect();
        found.faults = values.iter().map(|(_, rows)| rows).sum();
        found
    };
    let found = of_records(Reason::FieldCount, &faults(&[("7 instead of 6", 4), ("1 instead of 6", 2)]));
    assert_eq!(found.iter().map(|guess| guess.rows).collect::<Vec<_>>(), [4, 2]);
    let found = of_records(Reason::InvalidEncoding, &faults(&[("byte 0xE4", 1)]));
    assert_eq!(found[0].setting, "encoding = \"windows-1252\"");
}

proptest::proptest! {
    /// Whatever values there are, a guess is a setting that can be put into the configuration, and reads no more than there are.
    #[test]
    fn a_guess_at_any_text_is_toml(texts in proptest::collection::vec(proptest::prelude::any::<String>(), 0..6)) {
        let values: Vec<Sample> = texts.iter().map(|text| (text.clone(), 2)).collect();
        let latest = Day::from_iso("2035-12-31").unwrap();
        let register: Vec<&str> = texts.iter().map(|text| text.trim_matches(['0', 'a'])).collect();
        let (markers, rest) = missing_markers(&values, ColumnKind::Date, &[], false);
        let guesses = [
            date_formats(&rest, &[], b'.', latest),
            number_format(&rest, ColumnKind::Amount, &plain(), Unit::Minutes),
            number_format(&rest, ColumnKind::Integer, &plain(), Unit::Minutes),
            truth_values(&rest, &[], &[]),
            markers,
        ];
        let ids = id_formats(&values, &register, |id| register.contains(&id));
        for guess in guesses.into_iter().flatten().chain(ids) {
            proptest::prop_assert!(guess.setting.parse::<toml_edit::DocumentMut>().is_ok(), "{}", guess.setting);
            proptest::prop_assert!(guess.rows <= 2 * values.len() as u64);
        }
    }
}
