//! A SQL expression becomes a checked polars expression: known features, one row at a time, one type throughout.
//!
//! `polars-sql` parses; the tree that it gives is then walked against what a condition may hold, typed, and
//! rebuilt with explicit types, so that nothing is left to implicit conversion: counts are signed 64-bit
//! integers, all else doubles, `/` is real division, and arithmetic is that of [`super::arithmetic`].

use polars::prelude::*;

use super::arithmetic::{Arithmetic, round};
use super::words;
use crate::features::catalogue::FeatureType;

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionProblem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// The features that an expression may name.
pub(super) type Features<'a> = &'a [(String, FeatureType)];

/// What an expression's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
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
    fn common(self, other: Kind) -> Option<Kind> {
        match (self, other) {
            (kind, same) if kind == same => Some(kind),
            (Kind::Missing, kind) | (kind, Kind::Missing) => Some(kind),
            (Kind::Truth, _) | (_, Kind::Truth) => None,
            _ => Some(Kind::Number),
        }
    }
}

/// An expression and what its values are.
struct Typed {
    expr: Expr,
    kind: Kind,
}

impl Typed {
    /// The expression with its values as those of a kind that can hold them.
    fn into_kind(self, kind: Kind) -> Expr {
        if self.kind == kind { self.expr } else { self.expr.cast(kind.dtype()) }
    }
}

/// A condition, to be evaluated on a frame of features.
///
/// # Errors
/// Unknown features and words, SQL that is none, what a condition may not hold, a result that is not a condition.
pub(super) fn condition(sql: &str, features: Features) -> Result<Expr, Vec<ConditionProblem>> {
    let typed = parse(sql, features)?;
    match typed.kind {
        Kind::Truth => Ok(typed.expr),
        Kind::Missing => Err(vec![problem("this is always missing, so never true")]),
        Kind::Whole | Kind::Number => {
            let help = "compare it with something, as in `contacts >= 3`".to_owned();
            Err(vec![ConditionProblem { message: "this is a number, not a condition".to_owned(), help: Some(help) }])
        }
    }
}

/// A part of a condition, joined to others by AND, OR or NOT: there, unlike in a whole condition, NULL may stand.
///
/// # Errors
/// As for [`condition`].
pub(super) fn term(sql: &str, features: Features) -> Result<Expr, Vec<ConditionProblem>> {
    truth(parse(sql, features)?, "a condition").map_err(|problem| vec![problem])
}

/// A derived feature, and whether it is a count or a double.
///
/// # Errors
/// As for [`condition`], but a condition is the one thing that it must not be.
pub(super) fn derived(sql: &str, features: Features) -> Result<(Expr, FeatureType), Vec<ConditionProblem>> {
    let typed = parse(sql, features)?;
    match typed.kind {
        Kind::Whole => Ok((typed.expr, FeatureType::Count)),
        Kind::Number => Ok((typed.expr, FeatureType::Ratio)),
        Kind::Missing => Err(vec![problem("this is always missing")]),
        Kind::Truth => {
            let help = "write CASE WHEN … THEN 1 ELSE 0 END".to_owned();
            Err(vec![ConditionProblem { message: "this is a condition, not a number".to_owned(), help: Some(help) }])
        }
    }
}

fn parse(sql: &str, features: Features) -> Result<Typed, Vec<ConditionProblem>> {
    words::check(sql, features)?;
    let parsed = polars_sql::sql_expr(sql).map_err(|fault| vec![unreadable(&fault)])?;
    typed(&parsed, features).map_err(|problem| vec![problem])
}

/// What the parser says, where that is meant for people.
fn unreadable(fault: &PolarsError) -> ConditionProblem {
    let said = fault.to_string();
    let help = match fault {
        PolarsError::SchemaMismatch(_) => "a list mixes whole numbers and decimals: write 70.0 for 70".to_owned(),
        _ if said.starts_with("unable to parse") || said.contains('{') => {
            "is a word or sign missing or misplaced?".to_owned()
        }
        _ => said,
    };
    ConditionProblem { message: "this cannot be read as a SQL expression".to_owned(), help: Some(help) }
}

fn problem(message: &str) -> ConditionProblem {
    ConditionProblem { message: message.to_owned(), help: None }
}

/// Something that the parser knows and an expression has no use for.
fn foreign() -> ConditionProblem {
    problem("this holds more than features, numbers, comparisons, arithmetic and AND, OR, NOT")
}

/// Checks, types and rebuilds a parsed expression.
fn typed(expr: &Expr, features: Features) -> Result<Typed, ConditionProblem> {
    match expr {
        Expr::Column(name) => match features.iter().find(|(known, _)| known == name.as_str()) {
            Some((_, FeatureType::Count)) => Ok(Typed { expr: expr.clone(), kind: Kind::Whole }),
            Some(_) => Ok(Typed { expr: expr.clone(), kind: Kind::Number }),
            None => Err(problem(&format!("there is no feature `{name}`"))),
        },
        Expr::Literal(value) => literal(value),
        Expr::BinaryExpr { left, op, right } => binary(typed(left, features)?, *op, typed(right, features)?),
        Expr::Ternary { predicate, truthy, falsy } => {
            let predicate = truth(typed(predicate, features)?, "WHEN")?;
            let (truthy, falsy) = (typed(truthy, features)?, typed(falsy, features)?);
            let kind = truthy.kind.common(falsy.kind).ok_or_else(|| mixed("CASE"))?;
            Ok(Typed { expr: when(predicate).then(truthy.into_kind(kind)).otherwise(falsy.into_kind(kind)), kind })
        }
        Expr::Function { input, function } => call(input, function, features),
        Expr::Alias(..) => {
            Err(problem("two expressions stand side by side: is AND, OR or another sign missing between them?"))
        }
        _ => Err(foreign()),
    }
}

fn literal(value: &LiteralValue) -> Result<Typed, ConditionProblem> {
    let whole = |number: Option<i64>| match number {
        Some(number) => Ok(Typed { expr: lit(number).cast(DataType::Int64), kind: Kind::Whole }),
        None => Err(problem("a number is too large")),
    };
    match value.to_any_value() {
        Some(AnyValue::Null) => Ok(Typed { expr: lit(NULL), kind: Kind::Missing }),
        Some(AnyValue::Boolean(flag)) => Ok(Typed { expr: lit(flag), kind: Kind::Truth }),
        Some(AnyValue::Float64(number)) if !number.is_finite() => Err(problem("a number is too large")),
        Some(AnyValue::Float64(number)) => Ok(Typed { expr: lit(number).cast(DataType::Float64), kind: Kind::Number }),
        Some(AnyValue::Int128(number)) => whole(i64::try_from(number).ok()),
        Some(number) if number.is_integer() => whole(number.extract()),
        _ => Err(problem("only numbers, TRUE, FALSE and NULL can stand beside features")),
    }
}

fn binary(left: Typed, op: Operator, right: Typed) -> Result<Typed, ConditionProblem> {
    let arithmetic = match op {
        Operator::And | Operator::LogicalAnd => {
            return Ok(Typed { expr: truth(left, "AND")?.and(truth(right, "AND")?), kind: Kind::Truth });
        }
        Operator::Or | Operator::LogicalOr => {
            return Ok(Typed { expr: truth(left, "OR")?.or(truth(right, "OR")?), kind: Kind::Truth });
        }
        Operator::Eq | Operator::NotEq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
            let (_, left, right) = numbers(left, right, "a comparison")?;
            let expr = Expr::BinaryExpr { left: Arc::new(left), op, right: Arc::new(right) };
            return Ok(Typed { expr, kind: Kind::Truth });
        }
        Operator::Plus => Arithmetic::Plus,
        Operator::Minus => Arithmetic::Minus,
        Operator::Multiply => Arithmetic::Times,
        Operator::TrueDivide => Arithmetic::Divide,
        Operator::Modulus => Arithmetic::Remainder,
        _ => return Err(foreign()),
    };
    let (kind, left, right) = numbers(left, right, "arithmetic")?;
    let (kind, left, right) = match arithmetic {
        // A quotient of counts is a ratio.
        Arithmetic::Divide => (Kind::Number, left.cast(DataType::Float64), right.cast(DataType::Float64)),
        _ => (kind, left, right),
    };
    Ok(Typed { expr: arithmetic.apply(left, right, kind.dtype()), kind })
}

/// Two operands as numbers of one kind.
fn numbers(left: Typed, right: Typed, of: &str) -> Result<(Kind, Expr, Expr), ConditionProblem> {
    match left.kind.common(right.kind) {
        None | Some(Kind::Truth) => {
            let help =
                Some("instead of `… = TRUE` write the condition itself, instead of `… = FALSE` NOT (…)".to_owned());
            Err(ConditionProblem { message: format!("{of} takes numbers, not a condition"), help })
        }
        Some(Kind::Missing) => {
            Err(ConditionProblem { message: format!("{of} of NULL with NULL is always missing"), help: None })
        }
        Some(kind) => Ok((kind, left.into_kind(kind), right.into_kind(kind))),
    }
}

/// An operand as a condition.
fn truth(operand: Typed, of: &str) -> Result<Expr, ConditionProblem> {
    match operand.kind {
        Kind::Truth | Kind::Missing => Ok(operand.into_kind(Kind::Truth)),
        Kind::Whole | Kind::Number => Err(ConditionProblem {
            message: format!("{of} takes conditions, not a number"),
            help: Some("compare the number with something, as in `contacts > 0`".to_owned()),
        }),
    }
}

fn mixed(of: &str) -> ConditionProblem {
    problem(&format!("{of} mixes numbers and conditions"))
}

/// What polars makes of NOT, IS NULL, IN and of functions.
fn call(input: &[Expr], function: &FunctionExpr, features: Features) -> Result<Typed, ConditionProblem> {
    match (function, input) {
        (FunctionExpr::Boolean(BooleanFunction::Not), [operand]) => {
            // The parser wraps what it does not know to be a condition in a cast, which would let numbers in.
            let inner = match operand {
                Expr::Cast { expr, .. } => expr,
                other => other,
            };
            Ok(Typed { expr: truth(typed(inner, features)?, "NOT")?.not(), kind: Kind::Truth })
        }
        (FunctionExpr::Boolean(BooleanFunction::IsNull), [operand]) => {
            Ok(Typed { expr: typed(operand, features)?.expr.is_null(), kind: Kind::Truth })
        }
        (FunctionExpr::Boolean(BooleanFunction::IsNotNull), [operand]) => {
            Ok(Typed { expr: typed(operand, features)?.expr.is_not_null(), kind: Kind::Truth })
        }
        (FunctionExpr::Boolean(BooleanFunction::IsIn { .. }), [operand, list]) => {
            is_in(typed(operand, features)?, list)
        }
        (FunctionExpr::Coalesce | FunctionExpr::MaxHorizontal | FunctionExpr::MinHorizontal, operands) => {
            let operands: Vec<_> = operands.iter().map(|operand| typed(operand, features)).collect::<Result<_, _>>()?;
            let common = operands.iter().try_fold(Kind::Missing, |common, operand| common.common(operand.kind));
            let kind = common.ok_or_else(|| mixed("a function"))?;
            let input = operands.into_iter().map(|operand| operand.into_kind(kind)).collect();
            if kind == Kind::Truth && *function != FunctionExpr::Coalesce {
                return Err(problem("LEAST and GREATEST take numbers, not conditions"));
            }
            Ok(Typed { expr: Expr::Function { input, function: function.clone() }, kind })
        }
        (_, [operand]) => rounded(typed(operand, features)?, function),
        _ => Err(foreign()),
    }
}

/// ABS, ROUND (half away from zero, unlike polars' half to even), FLOOR and CEIL.
fn rounded(operand: Typed, function: &FunctionExpr) -> Result<Typed, ConditionProblem> {
    let is_whole = operand.kind == Kind::Whole;
    if operand.kind == Kind::Truth {
        return Err(problem("ABS, ROUND, FLOOR and CEIL take a number, not a condition"));
    }
    match function {
        // The smallest whole number has no positive counterpart: subtracting from zero makes that missing.
        FunctionExpr::Abs if is_whole => {
            let (zero, whole) = (lit(0i64).cast(DataType::Int64), operand.expr.cast(DataType::Int64));
            let negated = Arithmetic::Minus.apply(zero.clone(), whole.clone(), DataType::Int64);
            let expr = when(whole.clone().lt(zero)).then(negated).otherwise(whole);
            Ok(Typed { expr, kind: Kind::Whole })
        }
        FunctionExpr::Abs => Ok(Typed { expr: operand.expr.abs(), kind: operand.kind }),
        FunctionExpr::Round { .. } | FunctionExpr::Floor | FunctionExpr::Ceil if is_whole => Ok(operand),
        FunctionExpr::Round { decimals, .. } => {
            Ok(Typed { expr: round(operand.into_kind(Kind::Number), *decimals), kind: Kind::Number })
        }
        FunctionExpr::Floor => Ok(Typed { expr: operand.into_kind(Kind::Number).floor(), kind: Kind::Number }),
        FunctionExpr::Ceil => Ok(Typed { expr: operand.into_kind(Kind::Number).ceil(), kind: Kind::Number }),
        _ => Err(foreign()),
    }
}

/// `x IN (1, 2.5)`: x equals one of the numbers.
fn is_in(operand: Typed, list: &Expr) -> Result<Typed, ConditionProblem> {
    let only_literals = || problem("IN takes a list of numbers");
    let Expr::Agg(AggExpr::Implode { input, .. }) = list else { return Err(only_literals()) };
    let Expr::Literal(LiteralValue::Series(values)) = input.as_ref() else { return Err(only_literals()) };
    if values.null_count() > 0 {
        return Err(ConditionProblem {
            message: "NULL in a list never equals anything".to_owned(),
            help: Some("write … IS NULL".to_owned()),
        });
    }
    let equals = |at: usize| {
        let value = literal(&LiteralValue::Scalar(Scalar::new(
            values.dtype().clone(),
            values.get(at).map_err(|_| only_literals())?.into_static(),
        )))?;
        let operand = Typed { expr: operand.expr.clone(), kind: operand.kind };
        binary(operand, Operator::Eq, value)
    };
    (0..values.len())
        .map(equals)
        .reduce(|left, right| binary(left?, Operator::Or, right?))
        .unwrap_or_else(|| Err(only_literals()))
}
