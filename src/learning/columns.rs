//! The values of a feature for the samples, partition by partition in as few bytes as they take, then together.

use crate::early_warning::SampleColumn;
use crate::features::FeatureColumn;

/// The values of these rows.
pub(super) fn compact(column: &FeatureColumn, rows: &[usize]) -> SampleColumn {
    let doubles = || SampleColumn::Doubles(rows.iter().map(|row| column.double(*row).unwrap_or(f64::NAN)).collect());
    match column {
        FeatureColumn::Counts(values) => whole(rows.iter().map(|row| values[*row])).unwrap_or_else(doubles),
        FeatureColumn::MaybeCounts(values) => {
            let known: Option<Vec<i64>> = rows.iter().map(|row| values[*row]).collect();
            known.and_then(|known| whole(known.into_iter())).unwrap_or_else(doubles)
        }
        FeatureColumn::Hundredths(values) => {
            let small: Option<Vec<i32>> = rows.iter().map(|row| i32::try_from(values[*row]).ok()).collect();
            match small {
                None => doubles(),
                Some(small) if small.iter().any(|value| value % 100 != 0) => SampleColumn::Hundredths(small),
                Some(small) => whole(small.iter().map(|value| i64::from(value / 100))).unwrap_or_else(doubles),
            }
        }
        FeatureColumn::Ratios(_) => doubles(),
    }
}

/// Whole numbers; `None` where they do not fit into 32 bits as hundredths.
fn whole(values: impl Iterator<Item = i64> + Clone) -> Option<SampleColumn> {
    let (least, most) = values.clone().fold((0, 0), |(least, most), value| (value.min(least), value.max(most)));
    Some(match (least, most) {
        (0, 0..=255) => SampleColumn::Bytes(values.map(|value| value as u8).collect()),
        (0, 0..=65_535) => SampleColumn::Words(values.map(|value| value as u16).collect()),
        (-21_474_836.., ..=21_474_836) => SampleColumn::Hundredths(values.map(|value| value as i32 * 100).collect()),
        _ => return None,
    })
}

/// The columns of several partitions as one, as wide as the widest of them; of each the rows that are `kept`.
pub(super) fn joined(columns: &[SampleColumn], kept: &[Vec<bool>]) -> SampleColumn {
    let rows = kept.iter().flatten().filter(|kept| **kept).count();
    let widest = columns.iter().map(width).max().unwrap_or_default();
    let mut joined = match widest {
        0 => SampleColumn::Bytes(Vec::with_capacity(rows)),
        1 => SampleColumn::Words(Vec::with_capacity(rows)),
        2 => SampleColumn::Hundredths(Vec::with_capacity(rows)),
        _ => SampleColumn::Doubles(Vec::with_capacity(rows)),
    };
    for (column, kept) in columns.iter().zip(kept) {
        append(&mut joined, column, kept);
    }
    joined
}

/// How wide values are; a wider column holds those of a narrower one.
fn width(column: &SampleColumn) -> u8 {
    match column {
        SampleColumn::Bytes(_) => 0,
        SampleColumn::Words(_) => 1,
        SampleColumn::Hundredths(_) => 2,
        SampleColumn::Doubles(_) => 3,
    }
}

/// Appends those rows of a column, which is not wider, that are kept.
fn append(joined: &mut SampleColumn, column: &SampleColumn, kept: &[bool]) {
    let rows = (0..kept.len()).filter(|row| kept[*row]);
    match (joined, column) {
        (SampleColumn::Bytes(joined), SampleColumn::Bytes(values)) => joined.extend(rows.map(|row| values[row])),
        (SampleColumn::Words(joined), SampleColumn::Bytes(values)) => {
            joined.extend(rows.map(|row| u16::from(values[row])));
        }
        (SampleColumn::Words(joined), SampleColumn::Words(values)) => joined.extend(rows.map(|row| values[row])),
        (SampleColumn::Hundredths(joined), SampleColumn::Hundredths(values)) => {
            joined.extend(rows.map(|row| values[row]));
        }
        // Of whole numbers, which narrower columns have, the double is exact.
        (SampleColumn::Hundredths(joined), column) => {
            joined.extend(rows.map(|row| column.value(row).unwrap_or_default() as i32 * 100));
        }
        (SampleColumn::Doubles(joined), column) => {
            joined.extend(rows.map(|row| column.value(row).unwrap_or(f64::NAN)));
        }
        (SampleColumn::Bytes(_) | SampleColumn::Words(_), _) => debug_assert!(false, "a wider column"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(column: &SampleColumn, rows: usize) -> Vec<Option<f64>> {
        (0..rows).map(|row| column.value(row)).collect()
    }

    /// A column takes the bytes that its values need, and the values stay what rules see.
    fn holds(column: &FeatureColumn, expected: u8) {
        let rows = [2, 0, 1];
        let compacted = compact(column, &rows);
        assert_eq!(width(&compacted), expected, "{column:?}");
        assert_eq!(values(&compacted, 3), rows.map(|row| column.double(row)));
    }

    #[test]
    fn values_take_as_few_bytes_as_they_need() {
        holds(&FeatureColumn::Counts(vec![0, 255, 7]), 0);
        holds(&FeatureColumn::Counts(vec![0, 256, 65_535]), 1);
        holds(&FeatureColumn::Counts(vec![0, -1, 65_536]), 2);
        holds(&FeatureColumn::Counts(vec![0, 21_474_837, 1]), 3);
        holds(&FeatureColumn::MaybeCounts(vec![Some(3), Some(4), Some(5)]), 0);
        holds(&FeatureColumn::MaybeCounts(vec![Some(3), None, Some(5)]), 3);
        holds(&FeatureColumn::Hundredths(vec![300, 0, 25_500]), 0);
        holds(&FeatureColumn::Hundredths(vec![-300, 1, 2_147_483_647]), 2);
        holds(&FeatureColumn::Hundredths(vec![0, 1, 2_147_483_648]), 3);
        holds(&FeatureColumn::Ratios(vec![0.5, f64::NAN, 1.0 / 3.0]), 3);
    }

    #[test]
    fn a_joined_column_holds_what_is_kept_of_each() {
        let columns = [
            SampleColumn::Bytes(vec![1, 2, 255]),
            SampleColumn::Words(vec![65_535]),
            SampleColumn::Hundredths(vec![-50, 12_345]),
            SampleColumn::Doubles(vec![f64::NAN, 1e12]),
        ];
        let kept = [vec![true, false, true], vec![true], vec![true, true], vec![true, true]];
        for widest in 0..columns.len() {
            let column = joined(&columns[..=widest], &kept[..=widest]);
            let expected = [Some(1.0), Some(255.0), Some(65_535.0), Some(-0.5), Some(123.45), None, Some(1e12)];
            let rows = [2, 3, 5, 7][widest];
            assert_eq!(width(&column) as usize, widest);
            assert_eq!(values(&column, rows), expected[..rows]);
        }
        assert_eq!(joined(&[], &[]), SampleColumn::Bytes(Vec::new()));
    }
}
