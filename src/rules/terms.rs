//! A condition taken apart into its terms, for telling people which of them hold.
//!
//! The parser is the one that `polars-sql` uses, in the same dialect, so that AND, OR, NOT and parentheses bind
//! here as they do where conditions are compiled. Only the tree is taken from it: what a term means is left to
//! the compiled expression of its own text.

use sqlparser::ast::{BinaryOperator, Expr as Sql, SelectItem, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

/// Terms joined by AND, OR and NOT.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause<T> {
    /// All of these: joined by AND.
    All(Vec<Clause<T>>),
    /// Any of these: joined by OR.
    Any(Vec<Clause<T>>),
    /// Not this.
    Not(Box<Clause<T>>),
    /// A term: nothing in it is joined any more.
    Term(T),
}

/// An elementary term, usually a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its SQL, evenly spaced.
    pub sql: String,
    /// What it compares with which numbers, where it is as simple as that; so that it can be said in words.
    pub comparison: Option<Comparison>,
}

/// Features, perhaps with arithmetic, held against a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub of: Vec<Piece>,
    /// How, and with what.
    pub comparator: Comparator,
}

/// A piece of what is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A feature, by name.
    Feature(String),
    /// A number, an operator or a parenthesis.
    Sign(String),
}

/// A comparison with numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparator {
    /// `>=`
    AtLeast(f64),
    /// `>`
    MoreThan(f64),
    /// `<=`
    AtMost(f64),
    /// `<`
    LessThan(f64),
    /// `=`
    Exactly(f64),
    /// `<>`
    OtherThan(f64),
    /// `BETWEEN`, both ends included.
    Between(f64, f64),
}

impl<T> Clause<T> {
    /// The same clause with other terms.
    pub fn map<U>(&self, of: &mut impl FnMut(&T) -> U) -> Clause<U> {
        match self {
            Clause::All(parts) => Clause::All(parts.iter().map(|part| part.map(of)).collect()),
            Clause::Any(parts) => Clause::Any(parts.iter().map(|part| part.map(of)).collect()),
            Clause::Not(part) => Clause::Not(Box::new(part.map(of))),
            Clause::Term(term) => Clause::Term(of(term)),
        }
    }
}

/// The terms of a condition; one that the parser does not take is a single term.
pub(super) fn terms(sql: &str) -> Clause<Term> {
    let whole = || Clause::Term(Term { sql: sql.trim().to_owned(), comparison: None });
    parse(sql).map_or_else(whole, |parsed| clause(&parsed))
}

fn parse(sql: &str) -> Option<Sql> {
    // As `polars_sql::sql_expr` does.
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    let mut parser = Parser::new(&GenericDialect).with_options(options).try_with_sql(sql).ok()?;
    match parser.parse_select_item().ok()? {
        SelectItem::UnnamedExpr(expr) => Some(expr),
        _ => None,
    }
}

fn clause(sql: &Sql) -> Clause<Term> {
    match sql {
        Sql::Nested(inner) => clause(inner),
        Sql::UnaryOp { op: UnaryOperator::Not, expr } => Clause::Not(Box::new(clause(expr))),
        Sql::BinaryOp { left, op: BinaryOperator::And, right } => {
            let parts = |clause| if let Clause::All(parts) = clause { parts } else { vec![clause] };
            Clause::All([parts(clause(left)), parts(clause(right))].concat())
        }
        Sql::BinaryOp { left, op: BinaryOperator::Or, right } => {
            let parts = |clause| if let Clause::Any(parts) = clause { parts } else { vec![clause] };
            Clause::Any([parts(clause(left)), parts(clause(right))].concat())
        }
        term => Clause::Term(Term { sql: term.to_string(), comparison: comparison(term) }),
    }
}

fn comparison(term: &Sql) -> Option<Comparison> {
    match term {
        Sql::BinaryOp { left, op, right } => {
            let (of, op, number) = match (number(left), number(right)) {
                (None, Some(number)) => (left, op.clone(), number),
                (Some(number), None) => (right, mirrored(op), number),
                _ => return None,
            };
            let comparator = match op {
                BinaryOperator::GtEq => Comparator::AtLeast(number),
                BinaryOperator::Gt => Comparator::MoreThan(number),
                BinaryOperator::LtEq => Comparator::AtMost(number),
                BinaryOperator::Lt => Comparator::LessThan(number),
                BinaryOperator::Eq => Comparator::Exactly(number),
                BinaryOperator::NotEq => Comparator::OtherThan(number),
                _ => return None,
            };
            Some(Comparison { of: compared(of)?, comparator })
        }
        Sql::Between { expr, negated: false, low, high } => {
            Some(Comparison { of: compared(expr)?, comparator: Comparator::Between(number(low)?, number(high)?) })
        }
        _ => None,
    }
}

/// `6 <= x` is `x >= 6`.
fn mirrored(op: &BinaryOperator) -> BinaryOperator {
    match op {
        BinaryOperator::GtEq => BinaryOperator::LtEq,
        BinaryOperator::Gt => BinaryOperator::Lt,
        BinaryOperator::LtEq => BinaryOperator::GtEq,
        BinaryOperator::Lt => BinaryOperator::Gt,
        other => other.clone(),
    }
}

fn number(sql: &Sql) -> Option<f64> {
    match sql {
        Sql::Nested(inner) => number(inner),
        Sql::UnaryOp { op: UnaryOperator::Minus, expr } => number(expr).map(|number| -number),
        Sql::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.to_string().parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn compared(sql: &Sql) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    push_pieces(sql, &mut pieces)?;
    Some(pieces)
}

fn push_pieces(sql: &Sql, pieces: &mut Vec<Piece>) -> Option<()> {
    let sign = |text: &str| Piece::Sign(text.to_owned());
    match sql {
        Sql::Identifier(name) => pieces.push(Piece::Feature(name.value.clone())),
        Sql::Value(_) => pieces.push(Piece::Sign(crate::text::double(number(sql)?))),
        Sql::Nested(inner) => {
            pieces.push(sign("("));
            push_pieces(inner, pieces)?;
            pieces.push(sign(")"));
        }
        Sql::BinaryOp { left, op, right } => {
            let operator = match op {
                BinaryOperator::Plus => "+",
                BinaryOperator::Minus => "−",
                BinaryOperator::Multiply => "×",
                BinaryOperator::Divide => "/",
                _ => return None,
            };
            push_pieces(left, pieces)?;
            pieces.push(sign(operator));
            push_pieces(right, pieces)?;
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clause as text: every join in brackets.
    fn shown(clause: &Clause<Term>) -> String {
        let joined = |parts: &[Clause<Term>]| parts.iter().map(shown).collect::<Vec<_>>().join("; ");
        match clause {
            Clause::All(parts) => format!("all[{}]", joined(parts)),
            Clause::Any(parts) => format!("any[{}]", joined(parts)),
            Clause::Not(part) => format!("not[{}]", shown(part)),
            Clause::Term(term) => term.sql.clone(),
        }
    }

    #[test]
    fn conditions_come_apart_where_and_or_and_not_join() {
        let cases = [
            ("contacts>=3", "contacts >= 3"),
            ("a > 1 and b > 2 AND c > 3", "all[a > 1; b > 2; c > 3]"),
            ("a > 1 OR b > 2 AND c > 3", "any[a > 1; all[b > 2; c > 3]]"),
            ("(a > 1 OR b > 2) AND c > 3", "all[any[a > 1; b > 2]; c > 3]"),
            ("a BETWEEN 1 AND 2 AND b > 2", "all[a BETWEEN 1 AND 2; b > 2]"),
            ("NOT a > 1 AND b IN (1, 2)", "all[not[a > 1]; b IN (1, 2)]"),
            ("NOT (a > 1 OR b IS NULL)", "not[any[a > 1; b IS NULL]]"),
            ("CASE WHEN a > 1 AND b > 2 THEN c ELSE 0 END > 1", "CASE WHEN a > 1 AND b > 2 THEN c ELSE 0 END > 1"),
            ("TRUE", "true"),
        ];
        for (sql, expected) in cases {
            assert_eq!(shown(&terms(sql)), expected, "{sql}");
        }
    }

    #[test]
    fn simple_comparisons_are_known_as_such() {
        let of = |sql: &str| match terms(sql) {
            Clause::Term(term) => term.comparison,
            other => panic!("{other:?}"),
        };
        let feature = |name: &str| Piece::Feature(name.to_owned());
        let sign = |sign: &str| Piece::Sign(sign.to_owned());
        assert_eq!(
            of("6 <= a + b"),
            Some(Comparison { of: vec![feature("a"), sign("+"), feature("b")], comparator: Comparator::AtLeast(6.0) })
        );
        assert_eq!(
            of("a BETWEEN -1 AND 2.5"),
            Some(Comparison { of: vec![feature("a")], comparator: Comparator::Between(-1.0, 2.5) })
        );
        for not_simple in ["a > b", "a IN (1)", "ABS(a) > 3", "a IS NULL", "1 = 1", "a NOT BETWEEN 1 AND 2"] {
            assert_eq!(of(not_simple), None, "{not_simple}");
        }
    }
}
