//! Everything that a person reads in more than one language: a file of texts for each ([`Texts`]), and how it writes
//! numbers and dates ([`Language`]).
//!
//! What is said in English only (messages on the terminal, warnings) stands where it is said.

mod language;
mod texts;

pub use language::{Language, MISSING, Text};
pub use texts::TextsError;
pub(crate) use texts::{ExplanationTexts, Texts, fill};
