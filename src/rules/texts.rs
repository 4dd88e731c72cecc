//! Conditions over the columns of a file as it is, which are texts: `where` of a source (`docs/method.md` section 2).
//!
//! The parser is that of the rules, but no table is made of the records: a condition is asked of one at a time, while
//! they are taken apart. An empty value is NULL, and SQL's three-valued logic holds.

use sqlparser::ast::{BinaryOperator, Expr as Sql, Ident, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use super::parse::{ConditionProblem, problem, syntax_tree, with_help};
use super::words::MOST_TOKENS;

type Checked<T> = Result<T, ConditionProblem>;

/// A condition over columns that are texts.
#[derive(Debug, Clone, PartialEq)]
pub struct TextCondition {
    /// The columns that it names, each once.
    columns: Vec<String>,
    node: Node,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Not(Box<Node>),
    Equal(Operand, Operand),
    In(Operand, Vec<Operand>),
    Like(Operand, Option<Pattern>),
    IsNull(Operand),
}

/// A column, by its place among those that the condition names, a text, or NULL.
#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Column(usize),
    Text(String),
    Null,
}

/// The pieces of a pattern of LIKE.
#[derive(Debug, Clone, PartialEq)]
struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    /// `%`: any characters.
    Any,
    /// `_`: one character.
    One,
    Character(char),
}

impl TextCondition {
    /// From its SQL.
    ///
    /// # Errors
    /// SQL that is none, and what such a condition may not hold.
    pub fn parse(sql: &str) -> Result<Self, ConditionProblem> {
        check_tokens(sql)?;
        let mut columns = Vec::new();
        let node = condition(&syntax_tree(sql)?, &mut columns)?;
        Ok(TextCondition { columns, node })
    }

    /// The columns that it names, each once.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it is true of a record, given the values of [`TextCondition::columns`]: trimmed, `None` for an empty one.
    pub fn is_true(&self, values: &[Option<&[u8]>]) -> bool {
        self.node.truth(values) == Some(true)
    }
}

impl Node {
    /// True, false, or unknown.
    fn truth(&self, values: &[Option<&[u8]>]) -> Option<bool> {
        match self {
            Node::And(sides) => match (sides[0].truth(values), sides[1].truth(values)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Node::Or(sides) => match (sides[0].truth(values), sides[1].truth(values)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Node::Not(of) => of.truth(values).map(|truth| !truth),
            Node::Equal(left, right) => Some(left.value(values)? == right.value(values)?),
            Node::In(operand, list) => {
                let value = operand.value(values)?;
                let mut unknown = false;
                for listed in list {
                    match listed.value(values) {
                        Some(listed) if listed == value => return Some(true),
                        Some(_) => {}
                        None => unknown = true,
                    }
                }
                if unknown { None } else { Some(false) }
            }
            Node::Like(operand, pattern) => Some(pattern.as_ref()?.matches(operand.value(values)?)),
            Node::IsNull(operand) => Some(operand.value(values).is_none()),
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, values: &[Option<&'v [u8]>]) -> Option<&'v [u8]> {
        match self {
            Operand::Column(at) => values.get(*at).copied().flatten(),
            Operand::Text(text) => Some(text.as_bytes()),
            Operand::Null => None,
        }
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let piece = |character| match character {
            '%' => Piece::Any,
            '_' => Piece::One,
            other => Piece::Character(other),
        };
        Pattern(text.chars().map(piece).collect())
    }

    /// Whether it is the whole value. Of several `%` only the last one that was met is tried again, which is enough.
    fn matches(&self, value: &[u8]) -> bool {
        let Ok(value) = std::str::from_utf8(value) else { return false };
        let (mut at, mut rest) = (0, value.chars());
        let mut again: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let piece = self.0.get(at).copied();
            if piece == Some(Piece::Any) {
                at += 1;
                again = Some((at, rest.clone()));
                continue;
            }
            let next = rest.next();
            let fits = match (piece, next) {
                (None, None) => return true,
                (Some(Piece::One), Some(_)) => true,
                (Some(Piece::Character(wanted)), Some(next)) => wanted == next,
                _ => false,
            };
            if fits {
                at += 1;
                continue;
            }
            // Behind the last `%`, one character later.
            let Some((place, mut from)) = again.take() else { return false };
            if from.next().is_none() {
                return false;
            }
            (at, rest) = (place, from.clone());
            again = Some((place, from));
        }
    }
}

/// Few enough words and signs for what descends into them, and no comment.
fn check_tokens(sql: &str) -> Checked<()> {
    let tokens = Tokenizer::new(&GenericDialect, sql).tokenize();
    let tokens = tokens.map_err(|_| with_help("this cannot be read as SQL", "is a quotation mark not closed?"))?;
    let is_comment = |token: &Token| {
        matches!(token, Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)))
    };
    if tokens.iter().any(is_comment) {
        return Err(problem("a comment has no place here"));
    }
    if tokens.contains(&Token::DoubleEq) {
        return Err(problem("`==` is no comparison here: write `=`"));
    }
    match tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).count() {
        0 => Err(problem("a condition is missing")),
        count if count > MOST_TOKENS => Err(problem(&format!("more than {MOST_TOKENS} words and signs"))),
        _ => Ok(()),
    }
}

/// What stands where a condition should. (It calls itself as deep as the condition is.)
fn condition(sql: &Sql, columns: &mut Vec<String>) -> Checked<Node> {
    let maybe_not = |not: bool, node: Node| if not { Node::Not(Box::new(node)) } else { node };
    Ok(match sql {
        Sql::Nested(inner) => condition(inner, columns)?,
        Sql::UnaryOp { op: UnaryOperator::Not, expr } => Node::Not(Box::new(condition(expr, columns)?)),
        Sql::BinaryOp { left, op: BinaryOperator::And, right } => {
            Node::And(Box::new([condition(left, columns)?, condition(right, columns)?]))
        }
        Sql::BinaryOp { left, op: BinaryOperator::Or, right } => {
            Node::Or(Box::new([condition(left, columns)?, condition(right, columns)?]))
        }
        Sql::BinaryOp { left, op: op @ (BinaryOperator::Eq | BinaryOperator::NotEq), right } => {
            let equal = Node::Equal(operand(left, columns)?, operand(right, columns)?);
            maybe_not(*op == BinaryOperator::NotEq, equal)
        }
        Sql::InList { expr, list, negated } => {
            let value = operand(expr, columns)?;
            let list = list.iter().map(|listed| operand(listed, columns)).collect::<Checked<_>>()?;
            maybe_not(*negated, Node::In(value, list))
        }
        Sql::Like { negated, any: false, expr, pattern, escape_char: None } => {
            let pattern = match operand(pattern, columns)? {
                Operand::Text(pattern) => Some(Pattern::new(&pattern)),
                Operand::Null => None,
                Operand::Column(_) => return Err(problem("LIKE takes a pattern in single quotes")),
            };
            maybe_not(*negated, Node::Like(operand(expr, columns)?, pattern))
        }
        Sql::ILike { .. } => {
            return Err(with_help("there is no ILIKE here", "LIKE minds case: name each form, with OR between them"));
        }
        Sql::IsNull(of) => Node::IsNull(operand(of, columns)?),
        Sql::IsNotNull(of) => Node::Not(Box::new(Node::IsNull(operand(of, columns)?))),
        Sql::Identifier(_) | Sql::Value(_) => {
            return Err(with_help("this is a value, not a condition", "compare it with something, as in `type = 'A'`"));
        }
        _ => return Err(foreign()),
    })
}

fn operand(sql: &Sql, columns: &mut Vec<String>) -> Checked<Operand> {
    match sql {
        Sql::Nested(inner) => operand(inner, columns),
        Sql::Identifier(Ident { value, quote_style: None | Some('"'), .. }) => {
            let at = columns.iter().position(|known| known == value).unwrap_or_else(|| {
                columns.push(value.clone());
                columns.len() - 1
            });
            Ok(Operand::Column(at))
        }
        Sql::CompoundIdentifier(_) => {
            Err(with_help("a column's name with a point in it", "write it in double quotes, as in \"a.b\" = 'A'"))
        }
        Sql::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Ok(Operand::Text(text.clone())),
            Value::Null => Ok(Operand::Null),
            Value::Number(digits, _) => Err(with_help(
                &format!("`{digits}` is a number, but columns are compared as the texts that they are"),
                &format!("write '{digits}', exactly as the file has it; the column of that name is \"{digits}\""),
            )),
            _ => Err(foreign()),
        },
        _ => Err(foreign()),
    }
}

/// Something that the parser knows and such a condition has no use for.
fn foreign() -> ConditionProblem {
    with_help(
        "this holds more than columns, texts in single quotes, =, <>, IN, LIKE, IS NULL, AND, OR and NOT",
        "write a name that is no plain word in double quotes, as in \"D/C\" = 'D'",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether a condition over `a`, `b` and `c d` is true; an empty value is NULL.
    fn holds(sql: &str, a: &str, b: &str) -> bool {
        let condition = TextCondition::parse(sql).unwrap_or_else(|problem| panic!("{sql}: {problem:?}"));
        let value = |name: &String| match name.as_str() {
            "a" => Some(a.as_bytes()),
            "b" | "c d" => Some(b.as_bytes()),
            _ => panic!("{name}"),
        };
        let values: Vec<_> =
            condition.columns().iter().map(|name| value(name).filter(|value| !value.is_empty())).collect();
        condition.is_true(&values)
    }

    #[test]
    fn texts_are_compared_as_they_are() {
        assert!(holds("a = 'x' AND \"c d\" <> 'x'", "x", "y"));
        assert!(!holds("a = 'X'", "x", "") && holds("a != 'X'", "x", ""));
        assert!(holds("a = b", "x", "x") && holds("'x' = a", "x", ""));
        assert!(holds("a IN ('x', 'y') AND a NOT IN ('z')", "y", ""));
        assert!(holds("NOT (a = 'x' OR b = 'x')", "y", "z"));
        assert!(holds("a = 'it''s'", "it's", "") && holds("a = '1'", "1", "") && !holds("a = '1.0'", "1", ""));
    }

    #[test]
    fn an_empty_value_is_null_and_null_is_not_true() {
        for (sql, expected) in [
            ("a = ''", false),
            ("a <> 'x'", false),
            ("NOT (a = 'x')", false),
            ("a IS NULL", true),
            ("a IS NOT NULL", false),
            ("a IN ('x')", false),
            ("a NOT IN ('x')", false),
            ("a LIKE '%'", false),
            ("a NOT LIKE 'x%'", false),
            ("a = 'x' OR b = 'y'", true),
            ("a = 'x' AND b = 'y'", false),
            ("NOT (a = 'x' AND b = 'z')", true),
            ("b = NULL", false),
            ("b IN ('y', NULL)", true),
            ("b NOT IN ('z', NULL)", false),
            ("b LIKE NULL", false),
        ] {
            assert_eq!(holds(sql, "", "y"), expected, "{sql}");
        }
    }

    #[test]
    fn like_minds_case_and_counts_characters() {
        for (pattern, value, expected) in [
            ("Summa%", "Summa mars", true),
            ("Summa%", "summa mars", false),
            ("%mars", "Summa mars", true),
            ("%a%a%", "Summa mars", true),
            ("S_mma", "Sümma", true),
            ("S_mma", "Smma", false),
            ("_", "ä", true),
            ("%", "x", true),
            ("x", "xx", false),
            ("%ab%abc", "ababab abc", true),
            ("a%b", "ab", true),
            ("a.c", "abc", false),
        ] {
            assert_eq!(holds(&format!("a LIKE '{pattern}'"), value, ""), expected, "{value} like {pattern}");
        }
    }

    #[test]
    fn what_has_no_place_is_told() {
        for (sql, told) in [
            ("", "missing"),
            ("a", "not a condition"),
            ("a = 1", "number"),
            ("a = 1.5", "number"),
            ("a > 'x'", "more than columns"),
            ("a BETWEEN 'x' AND 'y'", "more than columns"),
            ("a ILIKE 'x'", "ILIKE"),
            ("a.b = 'x'", "point"),
            ("UPPER(a) = 'X'", "more than columns"),
            ("a = 'x", "cannot be read"),
            ("a = 'x' b", "side by side"),
            ("a = 'x' -- b", "comment"),
            ("a LIKE b", "pattern"),
            ("a = (SELECT 'x')", "more than columns"),
            ("`a` = 'x'", "more than columns"),
            ("a = TRUE", "more than columns"),
            ("a == 'x'", "`==`"),
        ] {
            let problem = TextCondition::parse(sql).unwrap_err();
            assert!(problem.message.contains(told), "{sql}: {}", problem.message);
        }
        let long = vec!["a = 'x'"; 200].join(" OR ");
        assert!(TextCondition::parse(&long).unwrap_err().message.contains("500"));
        let deep = format!("{}a = 'x'{}", "(".repeat(200), ")".repeat(200));
        assert!(TextCondition::parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn like_is_the_expression_of_the_same_meaning(pattern in "[ab%_]{0,8}", value in "[abä]{1,8}") {
            let expression = pattern.replace('%', ".*").replace('_', ".");
            let expected = regex_lite::Regex::new(&format!("^(?s:{expression})$")).unwrap().is_match(&value);
            prop_assert_eq!(Pattern::new(&pattern).matches(value.as_bytes()), expected);
        }

        #[test]
        fn no_text_panics(sql in "([ab\"'=<>()%]|NOT |AND |OR |LIKE |IN |IS NULL | ){0,30}") {
            if let Ok(condition) = TextCondition::parse(&sql) {
                let values = vec![Some(&b"a"[..]); condition.columns().len()];
                condition.is_true(&values);
            }
        }
    }
}
