//! `vardag init` on exports as systems elsewhere write them, small and made up.

use crate::init::{drafted, runs_or_names_the_line};
use crate::parquet::{dates, file, floats, text};
use crate::workspace::Workspace;

/// Rows from a pattern: `{n}` is the row's number, `{id}` one of twenty ids, `{m}` and `{d}` a month and a day in two
/// digits, `{a|b|c}` one of several texts in turn.
pub fn rows(header: &str, pattern: &str, count: usize) -> String {
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
fn a_norwegian_export_with_spells_that_never_end() {
    let spell = |days: &str| rows("", &format!("7{{id}};{{Bodø|Tromsø}};{days}\n"), 20);
    let register =
        ["Fødselsnr;Kommune;Gyldig fra;Gyldig til\n", &spell("01.01.2015;31.12.2019"), &spell("01.01.2020;31.12.9999")];
    let workspace = Workspace::empty()
        .file("personer.csv", register.concat())
        .file("henvendelser.csv", rows("Henvendelsesnr;Fødselsnr;Kanal;Retning;Dato;Klokkeslett\n", "H{n};7{id};{Telefon|Oppmøte};{Inngående|Utgående};{d}.{m}.2025;09:15\n", 60))
        .file("soknader.csv", rows("Saksnr;Fødselsnr;Ytelse;Søknadsdato;Innsendingsmåte;Behandlingstid;Vedtak;Innsendt av\n", "S{n};7{id};{Dagpenger|Barnetrygd};{d}.{m}.2025;{Digital|Papir};{900|1800};{Innvilget|Avslag};{Bruker|Arbeidsgiver}\n", 60))
        .file("utbetalinger.csv", rows("Fødselsnr;Ytelse;Fra og med;Til og med;Utbetalingsdato;Beløp\n", "7{id};{Dagpenger|Barnetrygd};01.{m}.2025;28.{m}.2025;{d}.{m}.2025;kr 1.014,99\n", 60));
    let files = ["personer.csv", "henvendelser.csv", "soknader.csv", "utbetalinger.csv"].map(str::to_owned);
    let config = drafted(&workspace, &files);
    for line in [
        "history = true",
        "registered_to = \"Gyldig til\"",
        "direction = \"Retning\"",
        "contacted_on = \"Dato\"",
        "\"Oppmøte\" = \"office\"",
        "benefit = \"Ytelse\"",
        "submitted_on = \"Søknadsdato\"",
        "handling_minutes = \"Behandlingstid\"            # a guess: half of them are above 300 minutes",
        "\"Innvilget\" = \"approved\"",
        "\"Bruker\" = \"customer\"",
        "\"Barnetrygd\" = \"child_benefit\"",
        "period_end = \"Til og med\"",
        "paid_on = \"Utbetalingsdato\"",
        "amount = { column = \"Beløp\", thousands_separator = \".\", strip = [\"kr\"] }",
    ] {
        assert!(config.contains(line), "no {line} in\n{config}");
    }
    runs_or_names_the_line(&workspace, &config).code(0);
}

#[test]
fn codes_that_recur_in_files_without_headers_are_no_ids() {
    let workspace = Workspace::empty()
        .file("ansökningar.txt", rows("", "7{id};{BB|SP|AS};2025{m}{d};{webb|papper};{30|45}\n", 80))
        .file("utbetalningar.txt", rows("", "7{id};{BB|SP|AS};2025{m}01;2025{m}28;{94,88|120,00}\n", 80));
    let config = drafted(&workspace, &["ansökningar.txt", "utbetalningar.txt"].map(str::to_owned));
    assert_eq!(config.matches("customer_id = \"1\"").count(), 2, "{config}");
    assert!(!config.contains("or \"2\"?"), "{config}");
}
