//! The words and signs that an expression may consist of, checked before it is parsed.
//!
//! The SQL parser knows far more than a condition may use (subqueries, windows, texts, dozens of functions). It is only
//! shown expressions whose every word is a feature, a word of the list below or an allowed function; that is also where
//! a message can name the nearest feature.

use super::parse::{ConditionProblem, Features};
use crate::suggestion::{help_for, nearest};

/// Words of conditions, besides features and functions.
const WORDS: &[&str] =
    &["AND", "OR", "NOT", "IS", "NULL", "IN", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "END", "TRUE", "FALSE"];

/// Functions of conditions.
const FUNCTIONS: &[&str] = &["ABS", "ROUND", "FLOOR", "CEIL", "LEAST", "GREATEST", "COALESCE", "NULLIF"];

/// Most words and signs of one expression: parsing and planning descend into it, and the stack is finite.
pub(super) const MOST_TOKENS: usize = 500;

/// Checks the words and signs of an expression.
///
/// # Errors
/// Every word that is not known, in their order, or what else keeps the expression from being parsed.
pub(super) fn check(sql: &str, features: Features) -> Result<(), Vec<ConditionProblem>> {
    let mut problems = Vec::new();
    let (mut tokens, mut open) = (0, 0_i32);
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            letter if letter.is_alphabetic() || letter == '_' => {
                length = rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len());
                let calls = rest[length..].trim_start().starts_with('(');
                problems.extend(word_problem(&rest[..length], calls, features));
            }
            '.' if !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                return fail("`.` has no meaning here");
            }
            digit if digit.is_ascii_digit() || digit == '.' => {
                length = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '.').unwrap_or(rest.len());
            }
            '"' => match rest[1..].find('"') {
                Some(end) => {
                    length = end + 2;
                    problems.extend(feature_problem(&rest[1..=end], features));
                }
                None => return fail("a quotation mark is not closed"),
            },
            '(' if rest[1..].trim_start().starts_with(')') => return fail("there is nothing between `(` and `)`"),
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => return fail("a `)` closes nothing"),
            '=' if rest.starts_with("==") => return fail("`==` is no comparison here: write `=`"),
            '-' if rest.starts_with("--") => return fail("`--` would begin a comment: write a space or no sign"),
            '/' if rest.starts_with("/*") => return fail("a comment has no place here"),
            '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | ',' => {}
            '&' => return fail("`&` has no meaning here: write AND"),
            '|' => return fail("`|` has no meaning here: write OR"),
            '\'' => return fail("a text in quotes has no use here: features are numbers"),
            other => return fail(&format!("`{other}` has no meaning here")),
        }
        tokens += 1;
        rest = rest[length..].trim_start();
    }
    if tokens == 0 {
        return fail("an expression is missing");
    }
    if tokens > MOST_TOKENS {
        return fail(&format!("more than {MOST_TOKENS} words and signs: move parts into derived features"));
    }
    if open > 0 {
        return fail("a `(` is not closed");
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn fail(message: &str) -> Result<(), Vec<ConditionProblem>> {
    Err(vec![ConditionProblem { message: message.to_owned(), help: None }])
}

fn word_problem(word: &str, calls: bool, features: Features) -> Option<ConditionProblem> {
    let upper = word.to_uppercase();
    if WORDS.contains(&upper.as_str()) {
        return None;
    }
    if !calls {
        return feature_problem(word, features);
    }
    if FUNCTIONS.contains(&upper.as_str()) {
        return None;
    }
    let message = format!("`{word}` is no function here: an expression sees its own customer only, and numbers only");
    Some(ConditionProblem { message, help: help_for(&upper, FUNCTIONS) })
}

fn feature_problem(name: &str, features: Features) -> Option<ConditionProblem> {
    if features.iter().any(|(known, _)| known == name) {
        return None;
    }
    let names = || features.iter().map(|(known, _)| known.as_str());
    let help = match nearest(name, names().chain(WORDS.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the features are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Some(ConditionProblem { message: format!("there is no feature `{name}`"), help: Some(help) })
}
