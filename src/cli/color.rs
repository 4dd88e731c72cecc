//! Colours: for help, errors and the first words of messages, on terminals that want them.
//!
//! `--color` decides; else NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM do, which `anstream` follows, as `clap` does.

use std::ffi::OsString;

use anstyle::{AnsiColor, Style};
use clap::{ColorChoice, ValueEnum};

/// Follows `--color` wherever it stands: what cannot be understood is said in colours, too.
pub fn follow(arguments: impl Iterator<Item = OsString>) {
    let choice = match chosen(arguments) {
        Some(ColorChoice::Always) => anstream::ColorChoice::Always,
        Some(ColorChoice::Never) => anstream::ColorChoice::Never,
        Some(ColorChoice::Auto) | None => anstream::ColorChoice::Auto,
    };
    choice.write_global();
}

fn chosen(arguments: impl Iterator<Item = OsString>) -> Option<ColorChoice> {
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    let options = arguments.by_ref().take_while(|argument| argument != "--").collect::<Vec<_>>();
    let mut values = options.iter().enumerate().filter_map(|(at, option)| match option.strip_prefix("--color") {
        Some("") => options.get(at + 1).map(String::as_str),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    });
    values.find_map(|value| ColorChoice::from_str(value, false).ok())
}

/// A message with its first words in the colour of what they say.
pub fn of_message(message: &str) -> String {
    let colour = |start: &str| match start {
        "error" | "limit broken" | "gate broken" => Some(AnsiColor::Red),
        "warning" | "change accepted" => Some(AnsiColor::Yellow),
        _ => None,
    };
    let Some((start, rest)) = message.split_once(": ") else { return message.to_owned() };
    let Some(colour) = colour(start) else { return message.to_owned() };
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{start}:{style:#} {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> Option<ColorChoice> {
        chosen(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_option_is_found_wherever_it_stands() {
        assert_eq!(of(&["vardag", "--color", "never", "run"]), Some(ColorChoice::Never));
        assert_eq!(of(&["vardag", "run", "x.toml", "--color=always"]), Some(ColorChoice::Always));
        assert_eq!(of(&["vardag", "run", "--", "--color=always"]), None);
        assert_eq!(of(&["vardag", "run", "--color", "green"]), None);
        assert_eq!(of(&["vardag", "run", "--colorful", "--color"]), None);
    }

    #[test]
    fn only_the_first_words_have_a_colour() {
        assert_eq!(of_message("error: a: b"), "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m a: b");
        assert_eq!(of_message("contacts: 5 rows"), "contacts: 5 rows");
    }
}
