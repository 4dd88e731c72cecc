//! SQL becomes a checked, typed [`Expression`]: known features, one row at a time, one kind throughout.
//!
//! `sqlparser` parses, once; its tree is walked against what an expression may hold. Nothing is left to implicit
//! conversion: counts are signed 64-bit integers, all else doubles, `/` is real division.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, CeilFloorKind, DateTimeField, Expr as Sql, Function as SqlFunction, FunctionArg,
    FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::arithmetic::Arithmetic;
use super::expression::{Expression, Function, Kind, Node, Operator};
use super::words;
use crate::schema::features::FeatureType;

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

type Checked<T> = Result<T, ConditionProblem>;

/// Parses a condition, and checks it against the features that it may name.
///
/// # Errors
/// Unknown features and words, SQL that is none, what a condition may not hold, a result that is not a condition.
pub fn condition(sql: &str, features: &[(String, FeatureType)]) -> Result<Expression, Vec<ConditionProblem>> {
    let expression = parse(sql, features)?;
    match expression.kind {
        Kind::Truth => Ok(expression),
        Kind::Missing => Err(vec![problem("this is always missing, so never true")]),
        Kind::Whole | Kind::Number => Err(vec![with_help(
            "this is a number, not a condition",
            "compare it with something, as in `contacts >= 3`",
        )]),
    }
}

/// Parses a derived feature likewise, and tells its type: a count if all in it is, else a ratio.
///
/// # Errors
/// As for [`condition`], but a condition is the one thing that it must not be.
pub fn derived(
    sql: &str,
    features: &[(String, FeatureType)],
) -> Result<(Expression, FeatureType), Vec<ConditionProblem>> {
    let expression = parse(sql, features)?;
    match expression.kind {
        Kind::Whole => Ok((expression, FeatureType::Count)),
        Kind::Number => Ok((expression, FeatureType::Ratio)),
        Kind::Missing => Err(vec![problem("this is always missing")]),
        Kind::Truth => Err(vec![with_help("this is a condition, not a number", "write CASE WHEN … THEN 1 ELSE 0 END")]),
    }
}

fn parse(sql: &str, features: Features) -> Result<Expression, Vec<ConditionProblem>> {
    words::check(sql, features)?;
    syntax_tree(sql).and_then(|tree| checked(&tree, features)).map_err(|problem| vec![problem])
}

/// One expression as the SQL parser takes it apart.
///
/// # Errors
/// The text is none, or more than one.
pub(super) fn syntax_tree(sql: &str) -> Checked<Sql> {
    let unreadable = || with_help("this cannot be read as a SQL expression", "is a word or sign missing or misplaced?");
    let mut parser = Parser::new(&GenericDialect).try_with_sql(sql).map_err(|_| unreadable())?;
    let parsed = parser.parse_expr().map_err(|_| unreadable())?;
    match parser.peek_token().token {
        Token::EOF => Ok(parsed),
        Token::Word(_) | Token::Number(..) => {
            Err(problem("two expressions stand side by side: is AND, OR or another sign missing between them?"))
        }
        _ => Err(unreadable()),
    }
}

pub(super) fn problem(message: &str) -> ConditionProblem {
    ConditionProblem { message: message.to_owned(), help: None }
}

pub(super) fn with_help(message: &str, help: &str) -> ConditionProblem {
    ConditionProblem { message: message.to_owned(), help: Some(help.to_owned()) }
}

/// Something that the parser knows and an expression has no use for.
fn foreign() -> ConditionProblem {
    problem("this holds more than features, numbers, comparisons, arithmetic and AND, OR, NOT")
}

/// Checks and types a parsed expression. (It calls itself as deep as the expression is: so what an operation takes is
/// worked out in functions of their own, which keeps its stack frame small.)
fn checked(sql: &Sql, features: Features) -> Checked<Expression> {
    let (node, kind) = match sql {
        Sql::Identifier(name) => feature(&name.value, features),
        Sql::Value(value) => literal(&value.value, ""),
        Sql::Nested(inner) => nested(inner, features),
        Sql::UnaryOp { op, expr } => unary(*op, expr, features),
        Sql::BinaryOp { left, op, right } => operation(left, op, right, features),
        Sql::IsNull(operand) => is_missing(operand, features),
        Sql::IsNotNull(operand) => is_missing(operand, features).map(|found| maybe_not(true, found, sql)),
        Sql::IsTrue(_) | Sql::IsNotTrue(_) | Sql::IsFalse(_) | Sql::IsNotFalse(_) => Err(no_numbers("a comparison")),
        Sql::Between { expr, negated, low, high } => {
            between([expr, low, high], features).map(|found| maybe_not(*negated, found, sql))
        }
        Sql::InList { expr, list, negated } => {
            one_of(expr, list, features).map(|found| maybe_not(*negated, found, sql))
        }
        Sql::Case { operand, conditions, else_result, .. } => {
            case(operand.as_deref(), conditions, else_result.as_deref(), features)
        }
        Sql::Floor { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            rounded(Function::Floor, expr, features)
        }
        Sql::Ceil { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            rounded(Function::Ceil, expr, features)
        }
        Sql::Function(call) => function(call, features),
        _ => Err(foreign()),
    }?;
    Ok(Expression { node, kind, sql: sql.to_string() })
}

fn nested(inner: &Sql, features: Features) -> Checked<(Node, Kind)> {
    let inner = checked(inner, features)?;
    let kind = inner.kind;
    Ok((Node::Nested(Box::new(inner)), kind))
}

fn unary(op: UnaryOperator, of: &Sql, features: Features) -> Checked<(Node, Kind)> {
    match op {
        UnaryOperator::Not => Ok((Node::Not(Box::new(truth(checked(of, features)?, "NOT")?)), Kind::Truth)),
        UnaryOperator::Minus => negative(of, features),
        UnaryOperator::Plus => match nested(of, features)? {
            (_, Kind::Truth) => Err(no_numbers("arithmetic")),
            number => Ok(number),
        },
        _ => Err(foreign()),
    }
}

fn operation(left: &Sql, op: &BinaryOperator, right: &Sql, features: Features) -> Checked<(Node, Kind)> {
    let left = checked(left, features)?;
    binary(left, op, checked(right, features)?)
}

fn is_missing(operand: &Sql, features: Features) -> Checked<(Node, Kind)> {
    Ok((Node::IsMissing(Box::new(checked(operand, features)?)), Kind::Truth))
}

fn between(operands: [&Sql; 3], features: Features) -> Checked<(Node, Kind)> {
    let [value, low, high] = operands.map(|sql| checked(sql, features));
    let (_, value, low) = numbers(value?, low?, "a comparison")?;
    let (_, value, high) = numbers(value, high?, "a comparison")?;
    Ok((Node::Between(Box::new([value, low, high])), Kind::Truth))
}

/// The negation of a condition that has the same text.
fn maybe_not(not: bool, (node, kind): (Node, Kind), sql: &Sql) -> (Node, Kind) {
    if !not {
        return (node, kind);
    }
    (Node::Not(Box::new(Expression { node, kind, sql: sql.to_string() })), Kind::Truth)
}

fn feature(name: &str, features: Features) -> Checked<(Node, Kind)> {
    match features.iter().find(|(known, _)| known == name) {
        Some((_, FeatureType::Count)) => Ok((Node::Feature(name.to_owned()), Kind::Whole)),
        Some(_) => Ok((Node::Feature(name.to_owned()), Kind::Number)),
        None => Err(problem(&format!("there is no feature `{name}`"))),
    }
}

/// A literal; `sign` stands before its digits.
fn literal(value: &Value, sign: &str) -> Checked<(Node, Kind)> {
    let too_large = || problem("a number is too large");
    match value {
        Value::Null => Ok((Node::Missing, Kind::Missing)),
        Value::Boolean(truth) => Ok((Node::Truth(*truth), Kind::Truth)),
        Value::Number(digits, _) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let number = format!("{sign}{digits}").parse().map_err(|_| too_large())?;
            Ok((Node::Whole(number), Kind::Whole))
        }
        Value::Number(digits, _) => match format!("{sign}{digits}").parse::<f64>() {
            Ok(number) if number.is_finite() => Ok((Node::Number(number), Kind::Number)),
            _ => Err(too_large()),
        },
        _ => Err(problem("only numbers, TRUE, FALSE and NULL can stand beside features")),
    }
}

/// `- x`: of a number itself, of anything else what is missing to zero.
fn negative(of: &Sql, features: Features) -> Checked<(Node, Kind)> {
    if let Sql::Value(value) = of
        && let Value::Number(..) = value.value
    {
        return literal(&value.value, "-");
    }
    let zero = Expression { node: Node::Whole(0), kind: Kind::Whole, sql: "0".to_owned() };
    let (kind, zero, of) = numbers(zero, checked(of, features)?, "arithmetic")?;
    Ok((Node::Arithmetic(Arithmetic::Minus, Box::new([zero, of])), kind))
}

fn binary(left: Expression, op: &BinaryOperator, right: Expression) -> Checked<(Node, Kind)> {
    let compare = |operator, left, right| {
        let (_, left, right) = numbers(left, right, "a comparison")?;
        Ok((Node::Compare(operator, Box::new([left, right])), Kind::Truth))
    };
    let arithmetic = match op {
        BinaryOperator::And => {
            return Ok((Node::And(Box::new([truth(left, "AND")?, truth(right, "AND")?])), Kind::Truth));
        }
        BinaryOperator::Or => {
            return Ok((Node::Or(Box::new([truth(left, "OR")?, truth(right, "OR")?])), Kind::Truth));
        }
        BinaryOperator::GtEq => return compare(Operator::AtLeast, left, right),
        BinaryOperator::Gt => return compare(Operator::MoreThan, left, right),
        BinaryOperator::LtEq => return compare(Operator::AtMost, left, right),
        BinaryOperator::Lt => return compare(Operator::LessThan, left, right),
        BinaryOperator::Eq => return compare(Operator::Equal, left, right),
        BinaryOperator::NotEq => return compare(Operator::NotEqual, left, right),
        BinaryOperator::Plus => Arithmetic::Plus,
        BinaryOperator::Minus => Arithmetic::Minus,
        BinaryOperator::Multiply => Arithmetic::Times,
        BinaryOperator::Divide => Arithmetic::Divide,
        BinaryOperator::Modulo => Arithmetic::Remainder,
        _ => return Err(foreign()),
    };
    let (kind, left, right) = numbers(left, right, "arithmetic")?;
    // A quotient of counts is a ratio.
    let kind = if arithmetic == Arithmetic::Divide { Kind::Number } else { kind };
    Ok((Node::Arithmetic(arithmetic, Box::new([left, right])), kind))
}

/// Two operands that are numbers, and the kind that holds values of both.
fn numbers(left: Expression, right: Expression, of: &str) -> Checked<(Kind, Expression, Expression)> {
    match left.kind.common(right.kind) {
        None | Some(Kind::Truth) => Err(no_numbers(of)),
        Some(Kind::Missing) => Err(problem(&format!("{of} of NULL with NULL is always missing"))),
        Some(kind) => Ok((kind, left, right)),
    }
}

fn no_numbers(of: &str) -> ConditionProblem {
    let help = "instead of `… = TRUE` write the condition itself, instead of `… = FALSE` NOT (…)";
    with_help(&format!("{of} takes numbers, not a condition"), help)
}

/// An operand that is a condition.
fn truth(operand: Expression, of: &str) -> Checked<Expression> {
    match operand.kind {
        Kind::Truth | Kind::Missing => Ok(operand),
        Kind::Whole | Kind::Number => Err(with_help(
            &format!("{of} takes conditions, not a number"),
            "compare the number with something, as in `contacts > 0`",
        )),
    }
}

fn mixed(of: &str) -> ConditionProblem {
    problem(&format!("{of} mixes numbers and conditions"))
}

/// `x IN (1, 2.5)`: x equals one of the numbers.
fn one_of(value: &Sql, list: &[Sql], features: Features) -> Checked<(Node, Kind)> {
    let value = checked(value, features)?;
    let mut numbers_listed = Vec::new();
    for sql in list {
        let number = checked(sql, features)?;
        match number.node {
            Node::Whole(_) | Node::Number(_) => {}
            Node::Missing => return Err(with_help("NULL in a list never equals anything", "write … IS NULL")),
            _ => return Err(problem("IN takes a list of numbers")),
        }
        numbers_listed.push(number);
    }
    match value.kind {
        Kind::Truth => Err(no_numbers("a comparison")),
        _ => Ok((Node::In(Box::new(value), numbers_listed), Kind::Truth)),
    }
}

fn case(
    operand: Option<&Sql>,
    arms: &[CaseWhen],
    otherwise: Option<&Sql>,
    features: Features,
) -> Checked<(Node, Kind)> {
    let operand = operand.map(|operand| checked(operand, features)).transpose()?;
    let mut checked_arms = Vec::new();
    for arm in arms {
        let (condition, sql) = (checked(&arm.condition, features)?, arm.condition.to_string());
        let condition = match &operand {
            None => truth(condition, "WHEN")?,
            Some(operand) => {
                let (node, kind) = binary(operand.clone(), &BinaryOperator::Eq, condition)?;
                Expression { node, kind, sql }
            }
        };
        checked_arms.push([condition, checked(&arm.result, features)?]);
    }
    let otherwise = otherwise.map_or_else(|| Ok(missing()), |otherwise| checked(otherwise, features))?;
    let values = checked_arms.iter().map(|[_, value]| value.kind);
    let kind = values.chain([otherwise.kind]).try_fold(Kind::Missing, Kind::common).ok_or_else(|| mixed("CASE"))?;
    Ok((Node::Case(checked_arms, Box::new(otherwise)), kind))
}

/// A call of one of the allowed functions.
fn function(call: &SqlFunction, features: Features) -> Checked<(Node, Kind)> {
    let name = call.name.to_string().to_uppercase();
    let FunctionArguments::List(list) = &call.args else { return Err(foreign()) };
    let is_plain = call.filter.is_none() && call.over.is_none() && call.within_group.is_empty();
    if !is_plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
        return Err(foreign());
    }
    let operand = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref sql)) => Ok(sql),
        _ => Err(foreign()),
    };
    let operands: Vec<&Sql> = list.args.iter().map(operand).collect::<Checked<_>>()?;
    match (name.as_str(), operands.as_slice()) {
        ("ABS", [of]) => rounded(Function::Abs, of, features),
        ("FLOOR", [of]) => rounded(Function::Floor, of, features),
        ("CEIL", [of]) => rounded(Function::Ceil, of, features),
        ("ROUND", [of]) => rounded(Function::Round(0), of, features),
        ("ROUND", [of, decimals]) => match checked(decimals, features)?.node {
            Node::Whole(decimals @ 0..=0xFFFF_FFFF) => rounded(Function::Round(decimals as u32), of, features),
            _ => Err(problem("ROUND takes a whole number of decimals, not below 0")),
        },
        ("NULLIF", [value, other]) => {
            let value = checked(value, features)?;
            let kind = value.kind;
            let (node, truth) = binary(value.clone(), &BinaryOperator::Eq, checked(other, features)?)?;
            let equal = Expression { node, kind: truth, sql: call.to_string() };
            Ok((Node::Case(vec![[equal, missing()]], Box::new(value)), kind))
        }
        ("COALESCE", [_, ..]) => several(Function::Coalesce, &operands, features),
        ("LEAST", [_, ..]) => several(Function::Least, &operands, features),
        ("GREATEST", [_, ..]) => several(Function::Greatest, &operands, features),
        _ => Err(problem(&format!("`{call}` does not take these operands"))),
    }
}

fn missing() -> Expression {
    Expression { node: Node::Missing, kind: Kind::Missing, sql: "NULL".to_owned() }
}

/// A function of several operands of one kind.
fn several(function: Function, operands: &[&Sql], features: Features) -> Checked<(Node, Kind)> {
    let operands: Vec<Expression> = operands.iter().map(|sql| checked(sql, features)).collect::<Checked<_>>()?;
    let mut kinds = operands.iter().map(|operand| operand.kind);
    let kind = kinds.try_fold(Kind::Missing, Kind::common).ok_or_else(|| mixed("a function"))?;
    if kind == Kind::Truth && function != Function::Coalesce {
        return Err(problem("LEAST and GREATEST take numbers, not conditions"));
    }
    Ok((Node::Call(function, operands), kind))
}

/// ABS, ROUND, FLOOR and CEIL: whole numbers stay whole.
fn rounded(function: Function, operand: &Sql, features: Features) -> Checked<(Node, Kind)> {
    let operand = checked(operand, features)?;
    let kind = match operand.kind {
        Kind::Truth => return Err(problem("ABS, ROUND, FLOOR and CEIL take a number, not a condition")),
        Kind::Missing => Kind::Number,
        kind => kind,
    };
    Ok((Node::Call(function, vec![operand]), kind))
}
