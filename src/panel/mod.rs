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
pub use label::{LabelledPartition, Observer, PanelLabels};
pub use manifest::PanelManifest;
pub use write::{PanelOptions, PanelReport, write};

use std::sync::Arc;

use crate::extract::{Progress, RejectsWriter};
use crate::job::{Job, JobError, Timings};
use crate::spill::Spill;

/// Who is told how far a panel is.
pub struct Watchers<'a> {
    /// How far the reading is.
    pub progress: Arc<dyn Progress>,
    /// How many dates are labelled.
    pub dates_done: &'a dyn Fn(usize),
}

/// Reads the extracts and labels every customer on every date; rejected rows go to `rejects`, and `observer` sees what is
/// labelled before it is dropped.
///
/// # Errors
/// An extract cannot be read to its end, or the rules cannot be evaluated.
pub fn labels(
    job: &Job<'_>,
    panel: &PanelPlan,
    rejects: &mut RejectsWriter,
    spill: Option<&Spill>,
    observer: &Observer<'_>,
    watchers: &Watchers<'_>,
    timings: &mut Timings,
) -> Result<PanelLabels, JobError> {
    let reading = read::read(job, panel, &watchers.progress, rejects, spill, timings)?;
    timings.stage("classify", || label::label(job, panel, reading, observer, watchers.dates_done))
}
