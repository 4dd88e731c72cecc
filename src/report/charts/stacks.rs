//! Wholes in parts: stacked bars.

use super::{About, LABEL};
use crate::i18n::MISSING;
use crate::render::MASK;
use crate::report::palette::{HIDDEN, ink_on};
use crate::report::svg::{Anchor, Area, Place, Svg, fitted, width_of};

/// A part of a whole.
pub(in crate::report) struct Segment {
    /// In per cent.
    pub(in crate::report) share_pct: f64,
    /// What stands in it, or below it where there is no room.
    pub(in crate::report) label: String,
    /// Its colour.
    pub(in crate::report) colour: String,
}

impl Segment {
    /// A part that may not be told more of.
    pub(in crate::report) fn hidden(share_pct: f64) -> Self {
        Segment { share_pct, label: MASK.to_owned(), colour: HIDDEN.to_owned() }
    }
}

/// A whole in parts.
pub(in crate::report) struct Stack {
    /// What it is.
    pub(in crate::report) label: String,
    /// What else to know of it, at its end.
    pub(in crate::report) detail: String,
    /// Its parts, which come to at most 100 %.
    pub(in crate::report) segments: Vec<Segment>,
}

/// Where the label of a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Labelled {
    /// In its middle: it tells of the segment.
    Middle,
    /// At its end: it tells of all up to there.
    End,
}

/// How wide a bar is at least where its labels are shown, in pixels, and what says where that is.
#[derive(Clone, Copy)]
struct Room {
    pixels: f64,
    class: &'static str,
}

/// On a telephone.
const NARROW: Room = Room { pixels: 290.0, class: "narrow" };
/// Anywhere else.
const WIDE: Room = Room { pixels: 560.0, class: "wide" };
const BAR: f64 = 22.0;
/// Between a bar and the labels below it.
const LEADER: f64 = 6.0;
/// Between neighbouring labels.
const GAP: f64 = 7.0;

/// Wholes in parts, one below the other, each part with its label.
pub(in crate::report) fn stacks(about: &About<'_>, labelled: Labelled, stacks: &[Stack]) -> String {
    let mut svg = about.svg();
    let rooms = [NARROW, WIDE];
    let fits = |stack: &Stack| rooms.iter().all(|room| labels(&stack.segments, labelled, *room).1.is_empty());
    let below = if stacks.iter().all(fits) { 10.0 } else { 26.0 };
    let mut y = 0.0;
    for stack in stacks {
        y += LABEL;
        write_heading(&mut svg, stack, y - 6.0);
        draw(&mut svg, &stack.segments, y, BAR);
        if stack.segments.is_empty() {
            svg.text(Place { x: 0.0, beyond: 0.0, y: y + BAR / 2.0 + 4.3 }, Anchor::Start, "label", MISSING);
        }
        for room in rooms {
            let (within, below) = labels(&stack.segments, labelled, room);
            write_within(&mut svg, &within, y + BAR / 2.0 + 4.3, labelled, room);
            for Label { from, to, text, .. } in spread(below, room) {
                let top = y + BAR;
                svg.line((from, top), (to, top + LEADER), &format!("leader {}", room.class));
                let place = Place { x: to, beyond: 0.0, y: top + LEADER + 11.0 };
                svg.text(place, Anchor::Middle, &format!("below {}", room.class), text);
            }
        }
        y += BAR + below;
    }
    svg.finish(y)
}

/// What a stack is, above it, cut where it has no room.
fn write_heading(svg: &mut Svg, stack: &Stack, y: f64) {
    let label = |room: Room| fitted(&stack.label, room.pixels - width_of(&stack.detail));
    let start = Place { x: 0.0, beyond: 0.0, y };
    if label(NARROW) == stack.label {
        svg.text(start, Anchor::Start, "label", &stack.label);
    } else {
        for room in [NARROW, WIDE] {
            svg.text(start, Anchor::Start, &format!("label {}", room.class), &label(room));
        }
    }
    svg.text(Place { x: 100.0, beyond: 0.0, y }, Anchor::End, "detail", &stack.detail);
}

/// The same with labels at the side, for many. The last part's label is beside it, and a line shows where the last part
/// of `compared` begins. `headings` are of the labels and of the details.
pub(in crate::report) fn thin_stacks(
    about: &About<'_>,
    headings: [&str; 2],
    stacks: &[Stack],
    compared: Option<f64>,
) -> String {
    const SIDE: f64 = 136.0;
    const LAST: f64 = 58.0;
    const DETAIL: f64 = 62.0;
    const HEIGHT: f64 = 15.0;
    let (left, right) = (SIDE, LAST + DETAIL);
    let mut svg = about.svg().with_margins(left, right);
    let side = |y: f64| Place { x: 0.0, beyond: -left, y };
    let end = |y: f64| Place { x: 100.0, beyond: right, y };
    svg.text(side(12.0), Anchor::Start, "tick", &fitted(headings[0], SIDE - 6.0));
    svg.text(end(12.0), Anchor::End, "tick", headings[1]);
    let top = 22.0;
    let mut y = top;
    for stack in stacks {
        let line = y + 12.0;
        svg.text(side(line), Anchor::Start, "label", &fitted(&stack.label, SIDE - 14.0));
        svg.text(end(line), Anchor::End, "detail", &stack.detail);
        draw(&mut svg, &stack.segments, y, HEIGHT);
        // The last part's label has a place of its own.
        if let Some((last, others)) = stack.segments.split_last() {
            let room = Room { pixels: 330.0, ..WIDE };
            write_within(&mut svg, &labels(others, Labelled::Middle, room).0, line, Labelled::Middle, room);
            svg.text(Place { x: 100.0, beyond: 6.0, y: line }, Anchor::Start, "value", &last.label);
        }
        y += HEIGHT + 5.0;
    }
    for place in compared.into_iter().filter(|place| place.is_finite()) {
        svg.line((place, top - 4.0), (place, y - 1.0), "compared-halo");
        svg.line((place, top - 4.0), (place, y - 1.0), "compared");
    }
    svg.finish(y)
}

/// Draws the parts, with white between neighbours.
fn draw(svg: &mut Svg, segments: &[Segment], y: f64, height: f64) {
    let mut x = 0.0;
    for Segment { share_pct: width, colour, .. } in segments.iter().filter(|segment| segment.share_pct > 0.0) {
        svg.area(Area { x, y, width: *width, height }, colour);
        if x > 0.0 {
            svg.mark(x, (y, y + height), 1.5, "#ffffff");
        }
        x += width;
    }
}

/// The label of a part: the place that it tells of, and its own.
struct Label<'a> {
    from: f64,
    to: f64,
    text: &'a str,
    colour: &'a str,
}

/// The labels that fit into their parts, and those that do not.
fn labels(segments: &[Segment], labelled: Labelled, room: Room) -> (Vec<Label<'_>>, Vec<Label<'_>>) {
    let mut x = 0.0;
    let (mut within, mut below) = (Vec::new(), Vec::new());
    for Segment { share_pct: width, label, colour } in segments.iter().filter(|segment| segment.share_pct > 0.0) {
        let from = if labelled == Labelled::Middle { x + width / 2.0 } else { x + width };
        let own = Label { from, to: from, text: label, colour };
        if width_of(label) + 8.0 < width / 100.0 * room.pixels {
            within.push(own);
        } else if label != MASK && !label.is_empty() {
            below.push(own);
        }
        x += width;
    }
    (within, below)
}

fn write_within(svg: &mut Svg, labels: &[Label<'_>], y: f64, labelled: Labelled, room: Room) {
    let (beyond, anchor) = match labelled {
        Labelled::Middle => (0.0, Anchor::Middle),
        Labelled::End => (-6.0, Anchor::End),
    };
    for Label { from, text, colour, .. } in labels {
        let class = format!("{} {}", ink_on(colour), room.class);
        svg.text(Place { x: *from, beyond, y }, anchor, &class, text);
    }
}

/// Moves labels apart that would touch where there is no more room. Where they do not all fit in a line, those in front of
/// the last go: the last part is that of the heaviest need.
fn spread(mut labels: Vec<Label<'_>>, room: Room) -> Vec<Label<'_>> {
    let width = |label: &Label<'_>| (width_of(label.text) + GAP) / room.pixels * 100.0;
    while labels.len() > 1 && labels.iter().map(width).sum::<f64>() > 100.0 {
        labels.remove(labels.len() - 2);
    }
    let mut free = 0.0;
    for label in &mut labels {
        let half = width(label) / 2.0;
        label.to = label.from.max(free + half);
        free = label.to + half;
    }
    let mut end = 100.0 + GAP / 2.0 / room.pixels * 100.0;
    for label in labels.iter_mut().rev() {
        let half = width(label) / 2.0;
        label.to = label.to.min(end - half);
        end = label.to - half;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'_> = About { id: "c", title: "T", description: "D" };

    fn stack(shares: &[f64]) -> Stack {
        let segment = |share_pct: &f64| Segment {
            share_pct: *share_pct,
            label: format!("{share_pct} %"),
            colour: "#2b669f".to_owned(),
        };
        Stack { label: "Alla".into(), detail: "4 000".into(), segments: shares.iter().map(segment).collect() }
    }

    #[test]
    fn parts_are_as_wide_as_they_are_large_and_each_says_so() {
        let picture = stacks(&ABOUT, Labelled::Middle, &[stack(&[74.0, 0.0, 25.0, 1.0])]);
        assert!(picture.contains(r#"width="74%""#) && picture.contains(r#"x="74%""#), "{picture}");
        // Within where there is room, and below where there is none.
        let class = |label: &str| {
            let before = picture.split_once(&format!(">{label}<")).map_or("", |(before, _)| before);
            before.rsplit("class=\"").next().unwrap().split('"').next().unwrap().to_owned()
        };
        assert_eq!([class("74 %"), class("25 %"), class("1 %")], ["on-dark narrow", "on-dark narrow", "below narrow"]);
        assert!(!picture.contains(">0 %<"), "{picture}");
    }

    #[test]
    fn a_long_label_is_cut_on_a_telephone_only_and_leaves_room_for_what_is_at_its_end() {
        let label = "Everyday life that requires support";
        let picture = stacks(&ABOUT, Labelled::Middle, &[Stack { label: label.into(), ..stack(&[100.0]) }]);
        assert!(picture.contains(&format!(r#"class="label" x="0%" y="12">{label}<"#)), "{picture}");
        let detail = "within 11 months".to_owned();
        let picture = stacks(&ABOUT, Labelled::Middle, &[Stack { label: label.into(), detail, ..stack(&[100.0]) }]);
        assert!(picture.contains(&format!(r#"class="label wide" x="0%" y="12">{label}<"#)), "{picture}");
        assert!(picture.contains(r#"class="label narrow" x="0%" y="12">Everyday life that requi"#), "{picture}");
        assert!(picture.contains(r#"text-anchor="end">within 11 months<"#), "{picture}");
    }

    #[test]
    fn labels_below_do_not_touch_and_the_last_is_always_there() {
        let widths = |count: usize| {
            let label = |at: usize| Label { from: 90.0 + at as f64, to: 0.0, text: "10,5 %", colour: "" };
            spread((0..count).map(label).collect(), NARROW)
        };
        for count in [1, 2, 4, 12] {
            let labels = widths(count);
            let half = width_of("10,5 %") / 2.0 / NARROW.pixels * 100.0;
            assert!(labels.iter().all(|label| label.to - half >= -0.1 && label.to + half <= 100.1), "{count}");
            assert!(labels.windows(2).all(|pair| pair[1].to - pair[0].to >= 2.0 * half), "{count}");
            assert_eq!(labels.last().map(|label| label.from), Some(89.0 + count as f64));
        }
    }

    #[test]
    fn the_heaviest_is_beside_a_thin_bar_and_everybody_a_line() {
        let picture = thin_stacks(&ABOUT, ["Grupp", "Kunder"], &[stack(&[95.0, 5.0])], Some(91.5));
        assert!(picture.contains(">5 %<") && picture.contains(">Kunder<"), "{picture}");
        assert!(picture.contains(r#"<line class="compared" x1="91.5%""#), "{picture}");
        assert!(!thin_stacks(&ABOUT, ["", ""], &[stack(&[100.0])], None).contains("compared"));
    }
}
