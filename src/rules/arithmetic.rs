//! Arithmetic whose result is a number or missing, never infinite, "not a number" or wrapped round.
//!
//! Polars orders NaN above every number and infinity above every finite one, so `paid_eur / contacts > 100`
//! would hold for a customer without contacts; and its integers wrap on overflow, so a large count times a
//! large count could be negative. The method wants a ratio without a denominator to be missing. These kernels take
//! the place of polars' own operators and make every such result missing, as conditions expect it: missing is
//! not true. The remainder has the sign of the dividend, as in SQL.

use polars::prelude::*;

/// The operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

impl Arithmetic {
    fn of_whole(self, left: i64, right: i64) -> Option<i64> {
        match self {
            Arithmetic::Plus => left.checked_add(right),
            Arithmetic::Minus => left.checked_sub(right),
            Arithmetic::Times => left.checked_mul(right),
            Arithmetic::Divide => left.checked_div(right),
            Arithmetic::Remainder => left.checked_rem(right),
        }
    }

    fn of_numbers(self, left: f64, right: f64) -> Option<f64> {
        let result = match self {
            Arithmetic::Plus => left + right,
            Arithmetic::Minus => left - right,
            Arithmetic::Times => left * right,
            Arithmetic::Divide => left / right,
            Arithmetic::Remainder => left % right,
        };
        finite(result)
    }

    /// `left` and `right` joined by this operator; both of `dtype`, which is Int64 or Float64.
    pub(super) fn apply(self, left: Expr, right: Expr, dtype: DataType) -> Expr {
        let output = dtype.clone();
        let kernel = move |columns: &mut [Column]| match dtype {
            DataType::Int64 => {
                let [left, right] = operands(columns)?;
                let joined = |left: Option<i64>, right: Option<i64>| self.of_whole(left?, right?);
                let result: Int64Chunked = arity::binary_elementwise(left.i64()?, right.i64()?, joined);
                Ok(result.into_column())
            }
            _ => {
                let [left, right] = operands(columns)?;
                let joined = |left: Option<f64>, right: Option<f64>| self.of_numbers(left?, right?);
                let result: Float64Chunked = arity::binary_elementwise(left.f64()?, right.f64()?, joined);
                Ok(result.into_column())
            }
        };
        left.map_many(kernel, &[right], move |_, fields| Ok(Field::new(fields[0].name().clone(), output.clone())))
    }
}

/// The two operands at one length: a literal comes as one value.
fn operands(columns: &[Column]) -> PolarsResult<[Series; 2]> {
    let [left, right] = columns else { polars_bail!(ComputeError: "arithmetic takes two operands") };
    let length = if left.len() == 1 { right.len() } else { left.len() };
    let at_length = |column: &Column| match column.len() {
        1 if length != 1 => column.new_from_index(0, length).take_materialized_series(),
        _ => column.clone().take_materialized_series(),
    };
    Ok([at_length(left), at_length(right)])
}

/// Doubles rounded to so many decimals, halves away from zero (polars rounds them to even).
pub(super) fn round(numbers: Expr, decimals: u32) -> Expr {
    let scale = 10_f64.powi(decimals.try_into().unwrap_or(i32::MAX));
    let round = move |number: f64| match finite(number * scale) {
        Some(scaled) => scaled.round() / scale,
        // So many decimals that there is nothing to round.
        None => number,
    };
    let kernel = move |column: Column| {
        let result: Float64Chunked = arity::unary_elementwise_values(column.f64()?, round);
        Ok(result.into_column())
    };
    numbers.map(kernel, |_, field| Ok(field.clone()))
}

fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}
