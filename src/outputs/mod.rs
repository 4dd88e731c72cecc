//! The run folder and its files (`docs/method.md` section 9).
//!
//! In: labelled tables, figures, rejects, accounting. Out: a folder that is there as a whole or not at all.

mod breakdowns;
mod data_package;
mod file;
mod folder;
mod labels;
mod manifest;

pub use breakdowns::BreakdownsText;
pub use data_package::write_data_package;
pub use file::{Contents, OutputFile, SharedOutput, Syncing, Written};
pub use folder::{FolderError, FolderName, HELD, NewFolder, RunFolder, check_free, check_way};
pub use labels::{LabelledTable, LabelsText, LabelsWriter, Rendered};
pub use manifest::{Manifest, WindowEntry, by_category, peak_memory_bytes};
