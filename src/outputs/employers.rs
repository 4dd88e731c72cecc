//! `employer_labels.csv` and `employer_summary.csv` (METHOD section 7).

use std::path::Path;

use super::file::{Contents, OutputFile};
use super::{FolderError, Written};
use crate::employers::{EmployerCounts, EmployerFigures};
use crate::intake::Population;
use crate::text::{guarded, push_csv, push_double, push_hundredths, push_integer};

const LABELS_HEADER: &[u8] = b"employer_id,size_class,contacts,contact_channels,applications,applications_online,\
handled_applications,handling_minutes,clarifications\n";

/// Writes `employer_labels.csv`, some employers after the other, in the order of their ids.
pub struct EmployerLabels {
    file: OutputFile,
    spreadsheet_safe: bool,
}

impl EmployerLabels {
    /// Creates the file.
    pub fn create(folder: &Path, spreadsheet_safe: bool) -> Result<Self, FolderError> {
        let mut file = OutputFile::create(folder, "employer_labels.csv", Contents::Rows)?;
        file.append(LABELS_HEADER)?;
        Ok(EmployerLabels { file, spreadsheet_safe })
    }

    /// Writes the next employers; their ids are those of the population.
    pub fn write(&mut self, employers: &[EmployerCounts], population: &Population) -> Result<(), FolderError> {
        let mut text = Vec::with_capacity(employers.len() * 40);
        for counts in employers {
            let id = String::from_utf8_lossy(population.id(counts.number));
            push_csv(&guarded(&id, self.spreadsheet_safe), &mut text);
            text.push(b',');
            text.extend_from_slice(counts.size_class.name().as_bytes());
            for count in [counts.contacts, counts.channels, counts.applications, counts.online, counts.handled] {
                text.push(b',');
                push_integer(i64::from(count), &mut text);
            }
            text.push(b',');
            push_hundredths(counts.minutes, &mut text);
            text.push(b',');
            text.extend_from_slice(itoa::Buffer::new().format(counts.clarifications).as_bytes());
            text.push(b'\n');
        }
        self.file.append(&text)
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Written, FolderError> {
        self.file.finish()
    }
}

/// Writes `employer_summary.csv`.
pub fn employer_summary(folder: &Path, figures: &[EmployerFigures]) -> Result<Written, FolderError> {
    let mut file = OutputFile::create(folder, "employer_summary.csv", Contents::Aggregates)?;
    file.append(format!("size_class,employers,active,{}\n", EmployerFigures::RATIOS.join(",")).as_bytes())?;
    for class in figures {
        let mut line = format!("{},{},{}", class.name(), class.employers, class.active).into_bytes();
        for value in class.ratios() {
            line.push(b',');
            push_double(value, &mut line);
        }
        line.push(b'\n');
        file.append(&line)?;
    }
    file.finish()
}
