//! Values as other systems write them: amounts, minutes, dates and ids, in text and in Parquet.

use arrow_schema::DataType;

use crate::parquet;
use crate::workspace::Workspace;

/// An agency whose payments are in a file of its own making, read with these settings of columns.
fn payments(text: &str, settings: &str) -> Workspace {
    let table = format!("files = \"paid.csv\"\ndelimiter = \";\"\n{settings}");
    Workspace::agency().file("paid.csv", text).extract("payments", &table)
}

#[test]
fn a_key_that_makes_no_sense_is_a_problem_with_its_line() {
    let said = |table: &str| {
        let outcome = payments("", table).run();
        outcome.code(2);
        outcome.stderr()
    };
    for (table, told) in [
        ("columns.period_start = { sign = { column = \"a\", negative = \"b\" } }", "period_start.sign: unknown key"),
        ("columns.period_start = { exclusive = true }", "period_start.exclusive: unknown key"),
        ("columns.amount = { unit = \"hours\" }", "amount.unit: unknown key"),
        ("columns.amount = { columns = [\"a\", \"b\"] }", "amount.columns: unknown key"),
        ("columns.benefit = { pad = 3 }", "benefit.pad: unknown key"),
        ("columns.customer_id = { strip = \"x\" }", "customer_id.strip: unknown key"),
        ("columns.customer_id = { join = \"-\" }", "customer_id.join: stands between"),
        ("columns.customer_id = { column = \"a\", columns = [\"b\"] }", "customer_id.columns: a column is read"),
        ("columns.customer_id = { constant = \"a\", pad = 3 }", "customer_id.pad: has no meaning beside"),
        ("columns.amount = { sign = { column = \"D\" } }", "amount.sign: `negative` is missing"),
        ("strip = \"1\"", "payments.strip: \"1\" could be a part"),
        ("strip = \"-\"", "payments.strip: \"-\" could be a part"),
        ("negative = \"behind\"", "payments.negative: `behind` is not one of"),
        ("thousands_separator = \"  \"", "payments.thousands_separator: expected one character"),
        ("thousands_separator = \".\"", "`.` is both decimal and thousands separator of `amount`"),
        ("escape = \";\"", "`escape` and `delimiter` are the same"),
        ("date_formats = \"%d.%m\"", "payments.date_formats: `%d.%m`"),
        ("skip_lines = -1", "payments.skip_lines: expected a whole number"),
        ("comment = \"a\\nb\"", "payments.comment: is the beginning of one line"),
    ] {
        let said = said(table);
        let line = said.lines().find(|line| line.contains(told)).unwrap_or_else(|| panic!("{table}: {said}"));
        assert!(line.contains("vardag.toml:"), "{line}");
    }
}

#[test]
fn an_empty_text_switches_off_what_is_set_for_all() {
    let workspace = Workspace::agency()
        .file("calls.csv", "customer_id,contacted_on,channel\n#1,2025-03-01,phone\n")
        .extract("contacts", "files = \"calls.csv\"\ncomment = \"\"\nwhere = \"\"\nescape = \"\"")
        .settings("dialect = { comment = \"#\", escape = \"\\\\\", where = \"1 = 1\" }")
        .settings("");
    workspace.run().code(2).stderr_has("dialect.where: `1` is a number");
    let workspace = workspace.extract("applications", "files = \"applications.csv\"");
    let workspace = Workspace::sharing(
        &workspace,
        Workspace::agency()
            .extract("contacts", "files = \"calls.csv\"\ncomment = \"\"\nescape = \"\"")
            .settings("dialect = { comment = \"#\", escape = \"\\\\\" }"),
    );
    let outcome = workspace.file("calls.csv", "customer_id,contacted_on,channel\n#1,2025-03-01,phone\n").run();
    assert_eq!(outcome.code(0).rows("contacts").orphans, 1);
}

#[test]
fn signs_stand_in_a_column_and_ends_are_no_part_of_their_period() {
    let text = "customer_id;benefit;period_start;period_end;amount;D/C\n\
                A;child_benefit;2025-01-01;2025-02-01;1 000,00 €;D\n\
                A;child_benefit;2025-03-01;2025-03-01;50,00; D \n\
                A;sickness_allowance;2025-02;2025-03;(200,00);K\n\
                A;child_benefit;2025-05-02;2025-05-01;1;D\n\
                A;child_benefit;2025-06-01;;1 00;D\n\
                A;child_benefit;2025-06-01;;5;\n";
    let settings = "decimal_separator = \",\"\nthousands_separator = \" \"\nstrip = \"€\"\n\
                    negative = [\"leading\", \"parentheses\"]\ndate_formats = [\"%Y-%m-%d\", \"%Y-%m\"]\n\
                    columns.amount = { sign = { column = \"D/C\", negative = [\"K\"] } }\n\
                    columns.period_end = { exclusive = true }";
    let outcome = payments(text, settings).run();
    // One ends before it begins as it is written, which is no matter of whether its end is part of it.
    assert_eq!(
        outcome.code(0).faults("payments"),
        ["paid.csv 4 5 period_end period_reversed", "paid.csv 5 6 amount malformed_number"]
    );
    // January, February by two months, and a day of June; what was turned twice is positive.
    outcome.labels().expect("A", &[("paid_eur", "1255.00"), ("payments", "4"), ("benefit_days", "60")]);
}

#[test]
fn ids_of_several_columns_are_missing_if_a_part_is() {
    let text = "office;number;benefit;period_start;amount\n\
                 A ;\" 1\";child_benefit;2025-01-01;1\n\
                A;-;child_benefit;2025-01-01;1\n\
                A;;child_benefit;2025-01-01;1\n\
                B;1;child_benefit;2025-01-01;1\n";
    let workspace = payments(
        text,
        "missing = \"-\"\ncolumns.customer_id = { columns = [\"office\", \"number\"], join = \"/\", strip_suffix = [\"/1\"] }\n\
         columns.payment_id = { columns = [\"office\", \"nr\"] }",
    );
    let outcome = workspace.run();
    assert_eq!(
        outcome.code(0).faults("payments"),
        ["paid.csv 2 3 customer_id missing_value", "paid.csv 3 4 customer_id missing_value"]
    );
    outcome.stderr_has("payment_id is read from \"nr\"");
    outcome.labels().expect("A", &[("payments", "1")]).expect("B", &[("payments", "1")]);
    let outcome = workspace.vardag(&["check", "vardag.toml"]);
    outcome.code(0).stdout_has("office + number");
}

#[test]
fn parquet_obeys_the_same_keys_and_has_columns_by_folder() {
    let some = |values: &[i64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
    let text = |values: &[&'static str]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
    let file = |state: &[&'static str]| {
        parquet::file(vec![
            parquet::text("office", &text(&["K", "K", "K", "K"])),
            parquet::integers("number", DataType::Int64, &some(&[1, 2, 3, 1])),
            parquet::floats("day", &[Some(45_717.5), Some(45_718.0), Some(45_719.0), Some(-1e9)]),
            parquet::integers("paid", DataType::Int64, &some(&[10, 20, 30, 40])),
            parquet::dictionary("D/C", &["D", "C"], &[Some(0), Some(1), None, Some(0)]),
            parquet::text("state", &text(state)),
        ])
    };
    let settings = "files = \"paid/**/*.parquet\"\nwhere = \"state <> 'test' AND \\\"number\\\" IN ('1', '2', '3')\"\n\
                    decimal_separator = \",\"\nthousands_separator = \".\"\n\
                    columns = { customer_id = { columns = [\"office\", \"number\"], join = \"\" }, \
                    period_start = { column = \"day\", date_formats = \"excel\" }, \
                    amount = { column = \"paid\", sign = { column = \"D/C\", negative = \"C\" } } }";
    let workspace = Workspace::agency()
        .rows("customers", "K1,,,\nK2,,,\nK3,,,")
        .file("paid/benefit=child_benefit/a.parquet", file(&["ok", "ok", "test", "ok"]))
        .file("paid/benefit=home%20care/b.parquet", file(&["ok", "", "test", "test"]))
        .extract("payments", settings);
    let outcome = workspace.run();
    outcome.code(0);
    let rows = outcome.rows("payments");
    assert_eq!((rows.records, rows.filtered, rows.rejected, rows.in_use), (8, 4, 1, 3));
    assert_eq!(outcome.faults("payments"), ["paid/benefit=child_benefit/a.parquet 4  period_start malformed_date"]);
    outcome.labels().expect("K1", &[("paid_eur", "20.00"), ("benefits_paid", "2")]);
    outcome.labels().expect("K2", &[("paid_eur", "-20.00"), ("payments", "0")]);
    assert_eq!(outcome.labels().get("K3", "paid_eur"), "0.00");
    let missing = workspace.extract("payments", &settings.replace("state", "status")).run();
    missing.code(3).stderr_has("no column \"status\"").stderr_has("it has: office, number").stderr_lacks("header");
}

#[test]
fn dates_of_a_folder_are_months_and_a_column_of_the_file_comes_first() {
    let file = |months: Option<&[Option<&str>]>| {
        let mut columns = vec![
            parquet::text("customer_id", &[Some("A"), Some("B")]),
            parquet::text("benefit", &[Some("child_benefit"), Some("child_benefit")]),
            parquet::floats("amount", &[Some(1.0), Some(2.0)]),
        ];
        columns.extend(months.map(|months| parquet::text("month", months)));
        parquet::file(columns)
    };
    let settings = "files = \"paid/**/*.parquet\"\ndate_formats = \"%Y-%m\"\nwhere = \"month <> '2025-05'\"\n\
                    columns = { period_start = \"month\", period_end = \"month\" }";
    let outcome = Workspace::agency()
        .file("paid/month=2025-02/a.parquet", file(None))
        .file("paid/month=2025-03/b.parquet", file(Some(&[Some("2025-04"), None])))
        .file("paid/month=2025-05/c.parquet", file(None))
        .file("paid/month=later/d.parquet", file(None))
        .extract("payments", settings)
        .run();
    outcome.code(0);
    let rows = outcome.rows("payments");
    assert_eq!((rows.records, rows.filtered, rows.rejected, rows.in_use), (8, 3, 2, 3));
    assert_eq!(
        outcome.faults("payments"),
        [
            "paid/month=later/d.parquet 1  period_start malformed_date",
            "paid/month=later/d.parquet 1  period_end malformed_date",
            "paid/month=later/d.parquet 2  period_start malformed_date",
            "paid/month=later/d.parquet 2  period_end malformed_date"
        ]
    );
    outcome.labels().expect("A", &[("benefit_days", "58")]).expect("B", &[("benefit_days", "28")]);
}
