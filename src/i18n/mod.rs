//! Everything that a person reads in more than one language: a file of texts for each ([`Texts`]), what is said of a run
//! ([`Message`]), and how each language writes numbers and dates ([`Language`]).
//!
//! The terminal, the manifest and JSON are in English: there a [`Message`] is told in that language. Errors are for the
//! operator and stand, in English, where they are declared.

mod language;
pub(crate) mod messages;
mod texts;

pub use language::{Language, MISSING, Text};
pub use messages::{Message, Value};
pub use texts::TextsError;
pub(crate) use texts::{ExplanationTexts, Texts, fill};
