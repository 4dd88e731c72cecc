//! The report's colours, chosen for contrast and for readers who do not tell red from green.
//!
//! Categories run from teal by blue to violet, darker the heavier the need, so that their order also shows in
//! grey; the ways to apply have colours of their own. Nothing is told by colour alone.

/// Where the categories' ramp goes through, lightest need first. On white each has a contrast of at least 3.
const RAMP: [[u8; 3]; 3] = [[0x3e, 0x94, 0x8e], [0x2b, 0x66, 0x9f], [0x46, 0x28, 0x66]];

/// Ways to apply, in the order of the page: online, paper, oral, on behalf, other.
const METHODS: [&str; 5] = ["#27577f", "#c9862f", "#7d8f4e", "#8d6e97", "#c4bfb4"];

/// Top shares, the fewest customers first.
const TOPS: [&str; 3] = ["#1d3f63", "#5c83a8", "#a9c0d4"];

/// What is neither a category nor a way to apply.
pub(super) const NEUTRAL: &str = "#5d6b7a";
/// What of a whole is not looked at.
pub(super) const REST: &str = "#f0eee8";
/// What may not be told.
pub(super) const HIDDEN: &str = "#e4e1da";

/// The colour of a category among so many.
pub(super) fn category(at: usize, of: usize) -> String {
    let place = if of < 2 { 0.0 } else { at as f64 / (of - 1) as f64 } * (RAMP.len() - 1) as f64;
    let below = (place as usize).min(RAMP.len() - 2);
    let weight = place - below as f64;
    let mixed = |channel: usize| {
        let (low, high) = (f64::from(RAMP[below][channel]), f64::from(RAMP[below + 1][channel]));
        (low + (high - low) * weight).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2))
}

/// The colour of a way to apply.
pub(super) fn method(at: usize) -> &'static str {
    METHODS.get(at).copied().unwrap_or(NEUTRAL)
}

/// The colour of a top share.
pub(super) fn top(at: usize) -> &'static str {
    TOPS.get(at).copied().unwrap_or(NEUTRAL)
}

/// White or black, whichever is easier to read on a colour.
pub(super) fn ink_on(colour: &str) -> &'static str {
    // Contrast with white is 1.05 / (l + 0.05), with black (l + 0.05) / 0.05: they are equal at 0.179.
    if luminance(colour) < 0.179 { "on-dark" } else { "on-light" }
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn categories_stand_out_from_the_page_and_darken_with_need() {
        for of in 1..9 {
            let colours: Vec<f64> = (0..of).map(|at| luminance(&category(at, of))).collect();
            assert!(colours.iter().all(|colour| contrast(*colour, 1.0) >= 3.0), "{of}");
            assert!(colours.windows(2).all(|pair| pair[0] > pair[1]), "{of}");
        }
    }

    #[test]
    fn text_on_a_colour_has_the_contrast_that_small_text_needs() {
        let categories = (0..7).map(|at| category(at, 7));
        let others = METHODS.into_iter().chain(TOPS).map(str::to_owned);
        for colour in categories.chain(others).chain([NEUTRAL.to_owned(), HIDDEN.to_owned()]) {
            let ink = if ink_on(&colour) == "on-dark" { 1.0 } else { 0.0 };
            assert!(contrast(luminance(&colour), ink) >= 4.5, "{colour}");
        }
    }
}
