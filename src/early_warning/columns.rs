//! How the columns of a sample are filled: always in as few bytes a value as all values so far take.

use super::samples::SampleColumn;
use crate::features::FeatureColumn;

/// The kinds of columns, from narrow to wide; each holds what those before it hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    Bytes,
    Words,
    Hundredths,
    Doubles,
}

impl Width {
    /// The narrowest that holds this value exactly.
    fn of(value: f64) -> Width {
        let hundredths = (value * 100.0).round();
        if value.is_nan() {
            Width::Doubles
        } else if value.fract() == 0.0 && (0.0..=f64::from(u8::MAX)).contains(&value) {
            Width::Bytes
        } else if value.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&value) {
            Width::Words
        } else if hundredths.abs() <= f64::from(i32::MAX) && hundredths / 100.0 == value {
            Width::Hundredths
        } else {
            Width::Doubles
        }
    }
}

impl Default for SampleColumn {
    fn default() -> Self {
        SampleColumn::Bytes(Vec::new())
    }
}

impl SampleColumn {
    /// How many values it has.
    pub fn len(&self) -> usize {
        match self {
            SampleColumn::Bytes(values) => values.len(),
            SampleColumn::Words(values) => values.len(),
            SampleColumn::Hundredths(values) => values.len(),
            SampleColumn::Doubles(values) => values.len(),
        }
    }

    /// Whether it has no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends these rows of a feature's column.
    pub fn extend_from(&mut self, column: &FeatureColumn, rows: &[usize]) {
        self.extend(rows.iter().map(|row| column.double(*row)));
    }

    /// Appends values; `None` and NaN are missing. The column becomes wider where it has to.
    pub fn extend(&mut self, values: impl Iterator<Item = Option<f64>>) {
        // Zeros have one sign, so that equal values are equal bits.
        let values: Vec<f64> = values.map(|value| value.map_or(f64::NAN, |value| value + 0.0)).collect();
        let needed = values.iter().map(|value| Width::of(*value)).max().unwrap_or(Width::Bytes);
        self.widen(needed);
        match self {
            SampleColumn::Bytes(all) => all.extend(values.iter().map(|value| *value as u8)),
            SampleColumn::Words(all) => all.extend(values.iter().map(|value| *value as u16)),
            SampleColumn::Hundredths(all) => all.extend(values.iter().map(|value| (value * 100.0).round() as i32)),
            SampleColumn::Doubles(all) => all.extend(values),
        }
    }

    fn width(&self) -> Width {
        match self {
            SampleColumn::Bytes(_) => Width::Bytes,
            SampleColumn::Words(_) => Width::Words,
            SampleColumn::Hundredths(_) => Width::Hundredths,
            SampleColumn::Doubles(_) => Width::Doubles,
        }
    }

    /// Makes room for values of this width.
    fn widen(&mut self, width: Width) {
        if width <= self.width() {
            return;
        }
        let values = (0..self.len()).map(|row| self.value(row).unwrap_or(f64::NAN));
        *self = match width {
            Width::Bytes => return,
            Width::Words => SampleColumn::Words(values.map(|value| value as u16).collect()),
            Width::Hundredths => SampleColumn::Hundredths(values.map(|value| (value * 100.0).round() as i32).collect()),
            Width::Doubles => SampleColumn::Doubles(values.collect()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(column: &SampleColumn) -> Vec<Option<f64>> {
        (0..column.len()).map(|row| column.value(row)).collect()
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_value() {
        let mut column = SampleColumn::default();
        column.extend_from(&FeatureColumn::Counts(vec![7, 255, 3]), &[0, 1]);
        assert_eq!(column, SampleColumn::Bytes(vec![7, 255]));
        column.extend_from(&FeatureColumn::Counts(vec![7, 256]), &[1]);
        assert_eq!(column, SampleColumn::Words(vec![7, 255, 256]));
        column.extend_from(&FeatureColumn::Hundredths(vec![-129]), &[0]);
        assert_eq!(column, SampleColumn::Hundredths(vec![700, 25_500, 25_600, -129]));
        column.extend_from(&FeatureColumn::MaybeCounts(vec![None]), &[0]);
        assert_eq!(all(&column), [Some(7.0), Some(255.0), Some(256.0), Some(-1.29), None]);
        column.extend_from(&FeatureColumn::Ratios(vec![-0.0]), &[0]);
        assert!(column.value(5).is_some_and(|zero| zero.is_sign_positive()));
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_went_in(
            pieces in proptest::collection::vec(
                proptest::collection::vec(
                    proptest::option::of(prop_oneof![
                        (0i32..300).prop_map(f64::from),
                        (-70_000i32..70_000).prop_map(f64::from),
                        any::<i32>().prop_map(|hundredths| f64::from(hundredths) / 100.0),
                        any::<f64>().prop_filter("a number", |value| !value.is_nan()),
                    ]),
                    0..6,
                ),
                0..5,
            )
        ) {
            let mut column = SampleColumn::default();
            for piece in &pieces {
                column.extend(piece.iter().copied());
            }
            prop_assert_eq!(all(&column), pieces.concat());
        }
    }
}
