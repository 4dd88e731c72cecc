//! Why the columns of a text are not where they should be: its first lines under another reading.

use super::decoded::decoded_text;
use crate::config::{ColumnSource, Encoding, SourceConfig};

/// Lines that are looked at for a header.
const LINES: usize = 100;
/// Bytes of a line that are looked at.
const LINE_BYTES: usize = 64 * 1024;
/// Characters that stand between values, usually.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The first line of a text, if it is one that tells spreadsheets which delimiter to use (`sep=;`).
pub fn separator_line(text: &[u8]) -> Option<String> {
    let line = text.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    let inside = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let is_one = match inside {
        [s, e, p, b'=', rest @ ..] => [*s, *e, *p].eq_ignore_ascii_case(b"sep") && rest.len() <= 1,
        _ => false,
    };
    is_one.then(|| String::from_utf8_lossy(inside).into_owned())
}

/// What to set so that more of the configured columns are there: lines to skip, another delimiter or encoding.
pub fn hint(text: &[u8], source: &SourceConfig, encoding: Encoding) -> Option<String> {
    if !source.has_header {
        return None;
    }
    let wanted = wanted(source);
    let lines = || text.split(|byte| *byte == b'\n').take(LINES).map(|line| &line[..line.len().min(LINE_BYTES)]);
    let found = |line: &[u8], delimiter: u8, encoding: Encoding| {
        let line = decoded_text(line.trim_ascii_end(), encoding);
        let trimmed = |name: &str| name.trim().trim_matches('"').trim().to_owned();
        let names: Vec<String> = line.split(char::from(delimiter)).map(trimmed).collect();
        wanted.iter().filter(|wanted| names.iter().any(|name| name == *wanted)).count()
    };
    let as_configured = found(lines().next()?, source.delimiter, encoding);
    // The first reading of those that find most; the configured delimiter and encoding before others.
    let (mut most, mut best) = (as_configured, None);
    for (at, line) in lines().enumerate() {
        for delimiter in [source.delimiter].into_iter().chain(DELIMITERS) {
            for encoding in [encoding, Encoding::Utf8, Encoding::Windows1252] {
                let names = found(line, delimiter, encoding);
                if names > most {
                    (most, best) = (names, Some((at, delimiter, encoding)));
                }
            }
        }
    }
    // A single name could be a value that happens to be one.
    let (at, delimiter, other) = best.filter(|_| most >= wanted.len().min(2))?;
    let skip = (at > 0).then(|| format!("`skip_lines = {}`", source.skip_lines as usize + at));
    let by = (delimiter != source.delimiter).then(|| format!("`delimiter = {:?}`", char::from(delimiter).to_string()));
    let name = if other == Encoding::Utf8 { "utf-8" } else { "windows-1252" };
    let encoding = (other != encoding).then(|| format!("`encoding = \"{name}\"`"));
    let settings: Vec<String> = skip.into_iter().chain(by).chain(encoding).collect();
    let line = source.skip_lines as usize + at + 1;
    Some(format!("its line {line} looks like the header: set {}", settings.join(" and ")))
}

/// The names that the mapping looks for.
fn wanted(source: &SourceConfig) -> Vec<&str> {
    let of_columns = source.columns.iter().flat_map(|column| match &column.from {
        ColumnSource::Header(name) => std::slice::from_ref(name),
        ColumnSource::Joined { columns, .. } => columns.as_slice(),
        ColumnSource::Constant(_) => &[],
    });
    let mut wanted: Vec<&str> = of_columns.map(String::as_str).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_spreadsheets_is_told_from_a_header() {
        for (text, expected) in [
            ("sep=;\na;b\n", Some("sep=;")),
            ("SEP=,\r\na,b\n", Some("SEP=,")),
            ("\"sep=;\"\n", Some("sep=;")),
            ("sep=\t\n", Some("sep=")),
            ("sep=;;\n", None),
            ("separator\n", None),
            ("a;sep=;\n", None),
            ("", None),
        ] {
            assert_eq!(separator_line(text.as_bytes()).as_deref(), expected, "{text:?}");
        }
    }
}
