//! The workbook of the made-up run, opened again.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::{about, bytes};
use crate::i18n::Language;
use crate::tables::made_up_run::Run;
use crate::tables::{Format, Localizer, Value};

fn workbook(run: &Run, language: Language) -> Vec<u8> {
    let content = run.content();
    bytes(&content, &Localizer::new(content.plan, language).unwrap()).unwrap()
}

fn parts_of(run: &Run) -> BTreeMap<String, String> {
    parts(&workbook(run, Language::En))
}

/// The parts of a workbook by their names.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// The names of the sheets, in order.
fn sheets(parts: &BTreeMap<String, String>) -> Vec<String> {
    let names = parts["xl/workbook.xml"].split("<sheet name=\"").skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The numbers of a column; what a text has for a value is its place in the list of texts.
fn numbers<'a>(sheet: &'a str, column: &str) -> Vec<&'a str> {
    let start = format!("r=\"{column}");
    let cells = sheet.split("<c ").skip(1).filter(|cell| cell.starts_with(&start) && !cell.contains("t=\"s\""));
    cells.filter_map(|cell| cell.split_once("<v>")?.1.split('<').next()).collect()
}

#[test]
fn every_table_has_a_sheet_of_its_own() {
    let parts = parts_of(&Run::whole());
    assert_eq!(
        sheets(&parts),
        [
            "about",
            "columns",
            "category_summary",
            "main_figures",
            "feature_statistics",
            "concentration",
            "by age_group",
            "by municipality",
            "age_adjusted",
            "movements",
            "movements_split",
            "movements_by_rule",
            "over_time",
            "employer_summary",
            "employer_movements",
            "employer_movements_by_rule",
            "accounting",
            "rejects_by_reason",
            "unknown_codes",
            "rules"
        ]
    );
    for at in 1..=19 {
        let sheet = &parts[&format!("xl/worksheets/sheet{at}.xml")];
        assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter "), "sheet {at}");
    }
}

#[test]
fn a_run_without_anybody_has_a_workbook_too() {
    let parts = parts_of(&Run::empty());
    assert!(sheets(&parts).contains(&"category_summary".to_owned()));
    assert!(parts.values().all(|part| !part.contains("NaN") && !part.contains(">inf<")));
}

#[test]
fn numbers_are_numbers_and_small_groups_are_masked() {
    let parts = parts_of(&Run::whole());
    assert!(numbers(&parts["xl/worksheets/sheet3.xml"], "B").contains(&"79000"));
    assert!(parts["xl/sharedStrings.xml"].contains("<t>[c]</t>"));
    // Of 25 to 34 there are 1,905 in all, 1,500 regular, 400 irregular and 5 in need of support, who are masked; and so
    // is what they could be worked out from: the 400, and both categories' counts of the other group.
    let customers = numbers(&parts["xl/worksheets/sheet7.xml"], "C");
    assert_eq!(customers, ["700", "1000", "1500", "1905"]);
}

#[test]
fn the_same_content_makes_the_same_bytes() {
    let one = workbook(&Run::whole(), Language::En);
    // Longer than the resolution of times in archives.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert!(one == workbook(&Run::whole(), Language::En));
}

#[test]
fn features_that_few_have_are_masked_and_single_persons_are_left_out() {
    let features = crate::schema::features::FEATURES.len();
    let (whole, small) = (parts_of(&Run::whole()), parts_of(&Run::with_a_small_category()));
    // Columns of numbers begin with `n`, in C, and end with the 90th percentile, in K. Five customers are masked, and
    // with them the category that the sums would tell them from.
    for column in ["C", "D", "K"] {
        assert_eq!(numbers(&whole["xl/worksheets/sheet5.xml"], column).len(), 4 * features, "{column}");
        assert_eq!(numbers(&small["xl/worksheets/sheet5.xml"], column).len(), 2 * features, "{column}");
    }
    assert!(numbers(&whole["xl/worksheets/sheet5.xml"], "L").is_empty());
    // Share and number are told, and of rates and minutes those of two categories.
    let summary = &small["xl/worksheets/sheet3.xml"];
    assert_eq!(["B", "C", "D", "F", "G"].map(|column| numbers(summary, column).len()), [4, 4, 2, 2, 2]);
}

#[test]
fn a_sheet_that_is_cut_says_so() {
    let run = Run::empty();
    let content = run.content();
    let words = Localizer::new(content.plan, Language::En).unwrap();
    let mut table = words.table("records_over_time", [("records", Format::Count)]);
    (0..100_003u64).for_each(|id| table.push([id]));
    let about = about(&content, &words, &[table]);
    let said: Vec<Value> = about.rows.last().unwrap().cells.iter().map(|cell| cell.value.clone()).collect();
    let meaning = "Records by extract; its first 100,000 rows, 3 more are left out";
    assert_eq!(said, ["sheet records_over_time", meaning].map(Value::from));
}

#[test]
fn headings_and_what_the_program_says_are_in_the_language_of_the_workbook() {
    let texts = |language| parts(&workbook(&Run::whole(), language))["xl/sharedStrings.xml"].clone();
    let (swedish, finnish) = (texts(Language::Sv), texts(Language::Fi));
    assert!(swedish.contains("<t>Andel av kunderna</t>") && swedish.contains("<t>share_pct</t>"));
    assert!(finnish.contains("<t>Osuus asiakkaista</t>") && !finnish.contains("<t>Share of customers</t>"));
    assert!(swedish.contains("contacts: 25 av 1000 poster har fel") && !swedish.contains("records are malformed"));
}

#[test]
fn what_cannot_be_shown_is_replaced() {
    let parts = parts_of(&Run::with_control_characters());
    assert!(parts["xl/sharedStrings.xml"].contains("<t>Marie\u{fffd}hamn\u{fffd}</t>"));
}
