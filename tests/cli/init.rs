//! `vardag init FILES…`: the configuration that it drafts runs as it is, or fails with a message that names the line to
//! fill in; what it is not sure of is marked.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case_folders;
use crate::outcome::Outcome;
use crate::workspace::{VARDAG, Workspace};

/// All files below a folder but configurations and what is expected, relative to it, in order.
fn data_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_data =
                !matches!(path.extension().and_then(|ending| ending.to_str()), Some("toml" | "json" | "md" | "py"));
            match path.is_dir() {
                true if path.file_name().is_some_and(|name| name != "runs") => folders.push(path),
                false if is_data => {
                    found.push(path.strip_prefix(folder).expect("below").to_string_lossy().into_owned())
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// A workspace with the data files of a folder.
fn copy_of(folder: &Path) -> (Workspace, Vec<String>) {
    let workspace = Workspace::empty();
    let files = data_files(folder);
    files.iter().for_each(|file| workspace.write(file, fs::read(folder.join(file)).expect("a file")));
    (workspace, files)
}

fn init(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    // The workspace's own configuration is called `vardag.toml`.
    workspace.vardag(&[&["init", "--out", "drafted.toml"], arguments].concat())
}

fn drafted(workspace: &Workspace, files: &[String]) -> String {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    init(workspace, &files).code(0);
    workspace.read("drafted.toml")
}

/// Where each column is read from: by extract, place of the source and column.
fn columns(config: &str) -> BTreeMap<(String, usize, String), String> {
    let parsed: toml::Table = config.parse().unwrap_or_else(|error| panic!("{error}\n{config}"));
    let mut found = BTreeMap::new();
    for (extract, table) in parsed["extracts"].as_table().expect("extracts") {
        let sources = table.get("sources").and_then(toml::Value::as_array);
        let sources: Vec<&toml::Value> = sources.map_or(vec![table], |sources| sources.iter().collect());
        for (place, source) in sources.into_iter().enumerate() {
            for (column, from) in source.get("columns").and_then(toml::Value::as_table).into_iter().flatten() {
                let of_table = |key: &str| from.get(key).map(toml::Value::to_string);
                let from = of_table("column").or(of_table("constant")).unwrap_or_else(|| from.to_string());
                found.insert((extract.clone(), place, column.clone()), from);
            }
        }
    }
    found
}

/// Holds a draft to its promise: it runs, or each problem is a line to fill in.
#[track_caller]
fn runs_or_names_the_line(workspace: &Workspace, config: &str) -> Outcome {
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    if outcome.output.status.code() == Some(2) {
        let lines: Vec<&str> = config.lines().collect();
        let said = outcome.stderr();
        let named: Vec<usize> = said
            .lines()
            .filter_map(|line| line.split("drafted.toml:").nth(1)?.split(':').next()?.parse().ok())
            .collect();
        assert!(!named.is_empty(), "{said}");
        for line in named {
            assert!(lines[line - 1].contains("\"\"") && lines[line - 1].contains("fill in"), "{}", lines[line - 1]);
        }
    }
    outcome
}

#[test]
fn of_the_sample_agency_all_columns_are_found_and_only_benefits_are_to_be_filled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    let (workspace, files) = copy_of(&folder);
    let config = drafted(&workspace, &files);
    let own = fs::read_to_string(folder.join("vardag.toml")).expect("the sample's configuration");
    let (found, expected) = (columns(&config), columns(&own));
    let right = expected.iter().filter(|(column, from)| found.get(*column) == Some(*from)).count();
    assert!(right * 100 >= expected.len() * 90, "{right} of {}", expected.len());
    // What differs is marked.
    for ((_, _, column), from) in found.iter().filter(|(column, from)| expected.get(*column) != Some(*from)) {
        let line =
            config.lines().find(|line| line.starts_with(&format!("{column} = ")) && line.contains(from.as_str()));
        assert!(line.is_some_and(|line| line.contains("guess") || line.contains("fill in")), "{column} {from}");
    }
    assert!(config.contains("as_of = 2025-12-31") && config.contains("history_from = 2024-11-01"), "{config}");

    let outcome = runs_or_names_the_line(&workspace, &config);
    outcome.code(2).stderr_has("codes.benefit");
    // What the sample's configuration says of its codes makes it run.
    let codes: BTreeMap<&str, &str> = own.lines().filter_map(|line| line.split_once(" = ")).collect();
    let filled: Vec<String> = config
        .lines()
        .map(|line| match line.split_once(" = \"\"") {
            Some((code, _)) => format!("{code} = {}", codes.get(code).unwrap_or(&"\"other\"")),
            None => line.to_owned(),
        })
        .collect();
    workspace.write("drafted.toml", filled.join("\n"));
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    assert_eq!(outcome.code(0).labels().rows.len(), 1987);
}

/// Cases whose data break a limit that their own configuration loosens, or whose rows it knows to be kept.
const BREAKING_LIMITS: [&str; 5] = [
    "24-one-carriage-return-in-a-row",
    "25-the-last-counts",
    "26-register-with-history",
    "39-one-id-in-four-forms",
    "42-what-was-readable-before",
];

/// Cases whose configuration says what no file can tell: names of dimensions, that spells are none, that payments
/// cover a month, that an amount means that there is none.
const NOT_IN_THE_FILES: [&str; 6] = [
    "10-register-of-spells-unsaid",
    "14-windows-1252-read-as-latin-1",
    "26-register-with-history",
    "33-windows-1252-and-utf-16",
    "38-where-a-period-ends",
    "42-what-was-readable-before",
];

#[test]
fn of_every_case_the_draft_runs_or_names_the_line_or_the_data_hold_it() {
    let cases = case_folders::found("cases", "VARDAG_CASES", "expect.json");
    case_folders::hold(&cases, |case| {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let expected: Value =
            serde_json::from_slice(&fs::read(case.join("expect.json")).expect("expect.json")).expect("JSON");
        let own_code = expected.get("exit").and_then(Value::as_i64).unwrap_or_default();
        let (workspace, files) = copy_of(case);
        let arguments: Vec<&str> = files.iter().map(String::as_str).collect();
        let said = init(&workspace, &arguments);
        if !matches!(said.output.status.code(), Some(0 | 3)) {
            return vec![said.stderr()];
        }
        let config = workspace.read("drafted.toml");
        let outcome = runs_or_names_the_line(&workspace, &config);
        let code = outcome.output.status.code().map(i64::from);
        let is_held = BREAKING_LIMITS.contains(&name.as_str()) && outcome.stderr().contains("limit broken");
        if !matches!(code, Some(0 | 2)) && code != Some(own_code) && !is_held {
            return vec![format!("exit code {code:?}: {}", outcome.stderr())];
        }
        if own_code != 0 || NOT_IN_THE_FILES.contains(&name.as_str()) {
            vec![]
        } else {
            labels(&workspace, &config, &expected)
        }
    });
}

/// In what the labels differ from the expected ones, in the window of the cases.
fn labels(workspace: &Workspace, config: &str, expected: &Value) -> Vec<String> {
    let Some(expected) = expected.get("labels").and_then(Value::as_object) else { return vec![] };
    let is_window = |line: &&str| !["as_of", "history_from", "[window]"].iter().any(|key| line.starts_with(key));
    let rest: Vec<&str> = config.lines().filter(is_window).collect();
    let window = "limits = { max_rejected_pct = 100, max_duplicate_pct = 100, may_be_outside_window = true }\n\
                  window = { as_of = 2025-12-31, history_from = 2024-11-01 }\n";
    workspace.write("drafted.toml", format!("{window}{}", rest.join("\n")));
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    let found = outcome.code(0).labels();
    let mut differences = Vec::new();
    for (customer, columns) in expected {
        let Some(columns) = columns.as_object() else { continue };
        for (column, value) in columns {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "");
            let own = found.get(customer, column);
            let is_same = own == text || matches!((own.parse::<f64>(), text.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
            if !is_same {
                differences.push(format!("{customer} {column}: {own:?}, expected {text:?}"));
            }
        }
    }
    differences
}

/// Rows from a pattern: `{n}` is the row's number, `{id}` one of twenty ids, `{m}` and `{d}` a month and a day in two
/// digits, `{a|b|c}` one of several texts in turn.
fn rows(header: &str, pattern: &str, count: usize) -> String {
    let mut text = header.to_owned();
    for row in 0..count {
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind.split_once('}').expect("a closing brace");
            text.push_str(before);
            match name {
                "n" => text += &(1000 + row).to_string(),
                "id" => text += &format!("{:05}", 42 + row * 7 % 20),
                "m" => text += &format!("{:02}", 1 + row % 12),
                "d" => text += &format!("{:02}", 1 + row * 5 % 28),
                choices => {
                    let choices: Vec<&str> = choices.split('|').collect();
                    text += choices[row * 3 % 7 % choices.len()];
                }
            }
            rest = after;
        }
        text += rest;
    }
    text
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| if character == '€' { 0x80 } else { u8::try_from(character).expect("Latin-1") })
        .collect()
}

#[test]
fn a_german_export_with_titles_trailing_minus_and_a_sum() {
    let people = rows(
        "Versichertenstamm;;;\r\nStand 31.12.2025;;;\r\nVersichertennummer;Geburtsdatum;G\u{fc}ltig ab;Wohnort\r\n",
        "{id};{d}.{m}.1970;01.01.2020;{M\u{fc}nchen|K\u{f6}ln}\r\n",
        20,
    );
    let calls = rows(
        "Vorgangsnummer;Versichertennummer;Anrufdatum;Kontaktart;Richtung;Erreicht\r\n",
        "{n};{id};{d}.{m}.2025 10:15:00;{Telefon|Brief|B\u{fc}ro};{eingehend|ausgehend};{ja|nein}\r\n",
        60,
    );
    let claims = rows(
        "Antragsnummer;Versichertennummer;Leistungsart;Eingangsdatum;Antragsweg;Bearbeitungsdauer;Bescheid;Sachbearbeiter\r\n",
        "{n};{id};{Kindergeld|Wohngeld};{d}.{m}.2025;{Online|Papier};{0:25|1:05};{bewilligt|abgelehnt};SB{n}\r\n",
        60,
    );
    let mut paid = rows(
        "Zahlungsnummer;Versichertennummer;Leistungsart;Zeitraum von;Zeitraum bis;Valutadatum;Betrag\r\n",
        "{n};{id};{Kindergeld|Wohngeld};01.{m}.2025;28.{m}.2025;05.{m}.2025;{1.234,56|120,00-|94,88}\r\n",
        60,
    );
    paid += "Summe;;;;;;99.999,00\r\n";
    let workspace = Workspace::empty()
        .file("Stamm.csv", windows_1252(&people))
        .file("Kontakte.csv", windows_1252(&calls))
        .file("Antraege.csv", windows_1252(&claims))
        .file("Zahlungen.csv", windows_1252(&paid));
    let files = ["Stamm.csv", "Kontakte.csv", "Antraege.csv", "Zahlungen.csv"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    for line in [
        "encoding = \"windows-1252\"",
        "skip_lines = 2",
        "municipality = \"Wohnort\"",
        "where = '\"Versichertennummer\" IS NOT NULL'",
        "handling_minutes = { column = \"Bearbeitungsdauer\", unit = \"clock\" }",
        "amount = { column = \"Betrag\", thousands_separator = \".\", negative = [\"leading\", \"trailing\"] }",
        "\"abgelehnt\" = \"rejected\"",
        "\"Kindergeld\" = \"child_benefit\"",
        "# not used: \"Sachbearbeiter\"",
    ] {
        assert!(config.contains(line), "no {line} in\n{config}");
    }
    runs_or_names_the_line(&workspace, &config).code(0);
}

#[test]
fn a_utf_16_export_with_months_first_debit_and_credit_and_seconds() {
    let utf16 =
        |text: String| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let workspace = Workspace::empty()
        .file("register.txt", utf16(rows("Client No\tDate of Birth\tCity\r\n", "C{id}\t{m}/{d}/1970\t{Oslo|\u{c5}bo}\r\n", 20)))
        .file("contacts.txt", utf16(rows("Contact ID\tClient No\tContact Date\tIn/Out\r\n", "{n}\tC{id}\t{m}/{d}/2025 10:15 AM\t{In|Out}\r\n", 60)))
        .file("claims.txt", utf16(rows("Claim Number\tClient No\tBenefit Type\tDate Received\tHow applied\tHandling seconds\tOutcome\r\n", "{n}\tC{id}\t{Child benefit|Fuel grant|Sickness allowance}\t{m}/{d}/2025\t{Web|Paper}\t{1530|100}\t{Granted|Denied}\r\n", 60)))
        .file("ledger.txt", utf16(rows("Transaction ID\tClient No\tBenefit Type\tBenefit from\tBenefit to\tAmount\tD/C\r\n", "{n}\tC{id}\t{Child benefit|Sickness allowance}\t{m}/1/2025\t{m}/28/2025\t\"1,{n}.50\"\t{C|C|D|C|C}\r\n", 60).replace("\"1,1", "\"1,")));
    let files = ["register.txt", "contacts.txt", "claims.txt", "ledger.txt"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    for line in [
        "encoding = \"utf-16\"",
        "delimiter = \"\\t\"",
        "date_formats = [\"%m/%d/%Y\"]",
        "handling_minutes = { column = \"Handling seconds\", unit = \"seconds\" }",
        "sign = { column = \"D/C\", negative = [\"D\"] } } # a guess",
        "# \"Fuel grant\" = \"\"",
        "channel = { constant = \"\" }",
    ] {
        assert!(config.contains(line), "no {line} in\n{config}");
    }
    assert!(!config.contains("%d/%m/%Y"), "{config}");
    runs_or_names_the_line(&workspace, &config).code(2).stderr_has("channel.constant");
    workspace
        .write("drafted.toml", config.replace("channel = { constant = \"\" }", "channel = { constant = \"phone\" }"));
    workspace.vardag(&["run", "--quiet", "drafted.toml"]).code(0);
}

#[test]
fn a_finnish_system_with_months_and_ids_called_anything() {
    let workspace = Workspace::empty()
        .file("asiakkaat.csv", rows("asiakastunnus;syntymäaika;kotikunta\n", "A-{id};{d}.{m}.1970;{Turku|Oulu}\n", 20))
        .file("yhteydenotot.csv", rows("tapahtumatunnus;tunnus;ajankohta;kanava;suunta\n", "{n};A-{id};{d}.{m}.2025 klo 09.15;{puhelu|viesti|käynti};{saapuva|lähtevä}\n", 60))
        .file("hakemukset.csv", rows("hakemusnro;asiakastunnus;etuus;vireilletulopäivä;hakutapa;käsittelyaika_min;päätös;jättäjä\n", "{n};A-{id};{Lapsilisä|Toimeentulotuki};{d}.{m}.2025;{verkko|lomake};{12,5|30};{myönnetty|hylätty};{asiakas|työnantaja}\n", 60))
        .file("maksut.csv", rows("maksutunnus;asiakastunnus;etuus;kk;maksupvm;maksettu €\n", "{n};A-{id};{Lapsilisä|Toimeentulotuki};{m}/2025;{d}.{m}.2025;{1 234,50 €|94,88 €}\n", 60));
    let files = ["asiakkaat.csv", "yhteydenotot.csv", "hakemukset.csv", "maksut.csv"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    for line in [
        "customer_id = \"tunnus\"",
        "date_formats = [\"%d.%m.%Y klo %H.%M\"]",
        "period_start = { column = \"kk\", date_formats = [\"%m/%Y\"] }",
        "covers = \"month\"",
        "strip = [\"€\"]",
        "\"työnantaja\" = \"employer\"",
        "\"käynti\" = \"office\"",
    ] {
        assert!(config.contains(line), "no {line} in\n{config}");
    }
    runs_or_names_the_line(&workspace, &config).code(0);
}

#[test]
fn a_log_in_milliseconds_a_file_without_header_and_parts_by_month() {
    let log =
        rows("timestamp,session,client_id,source\n", "17{35|40|52|60|45}6{n}0000,s{n},7{id},{phone|chat|web}\n", 60);
    let claims = rows(
        "app_id,client_id,benefit_code,created,channel\n",
        "{n},7{id},{B1|B2},17{35|40|52|60|45}6{n}0,{web|paper}\n",
        60,
    );
    let part = |month: &str| {
        rows(
            "",
            &format!("{{n}}{month}|7{{id}}|{{child_benefit|pension}}|2025{month}01|2025{month}28|{{94.88|120.00}}\n"),
            30,
        )
    };
    let workspace = Workspace::empty()
        .file("events.csv", log)
        .file("applications.csv", claims)
        .file("pay/p_2025-03.dat", part("03"))
        .file("pay/p_2025-04.dat", part("04"));
    let files = ["events.csv", "applications.csv", "pay/p_*.dat"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    for line in [
        "date_formats = [\"epoch_ms\"]",
        "date_formats = [\"epoch\"]",
        "files = \"pay/p_*.dat\"",
        "header = false",
        "customer_id = \"2\"",
        "amount = \"6\"",
        "period_start = \"4\"",
        "period_end = \"5\"",
        "\"B1\" = \"\"",
    ] {
        assert!(config.contains(line), "no {line} in\n{config}");
    }
    runs_or_names_the_line(&workspace, &config).code(2).stderr_has("codes.benefit");
}

#[test]
fn a_folder_of_hive_style_partitions_is_one_source() {
    use crate::parquet::{dates, file, floats, text};
    let part = |first: i32| {
        file(vec![
            text("customer", &[Some("A"), Some("B"), Some("C")]),
            text("benefit", &[Some("child_benefit"), Some("child_benefit"), Some("student_aid")]),
            dates("period_start", &[Some(first), Some(first), Some(first)]),
            floats("amount", &[Some(94.88), Some(94.88), Some(210.5)]),
        ])
    };
    let workspace = Workspace::agency()
        .file("paid/month=2025-01/part-0.parquet", part(20_089))
        .file("paid/month=2025-02/part-0.parquet", part(20_120))
        .file("paid/_SUCCESS", "");
    let files = ["customers.csv", "contacts.csv", "applications.csv", "paid"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    assert!(config.contains("files = \"paid/**/*.parquet\"") && config.contains("Parquet"), "{config}");
    assert!(config.contains("customer_id = \"customer\"") && config.contains("# not used: \"month\""), "{config}");
    runs_or_names_the_line(&workspace, &config).code(0);
}

#[test]
fn what_is_no_table_is_left_out_and_told() {
    let workspace = Workspace::agency()
        .file("book.xlsx", b"PK\x03\x04\x14\0\x06\0[Content_Types].xml")
        .file("page.csv", "<!DOCTYPE html><html>")
        .file("nothing.csv", "")
        .file("folder/a.csv", "a,b\n");
    let bad = ["book.xlsx", "page.csv", "nothing.csv", "folder", "nowhere.csv"];
    let outcome = init(&workspace, &[&["contacts.csv"], &bad[..]].concat());
    outcome.code(3).stderr_has("wrote drafted.toml").stderr_has("contacts.csv: contacts");
    for said in
        ["Excel workbook", "a web page (HTML)", "is empty", "folder is a folder: name its files", "no such file"]
    {
        outcome.stderr_has(said);
    }
    let config = workspace.read("drafted.toml");
    assert!(config.contains("[extracts.payments]") && config.contains("absent = true"), "{config}");
    // Nothing is written where there is nothing to say.
    let none = workspace.vardag(&[&["init", "--out", "none.toml"], &bad[..]].concat());
    none.code(3).stderr_has("none of the files can be read");
    assert!(!workspace.listing(".").contains(&"none.toml".to_owned()));
}

#[test]
fn the_draft_is_for_its_owner_and_shows_values_only_where_they_are_asked_for() {
    let contacts =
        rows("customer_id,contacted_on,channel,note\n", "SECRET{id},2025-{m}-{d},{phone|chat},private {n}\n", 60)
            + "SECRET00042,2025-05-05,Anna Andersson,private\n";
    let workspace = Workspace::empty().file("contacts.csv", contacts);
    init(&workspace, &["contacts.csv"])
        .code(0)
        .stderr_has("--no-samples leaves out")
        .stderr_has("then: vardag check drafted.toml");
    let shown = workspace.read("drafted.toml");
    assert!(shown.contains("SECRET") && shown.contains("private"), "{shown}");
    let mode = fs::metadata(workspace.path("drafted.toml")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // It is never written over.
    init(&workspace, &["contacts.csv"]).code(2).stderr_has("drafted.toml cannot be written: it exists already");
    workspace.vardag(&["init", "--out", "bare.toml", "--no-samples", "contacts.csv"]).code(0);
    let bare = workspace.read("bare.toml");
    for value in ["SECRET", "private", "Anna", "2025-05-05"] {
        assert!(!bare.contains(value), "{value} in\n{bare}");
    }
    // A code of one row may be a person's name: it is counted, and shown as a sample at most.
    assert!(!shown.contains("\"Anna Andersson\""), "{shown}");
}

#[test]
fn paths_are_relative_to_the_configuration() {
    let workspace = Workspace::agency();
    fs::create_dir(workspace.path("conf")).expect("a folder");
    let out: PathBuf = workspace.path("conf/mine.toml");
    let mut command = workspace.command(VARDAG);
    command.args(["init", "customers.csv", "contacts.csv", "applications.csv", "payments.csv", "--out"]).arg(&out);
    workspace.outcome(&mut command).code(0);
    let config = fs::read_to_string(&out).expect("the draft");
    assert!(config.contains("customers.csv\""), "{config}");
    workspace.vardag(&["check", "conf/mine.toml"]).code(0);
}
