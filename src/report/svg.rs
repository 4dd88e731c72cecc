//! A picture as text: a few shapes, with everything that comes from data escaped.
//!
//! Across, places are per cent of the picture's width, down they are pixels: so a picture is as wide as its room, on a
//! telephone and on paper, and its letters are of one size everywhere. Pictures carry a title and a description, which a
//! screen reader reads in their place. Chart crates leave these out or bring a browser engine along, so this is our own,
//! and no larger than the charts need.

use std::fmt::Write;

/// Where a text's coordinate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// At its beginning.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A rectangle: where its upper left corner is, and how large it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    /// In per cent of the width.
    pub(super) x: f64,
    pub(super) y: f64,
    /// In per cent of the width.
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// In per cent of the width.
    pub(super) x: f64,
    /// So many pixels further.
    pub(super) beyond: f64,
    /// The baseline.
    pub(super) y: f64,
}

/// A picture being drawn.
pub(super) struct Svg {
    id: String,
    title: String,
    description: String,
    /// Pixels to the left and to the right that places do not count.
    margins: (f64, f64),
    body: String,
}

impl Svg {
    /// An empty picture; `id` must be unique on the page.
    pub(super) fn new(id: &str, title: &str, description: &str) -> Self {
        let (id, title, description) = (id.to_owned(), title.to_owned(), description.to_owned());
        Svg { id, title, description, margins: (0.0, 0.0), body: String::new() }
    }

    /// Keeps so many pixels free to the left and to the right: per cent are of the width between.
    pub(super) fn with_margins(self, left: f64, right: f64) -> Self {
        Svg { margins: (left, right), ..self }
    }

    /// A filled rectangle.
    pub(super) fn area(&mut self, area: Area, fill: &str) {
        let Area { x, y, width, height } = area;
        self.push(&format!(
            r#"<rect x="{}%" y="{}" width="{}%" height="{}" fill="{}"/>"#,
            per_cent(x),
            number(y),
            per_cent(width),
            number(height),
            escaped(fill)
        ));
    }

    /// An upright mark, so many pixels wide.
    pub(super) fn mark(&mut self, x: f64, (top, bottom): (f64, f64), width: f64, stroke: &str) {
        let x = per_cent(x);
        self.push(&format!(
            r#"<line stroke="{}" stroke-width="{}" x1="{x}%" y1="{}" x2="{x}%" y2="{}"/>"#,
            escaped(stroke),
            number(width),
            number(top),
            number(bottom)
        ));
    }

    /// A straight line; `class` says how it looks.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.push(&format!(
            r#"<line class="{class}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>"#,
            per_cent(from.0),
            number(from.1),
            per_cent(to.0),
            number(to.1)
        ));
    }

    /// A line through points, in a picture so high.
    pub(super) fn path(&mut self, points: &[(f64, f64)], height: f64, stroke: &str, dashes: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", per_cent(*x), number(*y))).collect();
        self.stretched(
            height,
            &format!(
                r#"<polyline fill="none" vector-effect="non-scaling-stroke" stroke="{}" stroke-width="2" stroke-dasharray="{dashes}" points="{}"/>"#,
                escaped(stroke),
                points.join(" "),
            ),
        );
    }

    /// The area between points from left to right and others below them, in a picture so high.
    pub(super) fn band(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)], height: f64, fill: &str) {
        let points = upper.iter().chain(lower.iter().rev());
        let points: Vec<String> = points.map(|(x, y)| format!("{},{}", per_cent(*x), number(*y))).collect();
        self.stretched(
            height,
            &format!(r#"<polygon fill="{}" fill-opacity="0.16" points="{}"/>"#, escaped(fill), points.join(" ")),
        );
    }

    /// A band that flows from the left, where it reaches from one height to another, to the right, where it does so too.
    pub(super) fn flow(
        &mut self,
        (left, right): (f64, f64),
        from: (f64, f64),
        to: (f64, f64),
        height: f64,
        fill: &str,
    ) {
        let middle = per_cent((left + right) / 2.0);
        let [left, right] = [left, right].map(per_cent);
        let [a, b, c, d] = [from.0, to.0, to.1, from.1].map(number);
        let path =
            format!("M{left},{a}C{middle},{a} {middle},{b} {right},{b}V{c}C{middle},{c} {middle},{d} {left},{d}Z");
        self.stretched(height, &format!(r#"<path fill="{}" fill-opacity="0.42" d="{path}"/>"#, escaped(fill)));
    }

    /// Something drawn by points. Points know no per cent, so they have a picture of their own, which is stretched.
    fn stretched(&mut self, height: f64, drawn: &str) {
        let height = number(height);
        self.push(&format!(
            r#"<svg height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none">{drawn}</svg>"#
        ));
    }

    /// A dot.
    pub(super) fn dot(&mut self, at: (f64, f64), fill: &str) {
        self.push(&format!(
            r#"<circle cx="{}%" cy="{}" r="2.5" fill="{}"/>"#,
            per_cent(at.0),
            number(at.1),
            escaped(fill)
        ));
    }

    /// A text; `class` says how it looks.
    pub(super) fn text(&mut self, at: Place, anchor: Anchor, class: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let beyond = if at.beyond == 0.0 { String::new() } else { format!(r#" dx="{}""#, number(at.beyond)) };
        self.push(&format!(
            r#"<text class="{class}" x="{}%"{beyond} y="{}"{anchor}>{}</text>"#,
            per_cent(at.x),
            number(at.y),
            escaped(text)
        ));
    }

    /// The whole picture, so high.
    pub(super) fn finish(self, height: f64) -> String {
        let id = escaped(&self.id);
        let [left, right, both] = [self.margins.0, self.margins.1, self.margins.0 + self.margins.1].map(number);
        format!(
            r#"<svg role="img" aria-labelledby="{id}-t" aria-describedby="{id}-d" style="margin:0 {right}px 0 {left}px;width:calc(100% - {both}px)" height="{}" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{}</svg>"#,
            number(height),
            escaped(&self.title),
            escaped(&self.description),
            self.body,
        )
    }

    fn push(&mut self, element: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

/// A number of pixels: a tenth is finer than anybody sees.
fn number(value: f64) -> String {
    short(format!("{value:.1}"))
}

/// A number of per cent: a hundredth is finer than anybody sees.
fn per_cent(value: f64) -> String {
    short(format!("{value:.2}"))
}

fn short(text: String) -> String {
    // Both have decimals, so that no zero of a whole number goes.
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control characters are not allowed in XML, not even escaped.
            control if control.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

/// How wide a letter and a digit of charts are, in pixels, in the wider of the usual fonts.
const LETTER: f64 = 6.6;
const DIGIT: f64 = 7.4;

/// Roughly how wide a number of charts is, in pixels.
pub(super) fn width_of(number: &str) -> f64 {
    number.chars().count() as f64 * DIGIT
}

/// A text that fits into so many pixels, cut with `…` where it does not.
pub(super) fn fitted(text: &str, width: f64) -> String {
    let most = (width / LETTER).max(1.0) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_data_is_never_markup() {
        let mut svg = Svg::new("a", "A < B", "x\u{7}\"y\"");
        svg.text(Place { x: 0.0, beyond: 0.0, y: 1.25 }, Anchor::End, "label", "</text><script>&'");
        let picture = svg.finish(10.0);
        assert!(picture.contains("<title id=\"a-t\">A &lt; B</title><desc id=\"a-d\">x\u{fffd}&quot;y&quot;</desc>"));
        assert!(picture.contains(">&lt;/text&gt;&lt;script&gt;&amp;&#39;</text>"), "{picture}");
        assert!(picture.contains("aria-labelledby=\"a-t\" aria-describedby=\"a-d\""));
    }

    #[test]
    fn coordinates_are_short_and_texts_fit() {
        assert_eq!((number(12.0), number(0.25), number(-3.04)), ("12".into(), "0.2".into(), "-3".into()));
        assert_eq!((per_cent(100.0), per_cent(0.0), per_cent(33.333)), ("100".into(), "0".into(), "33.33".into()));
        assert_eq!(fitted("Mariehamn", 100.0), "Mariehamn");
        assert_eq!(fitted("Maarianhamina", 44.0), "Maari…");
    }
}
