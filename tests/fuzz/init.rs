//! `vardag init` on files of any bytes: it never panics, and what it writes is TOML.

use std::fs;
use std::path::PathBuf;

use rand::RngExt;

use super::{mutate, tried};
use crate::init::draft;

const SEEDS: [&str; 4] = [
    "customer_id,birth_date,registered_from\nK1,1980-01-31,2020-01-01\nK2,1981-02-28,\n",
    "sep=;\r\nUtbetalningar;;;\r\nKund;F\u{f6}rm\u{e5}n;Fr\u{e5}n;Belopp\r\nK1;Barnbidrag;01.02.2025;1 234,50 kr\r\nSumma;;;9,00-\r\n",
    "# pulled\n17|K1|2025-03-01|phone\n18|K2|1735689600|\"a \\\"b\\\"\"\n",
    "id\tstarted\tin_out\tseconds\n1\t3/1/2025 10:15 PM\tIN\t0:25\n2\t3/13/2025\tUT\t1:05:30\n",
];
const TELLING: [&[u8]; 14] =
    [b"\"", b";", b",", b"\n", b"\r", b"\xFF\xFE", b"\xEF\xBB\xBF", b"\\\"", b"#", b"\0", b"\xC3", b"%", b"'", b"="];

#[test]
fn any_bytes_are_looked_at_without_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.csv");
    tried("init", 1, |chance| {
        let mut text = SEEDS[chance.random_range(0..SEEDS.len())].as_bytes().to_vec();
        for _ in 0..chance.random_range(1..6) {
            mutate(chance, &mut text, &TELLING);
        }
        fs::write(&path, &text).unwrap();
        if let Ok(draft) = draft(&[PathBuf::from("calls.csv")], folder.path(), folder.path(), true) {
            let parsed: Result<toml_edit::DocumentMut, _> = draft.text.parse();
            assert!(parsed.is_ok(), "{:?}\nof {:?}\n{}", parsed, String::from_utf8_lossy(&text), draft.text);
            let lines = draft.text.lines().count();
            assert!(draft.look_at.iter().all(|(line, _)| (1..=lines).contains(line)));
        }
    });
}
