//! Who was where before, and is where now: bands between two columns.

use super::About;
use crate::report::svg::{Anchor, Area, Place, fitted};

/// A column's part.
pub(in crate::report) struct Node {
    /// How many are in it, at least as many as flow; it is drawn if there are any.
    pub(in crate::report) count: f64,
    /// Its number, which stands beside it.
    pub(in crate::report) number: String,
    /// What it is, where there is room for it.
    pub(in crate::report) name: String,
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
/// Room for a label beside a column where there is room for names, in pixels.
const LABEL: f64 = 290.0;

/// Bands from the parts on the left to those on the right, under the headings of the two columns.
pub(in crate::report) fn alluvial(
    about: &About<'_>,
    headings: [&str; 2],
    nodes: [&[Node]; 2],
    flows: &[Flow],
) -> String {
    let all = nodes.map(|of_side| of_side.iter().map(|node| node.count).sum::<f64>());
    let all = all[0].max(all[1]);
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
        for node in nodes[side] {
            let height = node.count * scale;
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
    let low = [0, 1].map(|side| {
        let (anchor, x, beyond) =
            if side == 0 { (Anchor::Start, COLUMN, 8.0) } else { (Anchor::End, 100.0 - COLUMN, -8.0) };
        svg.text(Place { x: [0.0, 100.0][side], beyond: 0.0, y: 14.0 }, anchor, "tick", headings[side]);
        let mut free = f64::MIN;
        for (_, middle, node) in labels.iter().filter(|(own, ..)| *own == side) {
            let y = (middle + 4.0).max(free);
            free = y + LINE;
            let place = Place { x, beyond, y };
            let label = format!("{} {}", node.number, node.name);
            svg.text(place, anchor, "label halo wide", &fitted(&label, LABEL));
            svg.text(place, anchor, "label halo narrow", &node.number);
        }
        free
    });
    svg.finish((bottom + LINE).max(low[0]).max(low[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::neutral;

    #[test]
    fn every_flow_is_a_band_and_every_part_that_has_any_is_named() {
        let node = |name: &str, count: f64| Node {
            count,
            number: format!("{count} of"),
            name: name.to_owned(),
            colour: neutral(),
        };
        // Two of b are not told of further: the part is drawn with them, but no band.
        let (left, right) = ([node("a", 9.0), node("new", 1.0)], [node("a", 7.0), node("b", 3.0), node("left", 0.0)]);
        let flows = [(0, 0, 7.0), (1, 1, 1.0), (1, 2, 0.0)];
        let flows = flows.map(|(from, to, count)| Flow { from, to, count });
        let about = About { id: "a", title: "T", description: "D" };
        let picture = alluvial(&about, ["then", "now"], [&left, &right], &flows);
        assert_eq!((picture.matches("<path").count(), picture.matches("<rect").count()), (2, 4));
        assert!(picture.contains(">1 of new<") && !picture.contains("left<") && !picture.contains("NaN"), "{picture}");
        // On a telephone the legend says what is what.
        assert!(picture.contains(r#"class="label halo narrow""#) && picture.contains(">1 of<"), "{picture}");
        // Nobody at all is no reason to divide by zero.
        assert!(!alluvial(&about, ["then", "now"], [&[], &[]], &[]).contains("NaN"));
    }
}
