//! A picture as text: a few shapes, with everything that comes from data escaped.
//!
//! Pictures carry a title and a description, which a screen reader reads in their place. Chart crates leave these
//! out or bring a browser engine along, so this is our own, and no larger than the charts need.

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
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A picture being drawn. Lengths are in units of its own, of which `width` make up the width of the column.
pub(super) struct Svg {
    id: String,
    title: String,
    description: String,
    width: f64,
    body: String,
}

impl Svg {
    /// An empty picture; `id` must be unique on the page.
    pub(super) fn new(id: &str, title: &str, description: &str, width: f64) -> Self {
        Svg {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            width,
            body: String::new(),
        }
    }

    /// A filled rectangle.
    pub(super) fn area(&mut self, area: Area, fill: &str) {
        let Area { x, y, width, height } = area;
        self.push(&format!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>"#,
            number(x),
            number(y),
            number(width),
            number(height),
            escaped(fill)
        ));
    }

    /// A straight line; `class` says how it looks.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.push(&format!(
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1)
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], stroke: &str, dashes: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        self.push(&format!(
            r#"<polyline fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{dashes}" points="{}"/>"#,
            escaped(stroke),
            points.join(" ")
        ));
    }

    /// A dot.
    pub(super) fn dot(&mut self, at: (f64, f64), fill: &str) {
        self.push(&format!(
            r#"<circle cx="{}" cy="{}" r="2.5" fill="{}"/>"#,
            number(at.0),
            number(at.1),
            escaped(fill)
        ));
    }

    /// A text; `class` says how it looks.
    pub(super) fn text(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(&format!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}">{}</text>"#,
            number(at.0),
            number(at.1),
            escaped(text)
        ));
    }

    /// The whole picture, so high.
    pub(super) fn finish(self, height: f64) -> String {
        let (id, width) = (escaped(&self.id), number(self.width));
        format!(
            r#"<svg role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{}</svg>"#,
            escaped(&self.title),
            escaped(&self.description),
            self.body,
            height = number(height),
        )
    }

    fn push(&mut self, element: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

/// A coordinate: a tenth of a unit is finer than anybody sees.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
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

/// Roughly how wide a text of charts is.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 6.6
}

/// A text that fits into this width, cut with `…` where it does not.
pub(super) fn fitted(text: &str, width: f64) -> String {
    let most = (width / 6.6).max(1.0) as usize;
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
        let mut svg = Svg::new("a", "A < B", "x\u{7}\"y\"", 100.0);
        svg.text((0.0, 1.25), Anchor::End, "label", "</text><script>&'");
        let picture = svg.finish(10.0);
        assert!(picture.contains("<title id=\"a-t\">A &lt; B</title><desc id=\"a-d\">x\u{fffd}&quot;y&quot;</desc>"));
        assert!(picture.contains(">&lt;/text&gt;&lt;script&gt;&amp;&#39;</text>"), "{picture}");
        assert!(picture.contains("aria-labelledby=\"a-t a-d\""));
    }

    #[test]
    fn coordinates_are_short_and_texts_fit() {
        assert_eq!((number(12.0), number(0.25), number(-3.04)), ("12".into(), "0.2".into(), "-3".into()));
        assert_eq!(fitted("Mariehamn", 100.0), "Mariehamn");
        assert_eq!(fitted("Maarianhamina", 40.0), "Maari…");
    }
}
