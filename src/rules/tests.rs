//! Rules on rows made by hand: what an expression may say, what it means, and the default rules.

use proptest::prelude::*;

use super::*;
use crate::config::tests::plan_of;

/// A frame with one row for each value of `contacts`, the other features as given.
fn frame(columns: &[(&str, &[Option<f64>])]) -> DataFrame {
    let height = columns.first().map_or(0, |(_, values)| values.len());
    let column = |(name, feature_type): (String, FeatureType)| {
        let values = columns.iter().find(|(given, _)| *given == name).map(|(_, values)| values.to_vec());
        let values = values.unwrap_or_else(|| vec![Some(0.0); height]);
        match feature_type {
            FeatureType::Count => {
                let whole: Vec<Option<i64>> = values.iter().map(|value| value.map(|value| value as i64)).collect();
                Column::new(name.as_str().into(), whole)
            }
            _ => Column::new(name.as_str().into(), values),
        }
    };
    DataFrame::new(height, feature_types(Entity::Customer).into_iter().map(column).collect()).unwrap()
}

/// Customers with every combination of some ages, one of them missing, and contacts.
pub(super) fn ages_and_contacts() -> DataFrame {
    let ages = [None, Some(10.0), Some(20.0)].map(|age| [age; 4]).concat();
    let contacts = [0.0, 1.0, 2.0, 3.0].map(Some).repeat(3);
    frame(&[("age", &ages), ("contacts", &contacts)])
}

pub(super) fn rule_set(text: &str) -> RuleSet {
    plan_of(text).customers
}

/// The value of one derived feature on a frame.
fn value(sql: &str, frame: DataFrame) -> (DataType, Vec<Option<f64>>) {
    let rules = rule_set(&format!("[[derived_features]]\nname = \"x\"\nexpression = '{sql}'\n"));
    let derived = rules.derive(frame).unwrap();
    let column = derived.column("x").unwrap();
    let values = column.cast(&DataType::Float64).unwrap();
    (column.dtype().clone(), values.f64().unwrap().iter().collect())
}

/// Whether a condition takes each row of a frame.
fn takes(sql: &str, frame: &DataFrame) -> Vec<bool> {
    let rules = rule_set(&format!("[[rules]]\nname = \"x\"\ncategory = \"support\"\nwhen = '{sql}'\n"));
    rules.classify(frame).unwrap().iter().map(|rule| *rule == 0).collect()
}

fn one(columns: &[(&str, f64)]) -> DataFrame {
    let columns: Vec<_> = columns.iter().map(|(name, value)| (*name, [Some(*value)])).collect();
    let mut columns: Vec<(&str, &[Option<f64>])> = columns.iter().map(|(name, value)| (*name, &value[..])).collect();
    columns.push(("observed_days", &[Some(365.0)]));
    frame(&columns)
}

#[test]
fn counts_stay_whole_and_a_quotient_is_a_ratio() {
    let row = || one(&[("contacts", 7.0), ("payments", 2.0), ("paid_eur", 0.5)]);
    let cases = [
        ("contacts + payments * 2 - 1", DataType::Int64, 10.0),
        ("contacts / payments", DataType::Float64, 3.5),
        ("contacts % payments", DataType::Int64, 1.0),
        ("-contacts % payments", DataType::Int64, -1.0),
        ("contacts + paid_eur", DataType::Float64, 7.5),
        ("contacts * 1.0", DataType::Float64, 7.0),
        ("ROUND(contacts / payments)", DataType::Float64, 4.0),
        ("ROUND(-0.125, 2)", DataType::Float64, -0.13),
        ("FLOOR(contacts / payments)", DataType::Float64, 3.0),
        ("CEIL(contacts / payments) + ABS(-3)", DataType::Float64, 7.0),
        ("GREATEST(contacts, payments, 3)", DataType::Int64, 7.0),
        ("LEAST(contacts, paid_eur)", DataType::Float64, 0.5),
        ("CASE WHEN contacts > 5 THEN 1 ELSE 0 END", DataType::Int64, 1.0),
        ("CASE contacts WHEN 7 THEN 2.5 WHEN 8 THEN 1 END", DataType::Float64, 2.5),
        ("COALESCE(NULLIF(contacts, 7), payments)", DataType::Int64, 2.0),
        ("\"contacts\" + 0", DataType::Int64, 7.0),
        ("3", DataType::Int64, 3.0),
        ("(1 + 2) / 4", DataType::Float64, 0.75),
    ];
    for (sql, dtype, expected) in cases {
        assert_eq!(value(sql, row()), (dtype, vec![Some(expected)]), "{sql}");
    }
}

#[test]
fn what_is_no_number_is_missing() {
    let row = || one(&[("contacts", 7.0), ("paid_eur", 1e300)]);
    for sql in [
        "contacts / payments",
        "paid_eur / payments",
        "payments / payments",
        "paid_eur / (contacts - 7)",
        "contacts % payments",
        "paid_eur * paid_eur",
        "paid_eur * paid_eur - paid_eur * paid_eur",
        "9223372036854775807 + contacts",
        "-contacts - 9223372036854775807",
        "9223372036854775807 * contacts",
        "contacts + NULL",
        "ROUND(contacts / payments, 400)",
    ] {
        assert_eq!(value(sql, row()).1, [None], "{sql}");
    }
    assert_eq!(value("ROUND(paid_eur, 300)", row()).1, [Some(1e300)]);
}

#[test]
fn missing_is_not_true() {
    let ages = frame(&[("age", &[Some(70.0), Some(20.0), None]), ("contacts", &[Some(0.0), Some(2.0), Some(3.0)])]);
    let cases = [
        ("age > 60", [true, false, false]),
        ("age <= 60", [false, true, false]),
        ("NOT (age > 60)", [false, true, false]),
        ("age <> 20", [true, false, false]),
        ("age != 20", [true, false, false]),
        ("age IS NULL", [false, false, true]),
        ("age IS NOT NULL", [true, true, false]),
        ("age > 60 OR contacts >= 3", [true, false, true]),
        ("age > 60 AND contacts >= 3", [false, false, false]),
        ("NOT (age > 60 AND contacts < 3)", [false, true, true]),
        ("age IN (20, 70)", [true, true, false]),
        ("age NOT IN (20, 71)", [true, false, false]),
        ("age IN (20.5, -70, 70)", [true, false, false]),
        ("age IN (20, 70.5)", [false, true, false]),
        ("age BETWEEN 20 AND 69.5", [false, true, false]),
        ("age NOT BETWEEN 20 AND 69.5", [true, false, false]),
        ("COALESCE(age, 0) < 30", [false, true, true]),
        ("COALESCE(age > 60, TRUE)", [true, false, true]),
        ("CASE WHEN age > 60 THEN FALSE ELSE TRUE END", [false, true, true]),
        ("GREATEST(age, 30) > 25", [true, true, true]),
        ("TRUE", [true, true, true]),
        ("NULL OR 1 = 1", [true, true, true]),
        ("1 > 2", [false, false, false]),
        ("contacts >= 2.5", [false, false, true]),
        ("contacts * 10 / 4 = 5", [false, true, false]),
        ("age / contacts > 0", [false, true, false]),
        ("age / contacts > 0 OR age / contacts <= 0", [false, true, false]),
        ("age>=20and contacts=2", [false, true, false]),
    ];
    for (sql, expected) in cases {
        assert_eq!(takes(sql, &ages), expected, "{sql}");
    }
}

const MISPLACED: &str = "this cannot be read as a SQL expression\n  is a word or sign missing or misplaced?";
const FOREIGN: &str = "this holds more than features, numbers, comparisons, arithmetic and AND, OR, NOT";

/// Expressions that are refused, and what is said of each.
const REFUSED: &[(&str, &str)] = &[
    ("contact >= 1", "there is no feature `contact`\n  did you mean `contacts`?"),
    ("Contacts >= 1", "there is no feature `Contacts`\n  did you mean `contacts`?"),
    ("contacts >= 1 ADN age > 3", "there is no feature `ADN`\n  did you mean `AND`?"),
    ("\"contact\" >= 1", "there is no feature `contact`\n  did you mean `contacts`?"),
    ("contacts", "this is a number, not a condition\n  compare it with something, as in `contacts >= 3`"),
    (
        "contacts AND age > 3",
        "AND takes conditions, not a number\n  compare the number with something, as in `contacts > 0`",
    ),
    ("NOT contacts", "NOT takes conditions, not a number\n  compare the number with something, as in `contacts > 0`"),
    (
        "(contacts > 1) > 0",
        "a comparison takes numbers, not a condition\n  instead of `… = TRUE` write the condition itself, instead of `… = FALSE` NOT (…)",
    ),
    (
        "(contacts > 1) IS NOT TRUE",
        "a comparison takes numbers, not a condition\n  instead of `… = TRUE` write the condition itself, instead of `… = FALSE` NOT (…)",
    ),
    (
        "contacts + (age > 1) > 0",
        "arithmetic takes numbers, not a condition\n  instead of `… = TRUE` write the condition itself, instead of `… = FALSE` NOT (…)",
    ),
    (
        "SUM(contacts) > 1",
        "`SUM` is no function here: an expression sees its own customer only, and numbers only\n  allowed: ABS, ROUND, FLOOR, CEIL, LEAST, GREATEST, COALESCE, NULLIF",
    ),
    (
        "COALESC(contacts, 1) > 1",
        "`COALESC` is no function here: an expression sees its own customer only, and numbers only\n  did you mean `COALESCE`?",
    ),
    ("GREATEST() > 1", "there is nothing between `(` and `)`"),
    ("CASE WHEN age > 3 THEN 1 ELSE TRUE END > 1", "CASE mixes numbers and conditions"),
    ("age = 'x'", "a text in quotes has no use here: features are numbers"),
    ("age == 3", "`==` is no comparison here: write `=`"),
    ("age > 3 && age < 5", "`&` has no meaning here: write AND"),
    ("age > 3; contacts > 3", "`;` has no meaning here"),
    ("age > (3", "a `(` is not closed"),
    ("age > 3)", "a `)` closes nothing"),
    ("age > \"contacts", "a quotation mark is not closed"),
    ("age >", MISPLACED),
    ("age > 3 contacts", "two expressions stand side by side: is AND, OR or another sign missing between them?"),
    ("age > 3,", MISPLACED),
    ("age > 3, contacts > 3", MISPLACED),
    ("age > 1e400", "a number is too large"),
    ("age > 1.0e400", "a number is too large"),
    ("age > 99999999999999999999", "a number is too large"),
    ("age IN (3, NULL)", "NULL in a list never equals anything\n  write … IS NULL"),
    ("age IN (3, contacts)", "IN takes a list of numbers"),
    ("age IN ()", "there is nothing between `(` and `)`"),
    ("age <=> 3", FOREIGN),
    ("age > 3 /* contacts */", "a comment has no place here"),
    ("NULL", "this is always missing, so never true"),
    ("  ", "an expression is missing"),
    ("*", MISPLACED),
    ("1 * * > 3", MISPLACED),
    ("ROUND(age > 3) > 1", "ABS, ROUND, FLOOR and CEIL take a number, not a condition"),
    ("ROUND(age, contacts) > 1", "ROUND takes a whole number of decimals, not below 0"),
    ("ROUND(age, -1) > 1", "ROUND takes a whole number of decimals, not below 0"),
    ("ABS() > 1", "there is nothing between `(` and `)`"),
    ("ABS(1, 2) > 1", "`ABS(1, 2)` does not take these operands"),
    ("age.contacts > 1", "`.` has no meaning here"),
    ("(age, contacts) > 1", FOREIGN),
    ("age > 3 -- contacts", "`--` would begin a comment: write a space or no sign"),
    ("!(age > 3)", MISPLACED),
    ("age !> 3", MISPLACED),
    ("age // 3 > 1", FOREIGN),
];

#[test]
fn what_an_expression_may_not_say() {
    let features = feature_types(Entity::Customer);
    let mut wrong = String::new();
    for (sql, expected) in REFUSED.iter().copied() {
        let said = match condition(sql, &features) {
            Ok(_) => "nothing".to_owned(),
            Err(problems) => problems
                .into_iter()
                .map(|problem| {
                    [Some(problem.message), problem.help].into_iter().flatten().collect::<Vec<_>>().join("\n  ")
                })
                .collect::<Vec<_>>()
                .join("\n"),
        };
        if said != expected {
            wrong += &format!("{sql}\n  expected: {expected}\n  said: {said}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn all_unknown_features_are_named() {
    let problems = condition("contact > 1 AND MAX(ages) > 3", &feature_types(Entity::Customer)).unwrap_err();
    assert_eq!(problems.len(), 3);
}

/// The longest expression that is allowed neither overflows the stack nor is anything longer read at all.
#[test]
fn long_and_deep_expressions() {
    let ages = frame(&[("age", &[Some(70.0)])]);
    let long = |terms: usize| format!("{} > 3", vec!["age"; terms].join(" + "));
    assert_eq!(takes(&long(249), &ages), [true]);
    assert_eq!(takes(&vec!["age > 3"; 125].join(" AND "), &ages), [true]);
    assert_eq!(takes(&format!("{}age > 3{}", "(".repeat(20), ")".repeat(20)), &ages), [true]);
    for too_much in [long(251), format!("{}age > 3{}", "(".repeat(240), ")".repeat(240))] {
        assert_eq!(condition(&too_much, &feature_types(Entity::Customer)).unwrap_err().len(), 1);
    }
}

#[test]
fn a_derived_feature_may_use_those_before_it() {
    let rules = rule_set(
        "[[derived_features]]\nname = \"double\"\nexpression = \"contacts * 2\"\n\
         [[derived_features]]\nname = \"share\"\nexpression = \"double / payments\"\n\
         [[rules]]\nname = \"r\"\ncategory = \"support\"\nwhen = \"share >= 3 AND double % 2 = 0\"\n",
    );
    let types: Vec<_> = rules.derived_features.iter().map(|own| (own.name.as_str(), own.feature_type)).collect();
    assert_eq!(types, [("double", FeatureType::Count), ("share", FeatureType::Ratio)]);
    let rows =
        frame(&[("contacts", &[Some(3.0), Some(3.0), Some(2.0)]), ("payments", &[Some(2.0), Some(0.0), Some(2.0)])]);
    let derived = rules.derive(rows).unwrap();
    let share: Vec<_> = derived.column("share").unwrap().f64().unwrap().iter().collect();
    assert_eq!(share, [Some(3.0), None, Some(2.0)]);
    let labels = rules.classify(&derived).unwrap();
    assert_eq!(labels, [0, 1, 1]);
    assert_eq!((rules.rule_name(0), rules.category_of(0)), ("r", 2));
    assert_eq!((rules.rule_name(1), rules.category_of(1)), ("default", 0));
    assert_eq!(rules.classify(&derived.head(Some(0))).unwrap(), Vec::<u16>::new());
}

#[test]
fn without_rules_all_are_of_the_default_category() {
    let rules = rule_set("rules = []\n");
    assert_eq!(rules.classify(&frame(&[("age", &[None, Some(1.0)])])).unwrap(), [0, 0]);
    assert_eq!(rules.rule_name(0), DEFAULT_RULE);
}

/// `docs/method.md` section 5's table, in plain Rust.
fn default_rule_of(row: &Row) -> u16 {
    let conditions = [
        row.last_resort_months >= 6,
        row.max_concurrent_benefits >= 3 && row.concurrent_days >= 120,
        row.income_months >= 9 && row.max_concurrent_benefits >= 2 && row.contacts_per_year >= 4.0,
        row.last_resort_months >= 3 && (row.contacts_per_year >= 3.0 || row.clarifications >= 2),
        row.life_events >= 1,
        row.benefit_starts + row.benefit_ends >= 2,
        row.contacts_recent >= 3,
        row.last_resort_months >= 1,
    ];
    conditions.iter().position(|condition| *condition).unwrap_or(conditions.len()) as u16
}

#[derive(Debug, Clone)]
struct Row {
    last_resort_months: i64,
    max_concurrent_benefits: i64,
    concurrent_days: i64,
    income_months: i64,
    contacts_per_year: f64,
    clarifications: i64,
    life_events: i64,
    benefit_starts: i64,
    benefit_ends: i64,
    contacts_recent: i64,
}

prop_compose! {
    fn any_row()(
        counts in prop::array::uniform9(0_i64..4),
        last_resort_months in 0_i64..8,
        concurrent_days in 110_i64..130,
        income_months in 7_i64..12,
        contacts_per_year in prop::sample::select(vec![0.0, 2.9, 3.0, 3.999, 4.0, 9.5]),
    ) -> Row {
        Row {
            last_resort_months: if counts[0] == 0 { last_resort_months } else { 0 },
            max_concurrent_benefits: counts[1],
            concurrent_days,
            income_months,
            contacts_per_year,
            clarifications: counts[2],
            life_events: counts[3] / 3,
            benefit_starts: counts[4] / 2,
            benefit_ends: counts[5] / 2,
            contacts_recent: counts[6],
        }
    }
}

proptest! {
    #[test]
    fn the_default_rules_are_those_of_method(rows in prop::collection::vec(any_row(), 1..200)) {
        let column = |of: fn(&Row) -> f64| rows.iter().map(|row| Some(of(row))).collect::<Vec<_>>();
        let columns = [
            ("last_resort_months", column(|row| row.last_resort_months as f64)),
            ("max_concurrent_benefits", column(|row| row.max_concurrent_benefits as f64)),
            ("concurrent_days", column(|row| row.concurrent_days as f64)),
            ("income_months", column(|row| row.income_months as f64)),
            ("contacts_per_year", column(|row| row.contacts_per_year)),
            ("clarifications", column(|row| row.clarifications as f64)),
            ("life_events", column(|row| row.life_events as f64)),
            ("benefit_starts", column(|row| row.benefit_starts as f64)),
            ("benefit_ends", column(|row| row.benefit_ends as f64)),
            ("contacts_recent", column(|row| row.contacts_recent as f64)),
        ];
        let columns: Vec<_> = columns.iter().map(|(name, values)| (*name, &values[..])).collect();
        let labels = rule_set("").classify(&frame(&columns)).unwrap();
        prop_assert_eq!(labels, rows.iter().map(default_rule_of).collect::<Vec<_>>());
    }
}

/// Many threads of a pool of our own classify at once: polars' own pool neither blocks them nor mixes up rows.
#[test]
fn threads_classify_side_by_side() {
    let rules = rule_set("");
    let months: Vec<_> = (0..20_000).map(|at| Some(f64::from(at % 7))).collect();
    let rows = frame(&[("last_resort_months", &months)]);
    let expected: Vec<u16> = months
        .iter()
        .map(|months| match months {
            Some(6.0) => 0,
            Some(0.0) => 8,
            _ => 7,
        })
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(rules.classify(&rows).unwrap(), expected);
                }
            });
        }
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let labels = pool.install(|| {
        use rayon::prelude::*;
        (0..64).into_par_iter().map(|_| rules.classify(&rows).unwrap()).collect::<Vec<_>>()
    });
    assert!(labels.iter().all(|labels| *labels == expected));
}
