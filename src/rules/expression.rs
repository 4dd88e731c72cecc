//! An expression over the features of one customer, checked and typed: what a condition or a derived feature is after
//! parsing. Its polars expression, the features and numbers in it, and the terms that explain all come from it.

use polars::prelude::*;

use super::arithmetic::{Arithmetic, round};

/// What an expression's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Truth,
    Whole,
    Number,
    /// `NULL`: of whatever kind is wanted.
    Missing,
}

impl Kind {
    fn dtype(self) -> DataType {
        match self {
            Kind::Truth => DataType::Boolean,
            Kind::Whole => DataType::Int64,
            Kind::Number | Kind::Missing => DataType::Float64,
        }
    }

    /// The kind that holds values of both, if there is one.
    pub(super) fn common(self, other: Kind) -> Option<Kind> {
        match (self, other) {
            (kind, same) if kind == same => Some(kind),
            (Kind::Missing, kind) | (kind, Kind::Missing) => Some(kind),
            (Kind::Truth, _) | (_, Kind::Truth) => None,
            _ => Some(Kind::Number),
        }
    }
}

/// An expression, what its values are, and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub(super) node: Node,
    pub(super) kind: Kind,
    /// Its SQL, evenly spaced.
    pub(super) sql: String,
}

/// What an expression consists of. The kinds of operands are those that the parser has checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Feature(String),
    Whole(i64),
    Number(f64),
    Truth(bool),
    Missing,
    /// In parentheses.
    Nested(Box<Expression>),
    And(Box<[Expression; 2]>),
    Or(Box<[Expression; 2]>),
    Not(Box<Expression>),
    IsMissing(Box<Expression>),
    Compare(Operator, Box<[Expression; 2]>),
    /// Value, least and most, both included.
    Between(Box<[Expression; 3]>),
    /// The value and the numbers that it may equal.
    In(Box<Expression>, Vec<Expression>),
    Arithmetic(Arithmetic, Box<[Expression; 2]>),
    /// Conditions with their values, then the value without any.
    Case(Vec<[Expression; 2]>, Box<Expression>),
    Call(Function, Vec<Expression>),
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
}

impl Operator {
    /// `6 <= x` is `x >= 6`.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Operator::AtLeast => Operator::AtMost,
            Operator::MoreThan => Operator::LessThan,
            Operator::AtMost => Operator::AtLeast,
            Operator::LessThan => Operator::MoreThan,
            Operator::Equal | Operator::NotEqual => self,
        }
    }
}

/// A function of numbers; the first four of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    /// To so many decimals, halves away from zero.
    Round(u32),
    Floor,
    Ceil,
    Least,
    Greatest,
    Coalesce,
}

impl Expression {
    /// The parts of which it directly consists.
    fn parts(&self) -> Vec<&Expression> {
        match &self.node {
            Node::Feature(_) | Node::Whole(_) | Node::Number(_) | Node::Truth(_) | Node::Missing => Vec::new(),
            Node::Nested(part) | Node::Not(part) | Node::IsMissing(part) => vec![part],
            Node::And(parts) | Node::Or(parts) | Node::Compare(_, parts) | Node::Arithmetic(_, parts) => {
                parts.iter().collect()
            }
            Node::Between(parts) => parts.iter().collect(),
            Node::In(value, list) => [&**value].into_iter().chain(list).collect(),
            Node::Case(arms, otherwise) => arms.iter().flatten().chain([&**otherwise]).collect(),
            Node::Call(_, operands) => operands.iter().collect(),
        }
    }

    /// Calls with it and every part of it.
    fn visit<'a>(&'a self, call: &mut impl FnMut(&'a Expression)) {
        call(self);
        self.parts().into_iter().for_each(|part| part.visit(call));
    }

    /// The names of the features in it.
    pub(super) fn features(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.visit(&mut |part| {
            if let Node::Feature(name) = &part.node {
                names.push(name.as_str());
            }
        });
        names
    }

    /// The numbers in it.
    pub(super) fn numbers(&self) -> Vec<f64> {
        let mut numbers = Vec::new();
        self.visit(&mut |part| match part.node {
            Node::Whole(number) => numbers.push(number as f64),
            Node::Number(number) => numbers.push(number),
            _ => {}
        });
        numbers
    }

    /// To be evaluated on a frame of features, counts as Int64, all else as Float64.
    pub(super) fn to_polars(&self) -> Expr {
        match &self.node {
            Node::Feature(name) => col(name.as_str()),
            Node::Whole(number) => lit(*number).cast(DataType::Int64),
            Node::Number(number) => lit(*number).cast(DataType::Float64),
            Node::Truth(truth) => lit(*truth),
            Node::Missing => lit(NULL),
            Node::Nested(part) => part.to_polars(),
            Node::And(parts) => parts[0].of_kind(Kind::Truth).and(parts[1].of_kind(Kind::Truth)),
            Node::Or(parts) => parts[0].of_kind(Kind::Truth).or(parts[1].of_kind(Kind::Truth)),
            Node::Not(part) => part.of_kind(Kind::Truth).not(),
            Node::IsMissing(part) => part.to_polars().is_null(),
            Node::Compare(operator, parts) => compare(*operator, &parts[0], &parts[1]),
            Node::Between(parts) => {
                let [value, least, most] = &**parts;
                compare(Operator::AtLeast, value, least).and(compare(Operator::AtMost, value, most))
            }
            Node::In(value, list) => {
                let equal = list.iter().map(|number| compare(Operator::Equal, value, number));
                equal.reduce(Expr::or).unwrap_or_else(|| lit(false))
            }
            Node::Arithmetic(arithmetic, parts) => {
                let [left, right] = parts.each_ref().map(|part| part.of_kind(self.kind));
                arithmetic.apply(left, right, self.kind.dtype())
            }
            Node::Case(arms, otherwise) => arms.iter().rev().fold(otherwise.of_kind(self.kind), |otherwise, arm| {
                when(arm[0].of_kind(Kind::Truth)).then(arm[1].of_kind(self.kind)).otherwise(otherwise)
            }),
            Node::Call(function, operands) => self.call(*function, operands),
        }
    }

    /// A condition, or a part of one, to be evaluated: there, unlike in a whole condition, NULL may stand.
    pub(super) fn to_condition(&self) -> Expr {
        self.of_kind(Kind::Truth)
    }

    /// As [`Expression::to_polars`], with values of a kind that can hold its own.
    fn of_kind(&self, kind: Kind) -> Expr {
        if self.kind == kind { self.to_polars() } else { self.to_polars().cast(kind.dtype()) }
    }

    fn call(&self, function: Function, operands: &[Expression]) -> Expr {
        let own: Vec<Expr> = operands.iter().map(|operand| operand.of_kind(self.kind)).collect();
        let is_whole = self.kind == Kind::Whole;
        match (function, own.as_slice()) {
            // The smallest whole number has no positive counterpart: subtracting from zero makes that missing.
            (Function::Abs, [own]) if is_whole => {
                let zero = lit(0i64).cast(DataType::Int64);
                let negated = Arithmetic::Minus.apply(zero.clone(), own.clone(), DataType::Int64);
                when(own.clone().lt(zero)).then(negated).otherwise(own.clone())
            }
            (Function::Abs, [own]) => own.clone().abs(),
            (Function::Round(_) | Function::Floor | Function::Ceil, [own]) if is_whole => own.clone(),
            (Function::Round(decimals), [own]) => round(own.clone(), decimals),
            (Function::Floor, [own]) => own.clone().floor(),
            (Function::Ceil, [own]) => own.clone().ceil(),
            (Function::Least, _) => function_of(FunctionExpr::MinHorizontal, own),
            (Function::Greatest, _) => function_of(FunctionExpr::MaxHorizontal, own),
            // The parser gives the others one operand.
            (Function::Coalesce | Function::Abs | Function::Round(_) | Function::Floor | Function::Ceil, _) => {
                function_of(FunctionExpr::Coalesce, own)
            }
        }
    }
}

fn function_of(function: FunctionExpr, input: Vec<Expr>) -> Expr {
    Expr::Function { input, function }
}

/// A comparison of two numbers, both as the kind that holds values of both.
fn compare(operator: Operator, left: &Expression, right: &Expression) -> Expr {
    let kind = left.kind.common(right.kind).unwrap_or(Kind::Number);
    let (left, right) = (left.of_kind(kind), right.of_kind(kind));
    match operator {
        Operator::AtLeast => left.gt_eq(right),
        Operator::MoreThan => left.gt(right),
        Operator::AtMost => left.lt_eq(right),
        Operator::LessThan => left.lt(right),
        Operator::Equal => left.eq(right),
        Operator::NotEqual => left.neq(right),
    }
}
