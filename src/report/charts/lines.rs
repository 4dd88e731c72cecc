//! Figures over points in time: lines.

use super::{About, axis};
use crate::report::svg::{Anchor, Place, Svg, width_of};

/// What changes over time.
pub(in crate::report) struct Line {
    /// A value per point in time; what is missing (NaN) leaves a gap.
    pub(in crate::report) values: Vec<f64>,
    /// Its colour.
    pub(in crate::report) colour: String,
    /// From where to where each value may be; empty where that is not shown.
    pub(in crate::report) between: Vec<(f64, f64)>,
}

impl Line {
    /// Of values that are what they are.
    pub(in crate::report) fn new(values: Vec<f64>, colour: String) -> Self {
        Line { values, colour, between: Vec::new() }
    }
}

const HEIGHT: f64 = 180.0;
/// Above the highest value.
const TOP: f64 = 8.0;

/// Lines over points in time, given as days since any day and as text; each has its last value at its end.
pub(in crate::report) fn lines(
    about: &About<'_>,
    snapshots: &[(f64, String)],
    lines: &[Line],
    number: impl Fn(f64) -> String,
) -> String {
    let values = || lines.iter().flat_map(|line| line.values.iter().copied()).filter(|value| value.is_finite());
    let ticks = axis(0.0, values().fold(0.0, f64::max), 0.0);
    let highest = ticks[ticks.len() - 1];
    let (first, last) = (snapshots.first().map_or(0.0, |day| day.0), snapshots.last().map_or(0.0, |day| day.0));
    let x_of = |day: f64| if last > first { 100.0 * (day - first) / (last - first) } else { 50.0 };
    let y_of = |value: f64| TOP + (1.0 - value / highest) * HEIGHT;
    // The ticks to the left, the last values to the right.
    let widest =
        |values: &mut dyn Iterator<Item = f64>| values.map(|value| width_of(&number(value))).fold(0.0, f64::max);
    let left = widest(&mut ticks.iter().copied()) + 8.0;
    let right = widest(&mut lines.iter().filter_map(|line| line.values.last().copied())) + 12.0;
    let mut svg = about.svg().with_margins(left, right);
    for tick in &ticks {
        svg.line((0.0, y_of(*tick)), (100.0, y_of(*tick)), "grid");
        let at = Place { x: 0.0, beyond: -6.0, y: y_of(*tick) + 4.0 };
        svg.text(at, Anchor::End, "tick", &number(*tick));
    }
    if let (Some(oldest), Some(newest)) = (snapshots.first(), snapshots.last()) {
        let y = TOP + HEIGHT + 19.0;
        svg.text(Place { x: 0.0, beyond: 0.0, y }, Anchor::Start, "tick", &oldest.1);
        if snapshots.len() > 1 {
            svg.text(Place { x: 100.0, beyond: 0.0, y }, Anchor::End, "tick", &newest.1);
        }
    }
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let known = snapshots.iter().zip(&line.between).filter(|(_, (low, high))| low.is_finite() && high.is_finite());
        let edges = known.map(|((day, _), (low, high))| ((x_of(*day), y_of(*high)), (x_of(*day), y_of(*low))));
        let (upper, lower): (Vec<_>, Vec<_>) = edges.unzip();
        if upper.len() > 1 {
            svg.band(&upper, &lower, TOP + HEIGHT, &line.colour);
        }
        let point = |(moment, value): (&(f64, String), &f64)| value.is_finite().then(|| (x_of(moment.0), y_of(*value)));
        let points: Vec<Option<(f64, f64)>> = snapshots.iter().zip(&line.values).map(point).collect();
        draw(&mut svg, &points, &line.colour, dashes(at));
        ends.extend(points.last().copied().flatten().map(|end| (end.1, at)));
    }
    let last_value = |at: usize| lines[at].values.last().map_or(String::new(), |value| number(*value));
    let low = (TOP + HEIGHT + 26.0).max(push_apart(&mut svg, ends, last_value));
    svg.finish(low)
}

/// A line with gaps where nothing is known.
fn draw(svg: &mut Svg, points: &[Option<(f64, f64)>], colour: &str, dashes: &str) {
    for stretch in points.split(Option::is_none) {
        let stretch: Vec<(f64, f64)> = stretch.iter().flatten().copied().collect();
        match stretch[..] {
            [] => {}
            // A line needs two points; one alone would not be seen.
            [only] => svg.dot(only, colour),
            _ => svg.path(&stretch, TOP + HEIGHT, colour, dashes),
        }
    }
    if let Some(Some(end)) = points.last() {
        svg.dot(*end, colour);
    }
}

/// Values at the ends of lines from top to bottom, pushed apart where they would touch; tells where they end.
fn push_apart(svg: &mut Svg, mut ends: Vec<(f64, usize)>, value: impl Fn(usize) -> String) -> f64 {
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = f64::MIN;
    for (y, at) in ends {
        let y = y.max(free);
        free = y + 15.0;
        svg.text(Place { x: 100.0, beyond: 8.0, y: y + 4.0 }, Anchor::Start, "value", &value(at));
    }
    free + 4.0
}

/// Continuous, dashed, dotted …: beside colour, what tells lines apart.
pub(in crate::report) fn dashes(line: usize) -> &'static str {
    ["none", "7 3", "2 3", "9 3 2 3"][line % 4]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::neutral;

    const ABOUT: About<'_> = About { id: "c", title: "T", description: "D" };

    #[test]
    fn what_is_missing_is_a_gap() {
        let line = Line::new(vec![1.0, f64::NAN, 3.0], neutral());
        let snapshots = [(0.0, "a".to_owned()), (1.0, "b".to_owned()), (2.0, "c".to_owned())];
        let picture = lines(&ABOUT, &snapshots, &[line], |value| value.to_string());
        // Each value is a dot, and the last one more, as the line's end.
        assert_eq!((picture.matches("<polyline").count(), picture.matches("<circle").count()), (0, 3));
        assert!(!picture.contains("NaN"), "{picture}");
    }

    #[test]
    fn values_at_the_ends_of_lines_do_not_touch() {
        let line = |value: f64| Line::new(vec![9.0, value], neutral());
        let snapshots = [(0.0, "a".to_owned()), (30.0, "b".to_owned())];
        let picture = lines(&ABOUT, &snapshots, &[line(2.0), line(2.1)], |value| format!("v{value}"));
        let y = |text: &str| {
            let before = picture.rsplit_once(&format!(">{text}<")).unwrap().0;
            before.rsplit(" y=\"").next().unwrap().split('"').next().unwrap().parse::<f64>().unwrap()
        };
        assert!((y("v2") - y("v2.1")).abs() >= 14.0, "{picture}");
    }
}
