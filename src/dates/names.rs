//! Names of months in English, Swedish and Finnish.

use crate::i18n::Language;

/// The months that a text may begin with: bytes of the name and the month, from 1, the longest name first.
pub(super) fn months(text: &[u8]) -> Vec<(usize, u32)> {
    let mut found = Vec::new();
    for at in 0..12 {
        let month = at as u32 + 1;
        let mut add = |name: &[&str]| found.extend(begins_with(text, name).map(|length| (length, month)));
        for name in [Language::En, Language::Sv].map(|language| language.months()[at]) {
            add(&[name]);
            // The first three letters, with a point or without.
            add(&[&name[..3]]);
            add(&[&name[..3], "."]);
        }
        // They stand in a date as `tammikuuta`.
        let finnish = Language::Fi.months()[at].trim_end_matches("kuuta");
        for ending in ["", "kuu", "kuuta"] {
            add(&[finnish, ending]);
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    found
}

/// The bytes of these pieces at the beginning of a text, in letters of any size.
fn begins_with(text: &[u8], pieces: &[&str]) -> Option<usize> {
    let name = || pieces.iter().flat_map(|piece| piece.bytes());
    let length = name().count();
    let mut before = 0;
    let alike = text.get(..length)?.iter().zip(name()).all(|(byte, wanted)| {
        // Ä is 0xC3 0x84, and ä 0xC3 0xA4.
        let small = if before == 0xC3 && *byte == 0x84 { 0xA4 } else { byte.to_ascii_lowercase() };
        before = *byte;
        small == wanted.to_ascii_lowercase()
    });
    alike.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_comes_first() {
        let months = |text: &str| months(text.as_bytes());
        assert_eq!(months("mars 2025"), [(4, 3), (3, 3)]);
        assert_eq!(months("marraskuuta"), [(11, 11), (9, 11), (6, 11), (3, 3)]);
        assert_eq!(months("Jan."), [(4, 1), (3, 1)]);
        assert_eq!(months("MAY"), [(3, 5)]);
        assert_eq!(months("KESÄKUU"), [(8, 6), (5, 6)]);
        assert_eq!(months("Ok"), []);
        assert_eq!(months("sept"), [(3, 9)]);
        assert_eq!(months("ma\u{84}"), []);
    }
}
