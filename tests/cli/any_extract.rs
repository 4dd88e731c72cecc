//! Files as other systems write them: lines that are no rows, other encodings, rows to leave out, what is no table at all.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::outcome::{Outcome, Rows, RunFolder};
use crate::workspace::Workspace;

/// An agency whose contacts are in a file of its own making, read with these settings.
fn contacts(text: impl AsRef<[u8]>, settings: &str) -> Workspace {
    let table = format!("files = \"calls.csv\"\n{settings}");
    Workspace::agency().file("calls.csv", text).extract("contacts", &table)
}

fn utf16(text: &str, with_mark: bool) -> Vec<u8> {
    let mark = with_mark.then_some(0xFEFF);
    mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

/// The run stopped for the data, in one message of a bearable length.
fn refused(workspace: &Workspace, words: &[&str]) -> Outcome {
    let outcome = workspace.run();
    outcome.code(3);
    words.iter().for_each(|word| {
        outcome.stderr_has(word);
    });
    assert!(outcome.stderr().len() < 700, "{}", outcome.stderr());
    outcome
}

#[test]
fn lines_that_are_no_rows_count_as_lines_and_as_nothing_else() {
    let text = "sep=;\n\
                Samtal \"2025\n\
                # a comment; with \"a quote\n\
                Kund;Dag;Kanal\n\
                A;2025-03-01;phone\n\
                # A;2025-03-02;phone\n\
                A;\"2025-03-03\n\";phone\n\
                B;\"2025-03-04 # no comment\";phone\n\
                B;yesterday;phone\n";
    let settings = "delimiter = \";\"\nskip_lines = 2\ncomment = \"#\"\n\
                    columns = { customer_id = \"Kund\", contacted_on = \"Dag\", channel = \"Kanal\" }";
    let outcome = contacts(text, settings).run();
    outcome.code(0);
    assert_eq!(outcome.rows("contacts"), Rows { records: 4, rejected: 3, in_use: 1, ..Rows::default() });
    let faults = outcome.faults("contacts");
    assert_eq!(
        faults,
        [
            "calls.csv 2 7 contacted_on malformed_date",
            "calls.csv 3 9 contacted_on malformed_date",
            "calls.csv 4 10 contacted_on malformed_date"
        ]
    );
}

#[test]
fn without_a_header_columns_go_by_their_numbers_and_no_row_is_the_header_again() {
    let text = "\u{feff}1|2|3\nA|2025-03-01|phone\n1|2|3\nA|2025-03-02|chat|\n";
    let settings = "delimiter = \"|\"\nheader = false\n\
                    columns = { customer_id = \"1\", contacted_on = \"2\", channel = \"3\" }";
    let outcome = contacts(text, settings).run();
    assert_eq!(
        outcome.code(0).faults("contacts"),
        [
            "calls.csv 1 1 contacted_on malformed_date",
            "calls.csv 3 3 contacted_on malformed_date",
            "calls.csv 4 4  field_count"
        ]
    );
    assert_eq!(outcome.rows("contacts").filtered, 0);
    refused(&contacts(text.replace('\n', "\r"), settings), &["carriage returns"]);
    let fourth = settings.replace("\"3\"", "\"4\"");
    refused(&contacts(text, &fourth), &["no column \"4\"", "columns are called 1 to 3"]).stderr_lacks("header");
}

#[test]
fn rows_for_which_the_condition_is_not_true_are_filtered_before_anything_is_wrong_with_them() {
    let text = "customer_id,contacted_on,channel,Type\n\
                A,2025-03-01,phone,call\n\
                A,never,,\n\
                A,never,phone,\"no \"\"call\"\"\"\n\
                A,never,phone, call \n\
                NOBODY,2025-03-02,phone,test\n\
                A,2025-03-03,phone,call,more\n\
                customer_id,contacted_on,channel,Type\n\
                A,2025-03-04,phone,\"Call\"\n";
    let outcome = contacts(text, "where = \"Type LIKE 'ca%' OR Type IN ('Call')\"").run();
    outcome.code(0);
    let rows = Rows { records: 8, filtered: 4, rejected: 2, in_use: 2, ..Rows::default() };
    assert_eq!(outcome.rows("contacts"), rows);
    assert_eq!(outcome.faults("contacts"), ["calls.csv 4 5 contacted_on malformed_date", "calls.csv 6 7  field_count"]);
    let missing = contacts(text, "where = \"Typ = 'call'\"");
    refused(&missing, &["no column \"Typ\", which `where` names (did you mean \"Type\"?)"]);
    let bad = contacts(text, "where = \"Type == 'call'\"").run();
    bad.code(2).stderr_has("extracts.contacts.where: `==` is no comparison here: write `=`");
    let number = contacts(text, "where = \"Type = 1\"").run();
    number.code(2).stderr_has("compared as the texts").stderr_has("write '1'");
}

#[test]
fn other_encodings_are_text_like_any_other() {
    let text = "customer_id,contacted_on,channel\nA,2025-03-01,café – €\n\u{feff}B,2025-03-02,café – €\n";
    let windows: Vec<u8> = text
        .chars()
        .flat_map(|character| match character {
            '–' => vec![0x96],
            '€' => vec![0x80],
            '\u{feff}' => vec![0xEF, 0xBB, 0xBF],
            other => vec![other as u8],
        })
        .collect();
    let read = |bytes: &[u8], encoding: &str| {
        let codes = "codes.channel = { \"café – €\" = \"visit\" }";
        let outcome = contacts(bytes, &format!("encoding = \"{encoding}\"\n{codes}")).run();
        outcome.code(0).stderr_lacks("U+0080");
        assert_eq!(outcome.rows("contacts").in_use, 2, "{encoding}");
        outcome.latest().bytes("labels.csv")
    };
    let usual = read(text.as_bytes(), "utf-8");
    assert_eq!(read(&windows, "windows-1252"), usual);
    assert_eq!(read(&utf16(text, true), "utf-16"), usual);
    assert_eq!(read(&utf16(text, false), "utf-16"), usual);

    // Half a pair, and half a character at the end, reject the records that they are in.
    let mut broken = utf16("customer_id,contacted_on,channel\nA,2025-03-01,phone\nA,2025-03-02,x", true);
    broken.extend([0xD8, 0x3D]);
    broken.extend(utf16("\nA,2025-03-03,phone\nA,2025-03-04,phone", false));
    broken.push(0);
    let outcome = contacts(broken, "encoding = \"utf-16\"").run();
    assert_eq!(
        outcome.code(0).faults("contacts"),
        ["calls.csv 2 3  invalid_encoding", "calls.csv 4 5  invalid_encoding"]
    );
}

#[test]
fn what_is_no_table_is_named_with_what_to_do() {
    let table = "customer_id,contacted_on,channel\nA,2025-03-01,phone\n";
    let gzip = |text: &[u8]| {
        let mut writer = GzEncoder::new(Vec::new(), Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    };
    let zstd = zstd::encode_all(table.as_bytes(), 1).unwrap();
    let more = |bytes: Vec<u8>| [&bytes[..], b"\0\0\0\0\0\0\0\0\0\0\0\0"].concat();
    for (bytes, words) in [
        (b"PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml".to_vec(), ["an Excel workbook (xlsx)", "CSV UTF-8"]),
        (b"PK\x03\x04\x14\0\0\0\x08\0calls.csv".to_vec(), ["a zip archive", "`unzip`"]),
        (b"<!DOCTYPE html>\n<title>Log in</title>".to_vec(), ["a web page (HTML)", "fetch the file again"]),
        (gzip(b"<html>502"), ["a web page (HTML)", "fetch the file again"]),
        (b"{\"error\": \"expired\"}".to_vec(), ["a document in JSON", "fetch the file again"]),
        (utf16(table, true), ["is written in UTF-16", "encoding = \"utf-16\""]),
        (utf16(table, false), ["looks like UTF-16 without a byte order mark", "encoding = \"utf-16\""]),
        (more(gzip(table.as_bytes())), ["behind the end of its gzip data", "gunzip -c"]),
        (more(zstd), ["behind the end of its zstd data", "zstd -dc"]),
        (
            b"sep=;\ncustomer_id;contacted_on;channel\n".to_vec(),
            ["\"sep=;\"", "set `skip_lines = 1` and `delimiter = \";\"`"],
        ),
    ] {
        refused(&contacts(bytes, ""), &[&["calls.csv"], &words[..]].concat());
    }
    refused(&contacts(table, "encoding = \"utf-16\""), &["calls.csv is not written in UTF-16"]);
    refused(&contacts(table, "skip_lines = 9"), &["calls.csv has no more than the 9 lines that `skip_lines`"]);
}

#[test]
fn where_the_columns_are_not_the_message_says_what_to_set() {
    let table = "customer_id,contacted_on,channel\nSECRET,2025-03-01,phone\n";
    let titled = format!("Samtal 2025\nUtskrivet i dag\n{table}");
    refused(&contacts(&titled, ""), &["its line 3 looks like the header: set `skip_lines = 2`"]).stderr_lacks("SECRET");
    refused(&contacts(&titled, "skip_lines = 1"), &["its line 3", "`skip_lines = 2`"]);
    let tabs = table.replace(',', "\t");
    refused(&contacts(&tabs, ""), &["its line 1", "set `delimiter = \"\\t\"`"]).stderr_lacks("SECRET");
    let both = format!("Samtal;\n{}", table.replace(',', ";"));
    refused(&contacts(&both, ""), &["set `skip_lines = 1` and `delimiter = \";\"`"]);
    let swedish = "kund,dag,förmån\nSECRET,2025-03-01,phone\n";
    let latin: Vec<u8> = swedish.chars().map(|character| character as u8).collect();
    let columns = "columns = { customer_id = \"kund\", contacted_on = \"dag\", channel = \"förmån\" }";
    refused(&contacts(latin, columns), &["set `encoding = \"windows-1252\"`"]).stderr_lacks("SECRET");
    let as_latin = format!("{columns}\nencoding = \"latin-1\"");
    refused(&contacts(swedish, &as_latin), &["set `encoding = \"utf-8\"`"]);
    refused(&contacts("SECRET\n", ""), &["one single field"]).stderr_lacks("SECRET");
}

#[test]
fn an_absent_extract_is_one_without_rows() {
    let outcome = Workspace::agency().extract("contacts", "absent = true").run();
    outcome.code(0).labels().expect("A", &[("contacts", "0"), ("applications", "1")]);
    let bare = Workspace::agency().extract("contacts", "absent = true").extract("payments", "absent = true");
    bare.extract("applications", "absent = true").run().code(0).labels().expect("A", &[("paid_eur", "0.00")]);
    let both = Workspace::agency().extract("contacts", "absent = true\nfiles = \"contacts.csv\"").run();
    both.code(2).stderr_has("extracts.contacts.absent: an absent extract has no files");
    Workspace::agency().without("contacts").run().code(2).stderr_has("[extracts.contacts] with `absent = true`");
}

#[test]
fn an_odd_dialect_gives_the_same_bytes_whatever_the_threads() {
    let mut text = String::from("Title\nsep=;\nnote;customer_id;contacted_on;channel;state\n");
    for at in 0..40_000u32 {
        let note = ["plain", "\"said \\\"hi\\\"; x\"", "\"two\nlines # \\\\\"", "\"\"", "å"][(at % 5) as usize];
        let day = if at.is_multiple_of(97) { 32 } else { 1 + at % 28 };
        let state = ["open", "closed", "", "\"test\""][(at % 7 % 4) as usize];
        let customer = ["A", "B", "C", "NOBODY"][(at % 11 % 4) as usize];
        if at.is_multiple_of(13) {
            text += "# a comment with \"quotes; and\n";
        }
        text += &format!("{note};{customer};2025-{:02}-{day:02};phone;{state}\n", 1 + at % 12);
    }
    let settings = "delimiter = \";\"\nskip_lines = 2\ncomment = \"#\"\nescape = \"\\\\\"\n\
                    encoding = \"utf-16\"\nwhere = \"state <> 'test'\"";
    let workspace = contacts(utf16(&text, true), settings);
    let run = |threads: &str| {
        let out = format!("with-{threads}");
        let arguments = ["run", "vardag.toml", "--threads", threads, "--out", &out, "--quiet"];
        workspace.vardag(&arguments).code(0);
        RunFolder::open(&workspace.path(&out).join("latest"))
    };
    let one = run("1");
    let rows = one.rows("contacts");
    assert_eq!((rows.records, rows.filtered), (40_000, (0..40_000).filter(|at| at % 7 % 4 >= 2).count() as u64));
    assert!(rows.rejected > 0 && rows.orphans > 0 && rows.in_use > 0, "{rows:?}");
    let three = run("3");
    for file in one.files().iter().filter(|file| *file != "manifest.json") {
        assert!(one.bytes(file) == three.bytes(file), "{file}");
    }
    assert_eq!(one.lasting_manifest(), three.lasting_manifest());
}
