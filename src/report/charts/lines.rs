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
    /// Whether each value holds until the next.
    pub(in crate::report) is_stepped: bool,
}

impl Line {
    /// Of values that are what they are.
    pub(in crate::report) fn new(values: Vec<f64>, colour: String) -> Self {
        Line { values, colour, between: Vec::new(), is_stepped: false }
    }

    /// The last value that is known, and its place.
    fn last(&self) -> Option<(usize, f64)> {
        self.values.iter().copied().enumerate().rev().find(|(_, value)| value.is_finite())
    }
}

const HEIGHT: f64 = 180.0;
/// Room for texts below a chart on a telephone, in pixels.
const NARROW: f64 = 255.0;
/// Above the highest value.
const TOP: f64 = 8.0;

/// Lines over points in time, given as numbers that grow and as text, which may be empty; each line has its last value at
/// its end.
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
    let right = widest(&mut lines.iter().filter_map(|line| Some(line.last()?.1))) + 12.0;
    let mut svg = about.svg().with_margins(left, right);
    for tick in &ticks {
        svg.line((0.0, y_of(*tick)), (100.0, y_of(*tick)), "grid");
        let at = Place { x: 0.0, beyond: -6.0, y: y_of(*tick) + 4.0 };
        svg.text(at, Anchor::End, "tick", &number(*tick));
    }
    write_days(&mut svg, snapshots, x_of);
    let mut ends: Vec<(f64, f64, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let known = snapshots.iter().zip(&line.between).filter(|(_, (low, high))| low.is_finite() && high.is_finite());
        let edges = known.map(|((day, _), (low, high))| ((x_of(*day), y_of(*high)), (x_of(*day), y_of(*low))));
        let (upper, lower): (Vec<_>, Vec<_>) = edges.unzip();
        if upper.len() > 1 {
            svg.band(&line.drawn(upper), &line.drawn(lower), TOP + HEIGHT, &line.colour);
        }
        let point = |(moment, value): (&(f64, String), &f64)| value.is_finite().then(|| (x_of(moment.0), y_of(*value)));
        let points: Vec<Option<(f64, f64)>> = snapshots.iter().zip(&line.values).map(point).collect();
        draw(&mut svg, line, &points, dashes(at));
        ends.extend(points.iter().rev().flatten().next().map(|(x, y)| (*x, *y, at)));
    }
    let last_value = |at: usize| lines[at].last().map_or(String::new(), |(_, value)| number(value));
    let low = (TOP + HEIGHT + 26.0).max(push_apart(&mut svg, ends, last_value));
    svg.finish(low)
}

impl Line {
    /// The points that a line through these is drawn by.
    fn drawn(&self, points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        if !self.is_stepped {
            return points;
        }
        let corners = points.windows(2).flat_map(|pair| [(pair[1].0, pair[0].1), pair[1]]);
        points.first().copied().into_iter().chain(corners).collect()
    }
}

/// The texts of points in time, each below its own; on a telephone only the first and the last, if all would touch.
fn write_days(svg: &mut Svg, snapshots: &[(f64, String)], x_of: impl Fn(f64) -> f64) {
    let bottom = TOP + HEIGHT;
    let together: f64 =
        snapshots.iter().map(|(_, text)| text).filter(|text| !text.is_empty()).map(|text| width_of(text) + 8.0).sum();
    let between = if together > NARROW { "tick wide" } else { "tick" };
    for (at, (day, text)) in snapshots.iter().enumerate().filter(|(_, (_, text))| !text.is_empty()) {
        let x = x_of(*day);
        let (anchor, class) = match at {
            0 => (Anchor::Start, "tick"),
            at if at + 1 == snapshots.len() => (Anchor::End, "tick"),
            _ => (Anchor::Middle, between),
        };
        svg.line((x, bottom), (x, bottom + 5.0), "grid");
        svg.text(Place { x, beyond: 0.0, y: bottom + 19.0 }, anchor, class, text);
    }
}

/// Keeps the texts of the first, the last, and, if it is one of them, of the middle of points that are equally far apart.
pub(in crate::report) fn first_middle_last(snapshots: &mut [(f64, String)]) {
    let last = snapshots.len().saturating_sub(1);
    for (at, (_, text)) in snapshots.iter_mut().enumerate() {
        if ![0, last].contains(&at) && 2 * at != last {
            text.clear();
        }
    }
}

/// A line with gaps where nothing is known.
fn draw(svg: &mut Svg, line: &Line, points: &[Option<(f64, f64)>], dashes: &str) {
    let colour = &line.colour;
    for stretch in points.split(Option::is_none) {
        let stretch: Vec<(f64, f64)> = stretch.iter().flatten().copied().collect();
        match stretch[..] {
            [] => {}
            // A line needs two points; one alone would not be seen.
            [only] => svg.dot(only, colour),
            _ => svg.path(&line.drawn(stretch), TOP + HEIGHT, colour, dashes),
        }
    }
    if let Some(end) = points.iter().rev().flatten().next() {
        svg.dot(*end, colour);
    }
}

/// Values at the ends of lines from top to bottom, pushed apart where they would touch; tells where they end.
fn push_apart(svg: &mut Svg, mut ends: Vec<(f64, f64, usize)>, value: impl Fn(usize) -> String) -> f64 {
    ends.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut free = f64::MIN;
    for (x, y, at) in ends {
        let y = y.max(free);
        free = y + 15.0;
        svg.text(Place { x, beyond: 8.0, y: y + 4.0 }, Anchor::Start, "value halo", &value(at));
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
    fn a_line_that_ends_early_has_its_value_where_it_ends() {
        let line = |values: &[f64]| Line::new(values.to_vec(), neutral());
        let snapshots = [(0.0, "a".to_owned()), (1.0, String::new()), (2.0, "c".to_owned())];
        let picture =
            lines(&ABOUT, &snapshots, &[line(&[9.0, 5.0, f64::NAN]), line(&[9.0, 8.0, 7.0])], |v| format!("v{v}"));
        assert!(picture.contains(r#"x="50%" dx="8""#) && picture.contains(">v5<"), "{picture}");
        assert!(picture.contains(r#"x="100%" dx="8""#) && picture.contains(">v7<"), "{picture}");
        assert_eq!(picture.matches("class=\"tick\" x=\"50%\"").count(), 0, "{picture}");
    }

    #[test]
    fn steps_hold_each_value_until_the_next() {
        let stepped = Line { is_stepped: true, ..Line::new(Vec::new(), neutral()) };
        assert_eq!(stepped.drawn(vec![(0.0, 1.0), (1.0, 3.0)]), [(0.0, 1.0), (1.0, 1.0), (1.0, 3.0)]);
        assert_eq!(stepped.drawn(Vec::new()), []);
    }

    #[test]
    fn more_days_than_fit_have_no_text() {
        let kept = |count: usize| {
            let mut snapshots: Vec<(f64, String)> = (0..count).map(|at| (at as f64, at.to_string())).collect();
            first_middle_last(&mut snapshots);
            snapshots.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(".")
        };
        assert_eq!([1, 2, 3, 4, 5].map(kept), ["0", "0.1", "0.1.2", "0...3", "0..2..4"]);
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
