//! Who was where before, and is where now: bands between two columns.

use super::About;
use crate::report::svg::{Anchor, Area, Place, fitted};

/// A column's part.
pub(in crate::report) struct Node {
    /// What it is, with its number.
    pub(in crate::report) label: String,
    /// Its colour.
    pub(in crate::report) colour: String,
}

/// Those who were in one part and are in another.
pub(in crate::report) struct Flow {
    /// The place of the part on the left.
    pub(in crate::report) from: usize,
    /// The place of the part on the right.
    pub(in crate::report) to: usize,
    /// How many.
    pub(in crate::report) count: f64,
}

const HEIGHT: f64 = 330.0;
/// Above the columns.
const TOP: f64 = 26.0;
/// Between the parts of a column.
const GAP: f64 = 12.0;
/// How wide a column is, in per cent.
const COLUMN: f64 = 2.2;
/// From label to label.
const LINE: f64 = 17.0;
/// Room for a label beside a column on a telephone, in pixels.
const LABEL: f64 = 150.0;

/// Bands from the parts on the left to those on the right, under the headings of the two columns.
pub(in crate::report) fn alluvial(
    about: &About<'_>,
    headings: [&str; 2],
    nodes: [&[Node]; 2],
    flows: &[Flow],
) -> String {
    let total = |side: usize, at: usize| {
        let of = |flow: &&Flow| [flow.from, flow.to][side] == at;
        flows.iter().filter(of).map(|flow| flow.count).sum::<f64>()
    };
    let all: f64 = flows.iter().map(|flow| flow.count).sum();
    let most = nodes[0].len().max(nodes[1].len()).max(1);
    let scale = if all > 0.0 { (HEIGHT - GAP * (most - 1) as f64) / all } else { 0.0 };
    let mut svg = about.svg();
    let bottom = TOP + HEIGHT;
    let x = [0.0, 100.0 - COLUMN];
    // Where the next band of each part begins.
    let mut next: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut labels = Vec::new();
    for side in [0, 1] {
        let mut y = TOP;
        for (at, node) in nodes[side].iter().enumerate() {
            let height = total(side, at) * scale;
            next[side].push(y);
            if height > 0.0 {
                labels.push((side, y + height / 2.0, node));
                svg.area(Area { x: x[side], y, width: COLUMN, height: height.max(1.0) }, &node.colour);
                y += height + GAP;
            }
        }
    }
    for flow in flows.iter().filter(|flow| flow.count > 0.0) {
        let height = flow.count * scale;
        let [from, to] = [next[0][flow.from], next[1][flow.to]];
        next[0][flow.from] += height;
        next[1][flow.to] += height;
        let colour = &nodes[0][flow.from].colour;
        svg.flow((COLUMN, 100.0 - COLUMN), (from, from + height), (to, to + height), bottom, colour);
    }
    for (side, anchor, x, beyond) in [(0, Anchor::Start, COLUMN, 8.0), (1, Anchor::End, 100.0 - COLUMN, -8.0)] {
        svg.text(Place { x: [0.0, 100.0][side], beyond: 0.0, y: 14.0 }, anchor, "tick", headings[side]);
        let mut free = f64::MIN;
        for (_, middle, node) in labels.iter().filter(|(own, ..)| *own == side) {
            let y = (middle + 4.0).max(free);
            free = y + LINE;
            svg.text(Place { x, beyond, y }, anchor, "label", &fitted(&node.label, LABEL));
        }
    }
    svg.finish(bottom + LINE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::neutral;

    #[test]
    fn every_flow_is_a_band_and_every_part_that_has_any_is_named() {
        let node = |label: &str| Node { label: label.to_owned(), colour: neutral() };
        let (left, right) = ([node("a"), node("new")], [node("a"), node("b"), node("left")]);
        let flows = [(0, 0, 7.0), (0, 1, 2.0), (1, 1, 1.0), (1, 2, 0.0)];
        let flows = flows.map(|(from, to, count)| Flow { from, to, count });
        let about = About { id: "a", title: "T", description: "D" };
        let picture = alluvial(&about, ["then", "now"], [&left, &right], &flows);
        assert_eq!((picture.matches("<path").count(), picture.matches("<rect").count()), (3, 4));
        assert!(picture.contains(">new<") && !picture.contains(">left<") && !picture.contains("NaN"), "{picture}");
        // Nobody at all is no reason to divide by zero.
        assert!(!alluvial(&about, ["then", "now"], [&left, &right], &[]).contains("NaN"));
    }
}
