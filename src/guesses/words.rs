//! Words for "nothing", "yes" and "no".

use super::{Guess, Sample, rows_of, toml_list};
use crate::extract::ColumnKind;
use crate::extract::values::BoolWords;

/// What systems write where there is no value; case does not count.
const MARKERS: [&str; 24] = [
    "-",
    "--",
    "–",
    "—",
    ".",
    "..",
    "?",
    "null",
    "(null)",
    "\\n",
    "nil",
    "none",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "#value!",
    "#ref!",
    "#div/0!",
    "unknown",
    "okänd",
    "saknas",
    "puuttuu",
    "ei tiedossa",
];
/// The same of dates only, where they are values elsewhere.
const DATE_MARKERS: [&str; 5] = ["0", "0000-00-00", "00.00.0000", "00000000", "0000-00-00 00:00:00"];

/// Words for true and false, in the order in which they are tried.
const TRUTHS: [(&str, &str); 12] = [
    ("ja", "nej"),
    ("kyllä", "ei"),
    ("j", "n"),
    ("k", "e"),
    ("sant", "falskt"),
    ("tosi", "epätosi"),
    ("ja", "nein"),
    ("wahr", "falsch"),
    ("on", "off"),
    ("-1", "0"),
    ("1.0", "0.0"),
    ("x", "-"),
];

/// Those of the values that are known to mean "missing", as a guess; and all other values. A value that has to be there
/// is missed all the same.
pub fn missing_markers(
    values: &[Sample],
    kind: ColumnKind,
    known: &[String],
    required: bool,
) -> (Option<Guess>, Vec<Sample>) {
    let of_dates: &[&str] = if kind == ColumnKind::Date { &DATE_MARKERS } else { &[] };
    let is_marker = |(text, _): &&Sample| {
        let lower = text.to_lowercase();
        MARKERS.iter().chain(of_dates).any(|marker| *marker == lower)
    };
    let (markers, rest): (Vec<&Sample>, Vec<&Sample>) = values.iter().partition(is_marker);
    let rest = rest.into_iter().cloned().collect();
    if markers.is_empty() {
        return (None, rest);
    }
    let texts = known.iter().chain(markers.iter().map(|(text, _)| text)).map(String::as_str);
    let (means, setting) = match required {
        false => ("no value", format!("missing = {}", toml_list(texts))),
        true => ("no value, where one must be: `where` can leave such rows out", String::new()),
    };
    (Some(Guess { rows: rows_of(markers), means: means.to_owned(), setting }), rest)
}

/// The words for true and false that these values are.
pub fn truth_values(values: &[Sample], known_true: &[String], known_false: &[String]) -> Option<Guess> {
    let (mut trues, mut falses) = (known_true.to_vec(), known_false.to_vec());
    let (mut left, mut means): (Vec<&Sample>, Vec<String>) = (values.iter().collect(), Vec::new());
    for (yes, no) in TRUTHS {
        let (yes_text, no_text) = (yes.to_owned(), no.to_owned());
        let words = BoolWords::new(std::slice::from_ref(&yes_text), std::slice::from_ref(&no_text));
        let is_read = |(text, _): &&Sample| words.read(text.as_bytes()).is_some();
        if !left.iter().any(&is_read) {
            continue;
        }
        left.retain(|own| !is_read(own));
        means.push(format!("{yes} and {no}"));
        let is_known = |text: &String| trues.iter().chain(&falses).any(|known| known.eq_ignore_ascii_case(text));
        let (new_yes, new_no) = (!is_known(&yes_text), !is_known(&no_text));
        trues.extend(new_yes.then_some(yes_text));
        falses.extend(new_no.then_some(no_text));
    }
    let list = |texts: &[String]| toml_list(texts.iter().map(String::as_str));
    (!means.is_empty()).then(|| Guess {
        rows: rows_of(values) - rows_of(left),
        means: means.join("; "),
        setting: format!("true_values = {}\nfalse_values = {}", list(&trues), list(&falses)),
    })
}
