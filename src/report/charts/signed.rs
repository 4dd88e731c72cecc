//! Lengths to both sides of zero: what adds to a score, and what takes from it.

use super::{About, Bar};
use crate::report::svg::{Anchor, Area, Place, fitted, width_of};

/// Room for the labels at the side, in pixels.
const SIDE: f64 = 176.0;
const HEIGHT: f64 = 15.0;
const EACH: f64 = 20.0;

/// Lengths with their labels at the side. Those from `least` to `most` fit, so that pictures on one scale can be compared.
pub(in crate::report) fn signed_bars(about: &About<'_>, bars: &[Bar], least: f64, most: f64) -> String {
    let (least, most) = (least.min(0.0), most.max(0.0));
    let span = (most - least).max(f64::MIN_POSITIVE);
    let place = |value: f64| 100.0 * (value.clamp(least, most) - least) / span;
    let widest = bars.iter().map(|bar| width_of(&bar.detail)).fold(0.0, f64::max) + 12.0;
    let left = SIDE + if least < 0.0 { widest } else { 0.0 };
    let mut svg = about.svg().with_margins(left, widest);
    let zero = place(0.0);
    for (at, bar) in bars.iter().enumerate() {
        let y = at as f64 * EACH + 2.0;
        let line = y + 12.0;
        svg.text(Place { x: 0.0, beyond: -left, y: line }, Anchor::Start, "label", &fitted(&bar.label, SIDE - 8.0));
        let end = if bar.value.is_finite() { place(bar.value) } else { zero };
        if end != zero {
            let area = Area { x: end.min(zero), y, width: (end - zero).abs(), height: HEIGHT };
            svg.area(area, &bar.colour);
        }
        // What is beside a bar stands where it ends.
        let (anchor, beyond) = if end < zero { (Anchor::End, -6.0) } else { (Anchor::Start, 6.0) };
        svg.text(Place { x: end, beyond, y: line }, anchor, "value", &bar.detail);
    }
    let height = bars.len() as f64 * EACH;
    svg.line((zero, 0.0), (zero, height), "zero");
    svg.finish(height + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::neutral;

    const ABOUT: About<'_> = About { id: "c", title: "T", description: "D" };

    fn bar(value: f64) -> Bar {
        Bar { label: "B".into(), value, detail: format!("v{value}"), colour: neutral() }
    }

    #[test]
    fn bars_begin_at_zero_and_reach_to_their_side() {
        let picture = signed_bars(&ABOUT, &[bar(30.0), bar(-10.0), bar(0.0)], -10.0, 30.0);
        assert!(picture.contains(r#"<rect x="25%" y="2" width="75%""#), "{picture}");
        assert!(picture.contains(r#"<rect x="0%" y="22" width="25%""#), "{picture}");
        assert_eq!(picture.matches("<rect").count(), 2, "{picture}");
        assert!(picture.contains(r#"x="0%" dx="-6" y="34" text-anchor="end">v-10<"#), "{picture}");
        assert!(picture.contains(r#"<line class="zero" x1="25%""#), "{picture}");
    }

    #[test]
    fn what_is_missing_is_not_drawn_and_nothing_at_all_is_no_fault() {
        let hidden = Bar { detail: "[c]".into(), ..bar(f64::NAN) };
        let picture = signed_bars(&ABOUT, &[hidden], 0.0, 0.0);
        assert!(picture.contains(">[c]<") && !picture.contains("<rect") && !picture.contains("NaN"), "{picture}");
        assert!(!signed_bars(&ABOUT, &[], f64::MAX, f64::MIN).contains("inf"));
    }
}
