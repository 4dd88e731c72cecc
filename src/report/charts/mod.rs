//! The report's charts: stacked bars, bars, percentile strips and lines.
//!
//! Each takes words and numbers and gives a picture as wide as its room. They label what they show directly; the legend, and
//! the table with the numbers, are the page's to add.

mod alluvial;
mod bars;
mod lines;
mod signed;
mod stacks;

pub(super) use alluvial::{Flow, Node, alluvial};
pub(super) use bars::{Bar, Strip, bars, strips};
pub(super) use lines::{Line, dashes, first_middle_last, lines};
pub(super) use signed::signed_bars;
pub(super) use stacks::{Labelled, Segment, Stack, stacks, thin_stacks};

use super::palette::NEUTRAL;
use super::svg::Svg;

/// From the bottom of what is above to the bar below a label.
const LABEL: f64 = 18.0;

/// What a reader is told of a chart before its numbers.
pub(super) struct About<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What can be seen, in a sentence.
    pub(super) description: &'a str,
}

impl About<'_> {
    fn svg(&self) -> Svg {
        Svg::new(self.id, self.title, self.description)
    }
}

/// One colour for all that is told of everybody.
pub(super) fn neutral() -> String {
    NEUTRAL.to_owned()
}

/// Round numbers from at most `least` to at least `most`, at most seven of them and no nearer than `finest`.
fn axis(least: f64, most: f64, finest: f64) -> Vec<f64> {
    let span = if most > least { most - least } else { 1.0 };
    let magnitude = 10f64.powf((span / 4.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * magnitude).into_iter().find(|step| span / step <= 4.0);
    let step = step.unwrap_or(span).max(finest);
    let first = (least / step).floor();
    let last = ((most / step) - 1e-9).ceil().max(first + 1.0);
    (0..=(last - first) as usize).map(|at| (first + at as f64) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_axis_holds_its_values(least in -1e6f64..0.0, most in 0.0f64..1e6) {
            let ticks = axis(least, most, 0.0);
            prop_assert!((2..=7).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks[0] <= least + 1e-6 && ticks[ticks.len() - 1] >= most - 1e-3 - most * 1e-6, "{:?}", ticks);
            prop_assert!(ticks.windows(2).all(|pair| pair[1] > pair[0]));
        }
    }
}
