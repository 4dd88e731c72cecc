//! Text in a dialect of its own, rewritten while it is read: lines before the header are left out, comment lines become
//! blank ones, and escapes inside quotes become doubled quotes. So all later stages know one way of writing records.
//!
//! Line ends stay where they are, so that lines are counted right. Files that need none of this do not come here.

use std::io::{self, Read};

use memchr::{memchr, memchr2};

use super::blocks::BYTE_ORDER_MARK;

/// What of a dialect asks for rewriting.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// The byte between values.
    pub delimiter: u8,
    /// Physical lines to leave out.
    pub skip_lines: u32,
    /// The bytes that a comment line begins with.
    pub comment: Option<Vec<u8>>,
    /// What makes the character behind it an ordinary one, inside quotes.
    pub escape: Option<u8>,
}

impl Dialect {
    /// Whether there is anything to do.
    pub fn has_to_be_rewritten(&self) -> bool {
        self.skip_lines > 0 || self.has_changes()
    }

    fn has_changes(&self) -> bool {
        self.comment.is_some() || self.escape.is_some()
    }
}

/// Bytes read at a time.
const INPUT_BYTES: usize = 64 * 1024;

/// Where the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// So many lines are still to be left out.
    Skipping(u32),
    /// Nothing is changed any more.
    Unchanged,
    RecordStart,
    Comment,
    ValueStart,
    Unquoted,
    Quoted,
}

/// The rewritten text of a stream.
pub struct RewritingReader<R> {
    stream: R,
    dialect: Dialect,
    state: State,
    input: Vec<u8>,
    output: Vec<u8>,
    /// What of the output is handed out.
    handed_out: usize,
    ended: bool,
}

impl<R: Read> RewritingReader<R> {
    /// Of a stream in UTF-8, or in an encoding of one byte a character.
    pub fn new(stream: R, dialect: Dialect) -> Self {
        let state = State::Skipping(dialect.skip_lines);
        RewritingReader { stream, dialect, state, input: vec![], output: vec![], handed_out: 0, ended: false }
    }

    /// Reads on, and rewrites as much as what is known allows.
    fn advance(&mut self) -> io::Result<()> {
        let kept = self.input.len();
        self.input.resize(kept + INPUT_BYTES, 0);
        let read = self.stream.read(&mut self.input[kept..]);
        self.input.truncate(kept + read.as_ref().map_or(0, |more| *more));
        self.ended = read? == 0;
        self.output.clear();
        self.handed_out = 0;
        let input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        while !rest.is_empty() {
            let before = (rest.len(), self.state);
            rest = self.step(rest);
            if (rest.len(), self.state) == before {
                // What to do is told by bytes that are still to come.
                break;
            }
        }
        self.input = rest.to_vec();
        Ok(())
    }

    /// Rewrites the beginning of what is left, and returns the rest.
    fn step<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        match self.state {
            State::Skipping(0) => {
                self.state = if self.dialect.has_changes() { State::RecordStart } else { State::Unchanged };
                text
            }
            State::Skipping(lines) => match memchr(b'\n', text) {
                Some(end) => {
                    self.state = State::Skipping(lines - 1);
                    &text[end + 1..]
                }
                None => &[],
            },
            State::Unchanged => self.copy(text, text.len()),
            State::RecordStart => self.record_start(text),
            State::Comment => match memchr(b'\n', text) {
                Some(end) => {
                    self.state = State::RecordStart;
                    self.copy(&text[end..], 1)
                }
                None => &[],
            },
            State::ValueStart if text[0] == b'"' => {
                self.state = State::Quoted;
                self.copy(text, 1)
            }
            State::ValueStart | State::Unquoted => match memchr2(self.dialect.delimiter, b'\n', text) {
                Some(end) => {
                    self.state = if text[end] == b'\n' { State::RecordStart } else { State::ValueStart };
                    self.copy(text, end + 1)
                }
                None => {
                    self.state = State::Unquoted;
                    self.copy(text, text.len())
                }
            },
            State::Quoted => self.quoted(text),
        }
    }

    /// A comment, or a record, whose byte order mark stays before it.
    fn record_start<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let comment = self.dialect.comment.as_deref().unwrap_or_default();
        if text.len() < BYTE_ORDER_MARK.len() + comment.len() && !self.ended {
            return text;
        }
        let unmarked = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        if !comment.is_empty() && unmarked.starts_with(comment) {
            self.state = State::Comment;
            return text;
        }
        self.state = State::ValueStart;
        self.copy(text, text.len() - unmarked.len())
    }

    /// The inside of a quoted value, up to what means something in it.
    fn quoted<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let escape = self.dialect.escape.unwrap_or(b'"');
        let Some(at) = memchr2(b'"', escape, text) else { return self.copy(text, text.len()) };
        if at > 0 {
            return self.copy(text, at);
        }
        match (text[0], text.get(1)) {
            (_, None) if !self.ended => text,
            (b'"', Some(b'"')) => self.copy(text, 2),
            (b'"', _) => {
                self.state = State::Unquoted;
                self.copy(text, 1)
            }
            // Nothing is behind it.
            (_, None) => &text[1..],
            (_, Some(b'"')) => {
                self.output.push(b'"');
                self.copy(&text[1..], 1)
            }
            (_, Some(_)) => self.copy(&text[1..], 1),
        }
    }

    fn copy<'t>(&mut self, text: &'t [u8], length: usize) -> &'t [u8] {
        let (copied, rest) = text.split_at(length);
        self.output.extend_from_slice(copied);
        rest
    }
}

impl<R: Read> Read for RewritingReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.output.len() && !self.ended {
            if self.state == State::Unchanged && self.input.is_empty() {
                return self.stream.read(into);
            }
            self.advance()?;
        }
        let left = &self.output[self.handed_out..];
        let length = left.len().min(into.len());
        into[..length].copy_from_slice(&left[..length]);
        self.handed_out += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out a few bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(self.1).min(self.0.len());
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn dialect(skip_lines: u32, comment: &str, escape: Option<u8>) -> Dialect {
        let comment = (!comment.is_empty()).then(|| comment.as_bytes().to_vec());
        Dialect { delimiter: b',', skip_lines, comment, escape }
    }

    fn rewritten(text: &[u8], dialect: Dialect) -> Vec<u8> {
        let mut found = Vec::new();
        RewritingReader::new(text, dialect).read_to_end(&mut found).unwrap();
        found
    }

    #[test]
    fn lines_before_the_header_are_physical_ones() {
        assert_eq!(rewritten(b"\"title\nmore, \"\n# x\na,b\n1,2", dialect(2, "", None)), b"# x\na,b\n1,2");
        assert_eq!(rewritten(b"one", dialect(2, "", None)), b"");
        assert_eq!(rewritten(b"one\ntwo\n", dialect(2, "#", None)), b"");
    }

    #[test]
    fn a_comment_is_a_blank_line_wherever_a_record_could_begin() {
        let text = "# \"x\na,\"b\n#c\"\n\u{FEFF}# d\r\n #e,f\n##\n1,#2\n#end".as_bytes();
        assert_eq!(rewritten(text, dialect(0, "#", None)), "\na,\"b\n#c\"\n\n #e,f\n\n1,#2\n".as_bytes());
        assert_eq!(rewritten(b"/a\n//b\n", dialect(0, "//", None)), b"/a\n\n");
    }

    #[test]
    fn an_escape_makes_the_character_behind_it_ordinary_inside_quotes() {
        for (text, expected) in [
            (r#""said \"hi\", twice",x"#, r#""said ""hi"", twice",x"#),
            (r#""C:\\temp\\",x"#, r#""C:\temp\",x"#),
            (r#""a""b\n",x"#, r#""a""bn",x"#),
            (r#"\"a,\\b"#, r#"\"a,\\b"#),
            (r#""a"\",b"#, r#""a"\",b"#),
            ("\"a\\\nb\",c\n", "\"a\nb\",c\n"),
            (r#""a\"#, r#""a"#),
            (r#""\å""#, r#""å""#),
        ] {
            assert_eq!(rewritten(text.as_bytes(), dialect(0, "", Some(b'\\'))), expected.as_bytes(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_rewritten_as_the_whole_is(
            pieces in proptest::collection::vec(
                proptest::sample::select(
                    vec![&b"\""[..], b",", b"\n", b"\r\n", b"a", b"\\", b"#", b"##", BYTE_ORDER_MARK]), 0..60),
            bytes in 1usize..5,
            skip_lines in 0u32..3,
            comment in "#{0,2}",
            escapes: bool,
        ) {
            let text = pieces.concat();
            let dialect = dialect(skip_lines, &comment, escapes.then_some(b'\\'));
            let mut reader = RewritingReader::new(Trickle(&text, bytes), dialect.clone());
            let mut found = Vec::new();
            loop {
                let mut room = [0; 3];
                let length = reader.read(&mut room).unwrap();
                if length == 0 {
                    break;
                }
                found.extend_from_slice(&room[..length]);
            }
            prop_assert_eq!(found, rewritten(&text, dialect));
        }
    }
}
