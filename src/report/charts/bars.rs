//! Lengths and spreads: a bar per value, and percentile strips on one axis.

use super::{About, LABEL, axis};
use crate::report::svg::{Anchor, Area, Place, Svg, fitted, width_of};

/// One length of several.
pub(in crate::report) struct Bar {
    /// What it is.
    pub(in crate::report) label: String,
    /// How long; not drawn where it is missing.
    pub(in crate::report) value: f64,
    /// The value in words.
    pub(in crate::report) detail: String,
    /// Its colour.
    pub(in crate::report) colour: String,
}

/// What stands in a line fits into so many pixels.
const WHOLE: f64 = 320.0;

/// Lengths, one below the other, all on the scale of the longest.
pub(in crate::report) fn bars(about: &About<'_>, bars: &[Bar]) -> String {
    const HEIGHT: f64 = 16.0;
    let longest = bars.iter().map(|bar| bar.value).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let room = bars.iter().map(|bar| width_of(&bar.detail)).fold(0.0, f64::max) + 14.0;
    let mut svg = about.svg().with_margins(0.0, room);
    let mut y = 0.0;
    for bar in bars {
        y += LABEL;
        let label = Place { x: 0.0, beyond: 0.0, y: y - 5.0 };
        svg.text(label, Anchor::Start, "label", &fitted(&bar.label, WHOLE));
        let (mut width, mut beyond) = (0.0, 0.0);
        if bar.value.is_finite() {
            (width, beyond) = ((100.0 * bar.value.max(0.0) / longest.max(f64::MIN_POSITIVE)).max(0.3), 7.0);
            svg.area(Area { x: 0.0, y, width, height: HEIGHT }, &bar.colour);
        }
        svg.text(Place { x: width, beyond, y: y + 12.5 }, Anchor::Start, "value", &bar.detail);
        y += HEIGHT + 8.0;
    }
    svg.finish(y)
}

/// Where the values of a group lie.
pub(in crate::report) struct Strip {
    /// Whose values.
    pub(in crate::report) label: String,
    /// What else to know of them.
    pub(in crate::report) detail: String,
    /// 10th, 25th, 50th, 75th and 90th percentile; not drawn where one is missing.
    pub(in crate::report) percentiles: [f64; 5],
    /// Its colour.
    pub(in crate::report) colour: String,
}

/// Percentiles of groups on one axis: a line from the 10th to the 90th, a bar from the 25th to the 75th, a tick at
/// the median. `number` writes the axis, whose ticks are whole numbers if `whole`.
pub(in crate::report) fn strips(
    about: &About<'_>,
    strips: &[Strip],
    whole: bool,
    number: impl Fn(f64) -> String,
) -> String {
    const INSET: f64 = 6.0;
    const EACH: f64 = 40.0;
    let mut svg = about.svg().with_margins(INSET, INSET);
    let finite = || strips.iter().flat_map(|strip| strip.percentiles).filter(|value| value.is_finite());
    let finest = if whole { 1.0 } else { 0.0 };
    let ticks = axis(finite().fold(0.0, f64::min), finite().fold(0.0, f64::max), finest);
    let (from, to) = (ticks[0], ticks[ticks.len() - 1]);
    let place = |value: f64| 100.0 * (value - from) / (to - from);
    let height = strips.len() as f64 * EACH;
    for tick in &ticks {
        svg.line((place(*tick), 0.0), (place(*tick), height + 4.0), "grid");
        let (anchor, beyond) = match place(*tick) {
            x if x < 1.0 => (Anchor::Start, -INSET),
            x if x > 99.0 => (Anchor::End, INSET),
            _ => (Anchor::Middle, 0.0),
        };
        svg.text(Place { x: place(*tick), beyond, y: height + 17.0 }, anchor, "tick", &number(*tick));
    }
    for (at, strip) in strips.iter().enumerate() {
        let top = at as f64 * EACH + LABEL;
        if strip.percentiles.iter().all(|value| value.is_finite()) {
            draw(&mut svg, strip, strip.percentiles.map(place), top + 7.0);
        }
        let y = top - 5.0;
        let label = fitted(&strip.label, WHOLE - width_of(&strip.detail));
        svg.text(Place { x: 0.0, beyond: -INSET, y }, Anchor::Start, "label halo", &label);
        svg.text(Place { x: 100.0, beyond: INSET, y }, Anchor::End, "value halo", &strip.detail);
    }
    svg.finish(height + 22.0)
}

fn draw(svg: &mut Svg, strip: &Strip, [p10, p25, median, p75, p90]: [f64; 5], middle: f64) {
    svg.area(Area { x: p10, y: middle - 1.0, width: (p90 - p10).max(0.3), height: 2.0 }, &strip.colour);
    svg.area(Area { x: p25, y: middle - 6.0, width: (p75 - p25).max(0.3), height: 12.0 }, &strip.colour);
    svg.mark(median, (middle - 9.0, middle + 9.0), 4.4, "#ffffff");
    svg.mark(median, (middle - 9.0, middle + 9.0), 2.4, "#14181f");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::neutral;

    const ABOUT: About<'_> = About { id: "c", title: "T", description: "D" };

    #[test]
    fn what_is_missing_is_not_drawn() {
        let nothing = Bar { label: "B".into(), value: f64::NAN, detail: "–".into(), colour: neutral() };
        let picture = bars(&ABOUT, &[nothing]);
        assert!(picture.contains(">–<") && !picture.contains("<rect") && !picture.contains("NaN"), "{picture}");
        let strip =
            Strip { label: "S".into(), detail: "–".into(), percentiles: [f64::NAN; 5], colour: "#123456".into() };
        assert!(!strips(&ABOUT, &[strip], false, |value| value.to_string()).contains("#123456"));
    }

    #[test]
    fn the_longest_bar_leaves_room_for_its_number() {
        let bar = |value: f64| Bar { label: "B".into(), value, detail: format!("{value}"), colour: neutral() };
        let picture = bars(&ABOUT, &[bar(50.0), bar(100.0)]);
        assert!(picture.contains(r#"width="50%""#) && picture.contains(r#"width="100%" height="16""#), "{picture}");
        // Three characters and what is around them.
        assert!(picture.contains("width:calc(100% - 36.2px)"), "{picture}");
    }
}
