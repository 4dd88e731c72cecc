//! A condition taken apart into its terms, for telling people which of them hold.

use super::arithmetic::Arithmetic;
use super::expression::{Expression, Node, Operator};

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
    /// With one number.
    To(Operator, f64),
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

/// The terms of a condition.
pub(super) fn terms(condition: &Expression) -> Clause<&Expression> {
    match &condition.node {
        Node::Nested(inner) => terms(inner),
        // `x IS NOT NULL`, `NOT IN` and `NOT BETWEEN` are terms: nothing is joined there.
        Node::Not(inner) if inner.sql != condition.sql => Clause::Not(Box::new(terms(inner))),
        Node::And(parts) => {
            let flat = |part| match terms(part) {
                Clause::All(parts) => parts,
                clause => vec![clause],
            };
            Clause::All(parts.iter().flat_map(flat).collect())
        }
        Node::Or(parts) => {
            let flat = |part| match terms(part) {
                Clause::Any(parts) => parts,
                clause => vec![clause],
            };
            Clause::Any(parts.iter().flat_map(flat).collect())
        }
        _ => Clause::Term(condition),
    }
}

impl Term {
    pub(super) fn new(of: &Expression) -> Self {
        Term { sql: of.sql.clone(), comparison: comparison(of) }
    }
}

fn comparison(term: &Expression) -> Option<Comparison> {
    match &term.node {
        Node::Compare(operator, parts) => {
            let [left, right] = &**parts;
            let (of, operator, number) = match (number(left), number(right)) {
                (None, Some(number)) => (left, *operator, number),
                (Some(number), None) => (right, operator.mirrored(), number),
                _ => return None,
            };
            Some(Comparison { of: pieces(of)?, comparator: Comparator::To(operator, number) })
        }
        Node::Between(parts) => {
            let [value, low, high] = &**parts;
            Some(Comparison { of: pieces(value)?, comparator: Comparator::Between(number(low)?, number(high)?) })
        }
        _ => None,
    }
}

fn number(of: &Expression) -> Option<f64> {
    match &of.node {
        Node::Nested(inner) => number(inner),
        Node::Whole(number) => Some(*number as f64),
        Node::Number(number) => Some(*number),
        _ => None,
    }
}

fn pieces(of: &Expression) -> Option<Vec<Piece>> {
    let sign = |text: &str| Piece::Sign(text.to_owned());
    Some(match &of.node {
        Node::Feature(name) => vec![Piece::Feature(name.clone())],
        Node::Whole(_) | Node::Number(_) => vec![Piece::Sign(crate::text::double(number(of)?))],
        Node::Nested(inner) => [vec![sign("(")], pieces(inner)?, vec![sign(")")]].concat(),
        Node::Arithmetic(arithmetic, parts) => {
            let operator = match arithmetic {
                Arithmetic::Plus => "+",
                Arithmetic::Minus => "−",
                Arithmetic::Times => "×",
                Arithmetic::Divide => "/",
                Arithmetic::Remainder => return None,
            };
            [pieces(&parts[0])?, vec![sign(operator)], pieces(&parts[1])?].concat()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::schema::features::FeatureType;

    fn parsed(sql: &str) -> Expression {
        let features = ["a", "b", "c", "contacts"].map(|name| (name.to_owned(), FeatureType::Count));
        parse::condition(sql, &features).unwrap()
    }

    /// The clause as text: every join in brackets.
    fn shown(clause: &Clause<&Expression>) -> String {
        let joined = |parts: &[Clause<&Expression>]| parts.iter().map(shown).collect::<Vec<_>>().join("; ");
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
            ("a IS NOT NULL AND b NOT IN (1)", "all[a IS NOT NULL; b NOT IN (1)]"),
        ];
        for (sql, expected) in cases {
            assert_eq!(shown(&terms(&parsed(sql))), expected, "{sql}");
        }
    }

    #[test]
    fn simple_comparisons_are_known_as_such() {
        let of = |sql: &str| match terms(&parsed(sql)) {
            Clause::Term(term) => Term::new(term).comparison,
            other => panic!("{other:?}"),
        };
        let feature = |name: &str| Piece::Feature(name.to_owned());
        let sign = |sign: &str| Piece::Sign(sign.to_owned());
        assert_eq!(
            of("6 <= a + b"),
            Some(Comparison {
                of: vec![feature("a"), sign("+"), feature("b")],
                comparator: Comparator::To(Operator::AtLeast, 6.0)
            })
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
