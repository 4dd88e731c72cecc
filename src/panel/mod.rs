//! Panels: the same customers on many days (`docs/method.md` section 10).
//!
//! The extracts are read once. Events are kept with their days, and each date's features and labels are made of them by
//! the code of a run. What the sequences of labels come to is in `statistics/sequences`.

mod dates;
mod label;
mod manifest;
mod read;
mod sequences;
mod write;

pub use dates::{DateWindow, PanelError, PanelPlan, PanelSpan};
pub use manifest::PanelManifest;
pub use write::{PanelOptions, PanelReport, write};
