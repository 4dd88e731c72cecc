//! Codes without a mapping as a block of the configuration, to be filled in.

use std::collections::BTreeMap;

use super::{Sample, toml_text};
use crate::config::Extract;
use crate::suggestion::nearest;
use crate::text::nouns;

/// Tables of `codes` for these codes, by extract and column, each code with its rows. One that is near a `known` meaning
/// is mapped onto it; the others are comments, for a person to fill in. `is_meaning` tells whether a map has this already
/// for a meaning, which is then mistyped.
pub fn code_maps<'a>(
    codes: &BTreeMap<(Extract, &'static str), Vec<Sample>>,
    known: impl Fn(&str) -> Vec<&'a str>,
    is_meaning: impl Fn(Extract, &str, &str) -> bool,
) -> String {
    let mut text = String::new();
    for ((extract, column), codes) in codes.iter().filter(|(_, codes)| !codes.is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        let known = known(column);
        text.push_str(&format!("[extracts.{}.codes.{column}]\n", extract.name()));
        if *column != "benefit" {
            text.push_str(&format!("# one of {}\n", known.join(", ")));
        }
        for (code, rows) in codes {
            let (near, rows) = (nearest(code, known.iter().copied()), format!("{rows} {}", nouns(*rows, "row")));
            let code_text = toml_text(code);
            text.push_str(&match near {
                Some(near) if is_meaning(*extract, column, code) => {
                    format!("# {code_text} is a meaning in your map: did you mean {}?  # {rows}\n", toml_text(near))
                }
                Some(near) => format!("{code_text} = {}  # {rows}\n", toml_text(near)),
                None => format!("# {code_text} = \"\"  # {rows}\n"),
            });
        }
    }
    text
}
