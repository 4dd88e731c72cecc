//! What comes from data made safe to print: nothing in it may act on a terminal, hide, or fill the screen.
//!
//! [`shown`] is for a text that enters a message or a cell of a table. What leaves the program passes [`escaped`] or
//! [`escaped_json`] besides, so that nothing slips through.

use std::borrow::Cow;
use std::fmt::Write;

/// The most characters of a text from data that are shown.
const MOST_CHARS: usize = 200;

/// A text from data in one line: what is not visible is escaped, and what is beyond 200 characters cut.
pub fn shown(text: &str) -> String {
    one_line(text, MOST_CHARS)
}

/// The same with another limit, for a message that has texts from data in it.
pub fn one_line(text: &str, most_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(2 * most_chars));
    let mut count = 0;
    let mut piece = String::new();
    for character in text.chars() {
        piece.clear();
        push(character, &mut piece);
        count += piece.chars().count();
        if count > most_chars {
            out.push('…');
            break;
        }
        out.push_str(&piece);
    }
    out
}

/// The first characters of a text.
pub fn cut(text: &str, most_chars: usize) -> String {
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text without characters that no page and no sheet can show, such as those that end a text.
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

/// A text with what is not visible escaped, but for line feeds and tabs, of which the text itself is made.
pub fn escaped(text: &str) -> Cow<'_, str> {
    replaced(text, push)
}

/// JSON with what is not visible escaped as JSON does; there, such characters only stand in texts.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    replaced(json, |character, out| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn replaced(text: &str, push: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let acts = |character: char| is_invisible(character) && !matches!(character, '\n' | '\t');
    let Some(first) = text.find(acts) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for character in text[first..].chars() {
        if acts(character) { push(character, &mut out) } else { out.push(character) }
    }
    Cow::Owned(out)
}

fn push(character: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        invisible if is_invisible(invisible) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(invisible));
        }
        visible => out.push(visible),
    }
}

/// Control characters, line and paragraph separators, and what Unicode calls default ignorable: marks of direction,
/// joiners, fillers, tags, variation selectors.
pub fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_visible_is_shown_as_a_number() {
        assert_eq!(shown("kanal\u{1b}[31m\u{7}"), "kanal\\u{1b}[31m\\u{7}");
        assert_eq!(shown("a\nb\r\tc"), "a\\nb\\r\\tc");
        assert_eq!(shown("\u{202e}gnol\u{200b}\u{9b}"), "\\u{202e}gnol\\u{200b}\\u{9b}");
        assert_eq!(shown("Förmån för hälsa, 東京"), "Förmån för hälsa, 東京");
        assert_eq!(escaped("a\tb\nc\u{1b}"), "a\tb\nc\\u{1b}");
        assert!(matches!(escaped("Åbo\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shown(&"å".repeat(200)), "å".repeat(200));
        assert_eq!(shown(&"å".repeat(201)), format!("{}…", "å".repeat(200)));
        assert_eq!(shown(&"\u{7}".repeat(1000)), format!("{}…", "\\u{7}".repeat(40)));
    }

    proptest! {
        #[test]
        fn nothing_invisible_is_left(text in any::<String>()) {
            prop_assert!(!shown(&text).chars().any(is_invisible));
            prop_assert!(!escaped(&text).chars().any(|c| is_invisible(c) && c != '\n' && c != '\t'));
        }

        #[test]
        fn json_says_the_same(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let escaped = escaped_json(&json);
            prop_assert!(!escaped.chars().any(is_invisible));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
