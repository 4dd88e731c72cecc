//! The report's charts: stacked bars, bars, percentile strips and lines.
//!
//! Each takes words and numbers and gives a picture. They are as wide as half the page, so that a telephone shows
//! them whole, and they label what they show directly; the table with the numbers is the page's to add.

use super::palette::{HIDDEN, NEUTRAL, ink_on};
use super::svg::{Anchor, Area, Svg, fitted, width_of};
use crate::render::MASK;

/// The width of every chart.
const WIDTH: f64 = 480.0;
/// Between a label's baseline and the bar below it.
const LABEL: f64 = 18.0;
const BAR: f64 = 20.0;
/// White between neighbouring segments.
const HAIR: f64 = 1.5;

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
        Svg::new(self.id, self.title, self.description, WIDTH)
    }
}

/// A part of a whole.
pub(super) struct Segment {
    /// In per cent.
    pub(super) share_pct: f64,
    /// What stands in it, where there is room.
    pub(super) label: String,
    /// Its colour.
    pub(super) colour: String,
}

impl Segment {
    /// A part that may not be told more of.
    pub(super) fn hidden(share_pct: f64) -> Self {
        Segment { share_pct, label: MASK.to_owned(), colour: HIDDEN.to_owned() }
    }
}

/// A whole in parts.
pub(super) struct Stack {
    /// What it is.
    pub(super) label: String,
    /// What else to know of it, at the end of the label's line.
    pub(super) detail: String,
    /// Its parts, which come to at most 100 %.
    pub(super) segments: Vec<Segment>,
}

/// Wholes in parts, one below the other; the legend has the parts' names and colours.
pub(super) fn stacks(about: &About<'_>, legend: &[(String, String)], stacks: &[Stack]) -> String {
    let mut svg = about.svg();
    let mut y = draw_legend(&mut svg, legend);
    for stack in stacks {
        y += LABEL;
        let room = WIDTH - width_of(&stack.detail) - 12.0;
        svg.text((0.0, y - 5.0), Anchor::Start, "label", &fitted(&stack.label, room));
        svg.text((WIDTH, y - 5.0), Anchor::End, "detail", &stack.detail);
        draw_stack(&mut svg, &stack.segments, Area { x: 0.0, y, width: WIDTH, height: BAR });
        y += BAR + 12.0;
    }
    svg.finish(y)
}

/// The same with labels at the side, for many.
pub(super) fn thin_stacks(about: &About<'_>, legend: &[(String, String)], stacks: &[Stack]) -> String {
    const SIDE: f64 = 118.0;
    const DETAIL: f64 = 62.0;
    const HEIGHT: f64 = 15.0;
    let mut svg = about.svg();
    let mut y = draw_legend(&mut svg, legend) + 10.0;
    for stack in stacks {
        svg.text((SIDE - 8.0, y + 12.0), Anchor::End, "label", &fitted(&stack.label, SIDE - 8.0));
        svg.text((WIDTH, y + 12.0), Anchor::End, "detail", &stack.detail);
        draw_stack(&mut svg, &stack.segments, Area { x: SIDE, y, width: WIDTH - SIDE - DETAIL, height: HEIGHT });
        y += HEIGHT + 7.0;
    }
    svg.finish(y)
}

fn draw_stack(svg: &mut Svg, segments: &[Segment], area: Area) {
    let mut x = area.x;
    for segment in segments.iter().filter(|segment| segment.share_pct > 0.0) {
        let width = area.width * segment.share_pct / 100.0;
        let shown = Area { x, width: (width - HAIR).max(0.5), ..area };
        svg.area(shown, &segment.colour);
        if width_of(&segment.label) + 8.0 < width {
            let at = (x + width / 2.0, area.y + area.height / 2.0 + 4.3);
            svg.text(at, Anchor::Middle, ink_on(&segment.colour), &segment.label);
        }
        x += width;
    }
}

/// Names with their colours, as many a line as fit; tells where it ends.
fn draw_legend(svg: &mut Svg, legend: &[(String, String)]) -> f64 {
    let (mut x, mut y) = (0.0, 0.0);
    for (name, colour) in legend {
        // With room for the larger letters of narrow screens.
        let width = 18.0 + width_of(name) * 1.05 + 12.0;
        if x > 0.0 && x + width > WIDTH + 12.0 {
            (x, y) = (0.0, y + 19.0);
        }
        svg.area(Area { x, y: y + 2.0, width: 12.0, height: 12.0 }, colour);
        svg.text((x + 18.0, y + 12.5), Anchor::Start, "label", name);
        x += width;
    }
    if legend.is_empty() { 0.0 } else { y + 24.0 }
}

/// One length of several.
pub(super) struct Bar {
    /// What it is.
    pub(super) label: String,
    /// How long; not drawn where it is missing.
    pub(super) value: f64,
    /// The value in words.
    pub(super) detail: String,
    /// Its colour.
    pub(super) colour: String,
}

/// Lengths, one below the other, all on the scale of the longest.
pub(super) fn bars(about: &About<'_>, bars: &[Bar]) -> String {
    let mut svg = about.svg();
    let longest = bars.iter().map(|bar| bar.value).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let room = WIDTH - 2.0 - bars.iter().map(|bar| width_of(&bar.detail)).fold(0.0, f64::max) - 8.0;
    let mut y = 0.0;
    for bar in bars {
        y += LABEL;
        svg.text((0.0, y - 5.0), Anchor::Start, "label", &fitted(&bar.label, WIDTH));
        let mut width = 0.0;
        if bar.value.is_finite() {
            width = (bar.value.max(0.0) / longest.max(f64::MIN_POSITIVE) * room).max(1.0);
            svg.area(Area { x: 0.0, y, width, height: 16.0 }, &bar.colour);
        }
        svg.text((width + 8.0, y + 12.5), Anchor::Start, "value", &bar.detail);
        y += 16.0 + 8.0;
    }
    svg.finish(y)
}

/// Where the values of a group lie.
pub(super) struct Strip {
    /// Whose values.
    pub(super) label: String,
    /// What else to know of them.
    pub(super) detail: String,
    /// 10th, 25th, 50th, 75th and 90th percentile; not drawn where one is missing.
    pub(super) percentiles: [f64; 5],
    /// Its colour.
    pub(super) colour: String,
}

/// Percentiles of groups on one axis: a line from the 10th to the 90th, a bar from the 25th to the 75th, a tick at
/// the median. `number` writes the axis, whose ticks are whole numbers if `whole`.
pub(super) fn strips(about: &About<'_>, strips: &[Strip], whole: bool, number: impl Fn(f64) -> String) -> String {
    const INSET: f64 = 8.0;
    let mut svg = about.svg();
    let finite = || strips.iter().flat_map(|strip| strip.percentiles).filter(|value| value.is_finite());
    let finest = if whole { 1.0 } else { 0.0 };
    let ticks = axis(finite().fold(0.0, f64::min), finite().fold(0.0, f64::max), finest);
    let (from, to) = (ticks[0], ticks[ticks.len() - 1]);
    let place = |value: f64| INSET + (value - from) / (to - from) * (WIDTH - 2.0 * INSET);
    let height = strips.len() as f64 * 44.0;
    for tick in &ticks {
        svg.line((place(*tick), 0.0), (place(*tick), height), "grid");
        let (anchor, x) = match place(*tick) {
            x if x < 2.0 * INSET => (Anchor::Start, 0.0),
            x if x > WIDTH - 2.0 * INSET => (Anchor::End, WIDTH),
            x => (Anchor::Middle, x),
        };
        svg.text((x, height + 15.0), anchor, "tick", &number(*tick));
    }
    for (at, strip) in strips.iter().enumerate() {
        let y = at as f64 * 44.0 + LABEL - 2.0;
        let room = WIDTH - width_of(&strip.detail) - 12.0;
        svg.text((0.0, y - 4.0), Anchor::Start, "label halo", &fitted(&strip.label, room));
        svg.text((WIDTH, y - 4.0), Anchor::End, "value halo", &strip.detail);
        if strip.percentiles.iter().any(|value| !value.is_finite()) {
            continue;
        }
        let [p10, p25, median, p75, p90] = strip.percentiles.map(place);
        let middle = y + 9.0;
        svg.area(Area { x: p10, y: middle - 1.0, width: (p90 - p10).max(1.0), height: 2.0 }, &strip.colour);
        svg.area(Area { x: p25, y: middle - 6.0, width: (p75 - p25).max(1.0), height: 12.0 }, &strip.colour);
        svg.area(Area { x: median - 2.0, y: middle - 9.0, width: 4.0, height: 18.0 }, "#ffffff");
        svg.area(Area { x: median - 1.2, y: middle - 9.0, width: 2.4, height: 18.0 }, "#14181f");
    }
    svg.finish(height + 20.0)
}

/// What changes over time.
pub(super) struct Line {
    /// Whose values.
    pub(super) label: String,
    /// A value per point in time; what is missing (NaN) leaves a gap.
    pub(super) values: Vec<f64>,
    /// Its colour.
    pub(super) colour: String,
}

/// Lines over points in time, given as days since any day and as text; each has its last value at its end.
pub(super) fn lines(
    about: &About<'_>,
    snapshots: &[(f64, String)],
    lines: &[Line],
    number: impl Fn(f64) -> String,
) -> String {
    const HEIGHT: f64 = 180.0;
    const LEFT: f64 = 34.0;
    const RIGHT: f64 = 44.0;
    let mut svg = about.svg();
    let head = draw_line_legend(&mut svg, lines) + 8.0;
    let values = || lines.iter().flat_map(|line| line.values.iter().copied()).filter(|value| value.is_finite());
    let ticks = axis(0.0, values().fold(0.0, f64::max), 0.0);
    let top = ticks[ticks.len() - 1];
    let (first, last) = (snapshots.first().map_or(0.0, |day| day.0), snapshots.last().map_or(0.0, |day| day.0));
    let x_of =
        |day: f64| LEFT + if last > first { (day - first) / (last - first) } else { 0.5 } * (WIDTH - LEFT - RIGHT);
    let y_of = |value: f64| head + (1.0 - value / top) * HEIGHT;
    for tick in &ticks {
        svg.line((LEFT, y_of(*tick)), (WIDTH - RIGHT, y_of(*tick)), "grid");
        svg.text((LEFT - 6.0, y_of(*tick) + 4.0), Anchor::End, "tick", &number(*tick));
    }
    if let (Some(oldest), Some(newest)) = (snapshots.first(), snapshots.last()) {
        svg.text((LEFT, head + HEIGHT + 19.0), Anchor::Start, "tick", &oldest.1);
        if snapshots.len() > 1 {
            svg.text((WIDTH - RIGHT, head + HEIGHT + 19.0), Anchor::End, "tick", &newest.1);
        }
    }
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let points: Vec<Option<(f64, f64)>> = snapshots
            .iter()
            .zip(&line.values)
            .map(|(moment, value)| value.is_finite().then(|| (x_of(moment.0), y_of(*value))))
            .collect();
        for stretch in points.split(Option::is_none) {
            let stretch: Vec<(f64, f64)> = stretch.iter().flatten().copied().collect();
            match stretch[..] {
                [] => {}
                // A line needs two points; one alone would not be seen.
                [only] => svg.dot(only, &line.colour),
                _ => svg.path(&stretch, &line.colour, DASHES[at % DASHES.len()]),
            }
        }
        if let Some(Some(end)) = points.last() {
            ends.push((end.1, at));
            svg.dot(*end, &line.colour);
        }
    }
    // Values from top to bottom, pushed apart where they would touch.
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = f64::MIN;
    for (y, at) in ends {
        let y = y.max(free);
        free = y + 15.0;
        let value = lines[at].values.last().map_or(String::new(), |value| number(*value));
        svg.text((WIDTH - RIGHT + 8.0, y + 4.0), Anchor::Start, "value", &value);
    }
    svg.finish((head + HEIGHT + 26.0).max(free + 4.0))
}

/// Continuous, dashed, dotted …: beside colour, what tells lines apart.
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

/// Names with their kind of line, one below the other; tells where they end.
fn draw_line_legend(svg: &mut Svg, lines: &[Line]) -> f64 {
    for (at, line) in lines.iter().enumerate() {
        let y = 8.0 + at as f64 * 17.0;
        svg.path(&[(0.0, y), (28.0, y)], &line.colour, DASHES[at % DASHES.len()]);
        svg.text((36.0, y + 4.3), Anchor::Start, "label", &fitted(&line.label, WIDTH - 36.0));
    }
    lines.len() as f64 * 17.0 + 6.0
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

    const ABOUT: About<'_> = About { id: "c", title: "T", description: "D" };

    fn segment(share_pct: f64, label: &str) -> Segment {
        Segment { share_pct, label: label.to_owned(), colour: "#2b669f".to_owned() }
    }

    #[test]
    fn parts_are_as_wide_as_they_are_large_and_say_so_where_there_is_room() {
        let stack = Stack {
            label: "Alla".into(),
            detail: "4 000".into(),
            segments: vec![segment(75.0, "75 %"), segment(0.0, "0 %"), segment(25.0, "25 %"), segment(1.0, "1 %")],
        };
        let picture = stacks(&ABOUT, &[("En del".into(), "#2b669f".into())], &[stack]);
        // 75 and 25 % of 480, less the hair between them.
        assert!(picture.contains(r#"width="358.5""#) && picture.contains(r#"width="118.5""#), "{picture}");
        assert!(picture.contains(">75 %<") && picture.contains(">25 %<") && picture.contains(">En del<"));
        assert!(!picture.contains(">0 %<") && !picture.contains(">1 %<"), "{picture}");
    }

    #[test]
    fn what_is_missing_is_not_drawn() {
        let nothing = Bar { label: "B".into(), value: f64::NAN, detail: "–".into(), colour: neutral() };
        let picture = bars(&ABOUT, &[nothing]);
        assert!(picture.contains(">–<") && !picture.contains("<rect"), "{picture}");
        let strip =
            Strip { label: "S".into(), detail: "–".into(), percentiles: [f64::NAN; 5], colour: "#123456".into() };
        assert!(!strips(&ABOUT, &[strip], false, |value| value.to_string()).contains("#123456"));
        let line = Line { label: "L".into(), values: vec![1.0, f64::NAN, 3.0], colour: neutral() };
        let snapshots = [(0.0, "a".to_owned()), (1.0, "b".to_owned()), (2.0, "c".to_owned())];
        let picture = lines(&ABOUT, &snapshots, &[line], |value| value.to_string());
        // The line is the legend's. Each value is a dot, and the last one more, as the line's end.
        assert_eq!((picture.matches("<polyline").count(), picture.matches("<circle").count()), (1, 3));
        assert!(!picture.contains("NaN"), "{picture}");
    }

    #[test]
    fn values_at_the_ends_of_lines_do_not_touch() {
        let line = |label: &str, value: f64| Line { label: label.into(), values: vec![9.0, value], colour: neutral() };
        let snapshots = [(0.0, "a".to_owned()), (30.0, "b".to_owned())];
        let picture = lines(&ABOUT, &snapshots, &[line("one", 2.0), line("two", 2.1)], |value| format!("v{value}"));
        let y = |text: &str| {
            let before = picture.rsplit_once(&format!(">{text}<")).unwrap().0;
            before.rsplit(" y=\"").next().unwrap().split('"').next().unwrap().parse::<f64>().unwrap()
        };
        assert!((y("v2") - y("v2.1")).abs() >= 14.0, "{picture}");
        assert!(picture.contains(">one<") && picture.contains(">two<"));
    }

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
