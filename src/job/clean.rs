//! The rows in use, written in one more read of each extract, once it is known which rows these are.

use std::path::Path;
use std::sync::Arc;

use super::{Job, JobError, Reading};
use crate::clean::{self, CleanColumns, CleanFile, CleanRows, CleanWriter};
use crate::extract::{ExtractError, Interners, Plan, Unwatched};
use crate::intake::{ExtractAccount, Population, Selection};
use crate::outputs::{Contents, FolderError, OutputFile, Written};
use crate::schema::Entity;

/// A file of rows in use that was written.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CleanedExtract {
    /// The extract.
    pub extract: &'static str,
    /// Its rows in use.
    pub rows: u64,
    /// The file.
    #[serde(flatten)]
    pub file: Written,
}

/// Where rows in use go, and how.
struct Target<'a> {
    books: &'a Interners,
    folder: &'a Path,
    with_origin: bool,
}

impl Job<'_> {
    /// Writes the rows in use of every extract, and a configuration that runs on them, into a folder. `with_origin` adds
    /// from which file and record each row came. What was read must have noted the places of duplicates.
    pub fn clean(
        &self,
        reading: Reading<'_>,
        folder: &Path,
        with_origin: bool,
    ) -> Result<(Vec<CleanedExtract>, Written), JobError> {
        let Reading { customers, employers, accounts, books, .. } = reading;
        // What events add up to is not needed any more, and its memory is.
        let customers = customers.population;
        let employers = employers.map(|employers| employers.population);
        let target = Target { books: &books, folder, with_origin };
        let (mut cleaned, mut files) = (Vec::new(), Vec::new());
        for account in &accounts {
            let Some(plan) = self.input(account.extract) else { continue };
            let population = match Entity::of(account.extract) {
                Entity::Customer => Some(&customers),
                Entity::Employer => employers.as_ref(),
            };
            let Some(population) = population else { continue };
            let (file, cleaned_file) = self.clean_extract(plan, account, population, &target)?;
            files.push(cleaned_file);
            cleaned.push(CleanedExtract { extract: account.extract.name(), rows: cleaned_file.rows, file });
        }
        let text = clean::settings(self.plan, &files).map_err(|error| FolderError::Write {
            path: folder.join("vardag.toml"),
            source: std::io::Error::other(error.to_string()),
        })?;
        let mut config = OutputFile::create(folder, "vardag.toml", Contents::Rows)?;
        config.append(text.as_bytes())?;
        Ok((cleaned, config.finish()?))
    }

    /// Writes the rows in use of an extract. Returns its file, and what is in it.
    fn clean_extract(
        &self,
        plan: &Plan<'_>,
        account: &ExtractAccount,
        population: &Population,
        target: &Target<'_>,
    ) -> Result<(Written, CleanFile), JobError> {
        let Target { books, folder, with_origin } = *target;
        let columns = CleanColumns::new(plan, &self.plan.dimensions, books);
        let name = format!("{}.parquet", account.extract.name());
        let not_written =
            |message: String| FolderError::Write { path: folder.join(&name), source: std::io::Error::other(message) };
        let output = OutputFile::create(folder, &name, Contents::Rows)?.shared();
        let empty = columns.empty(with_origin).map_err(|error| not_written(error.to_string()))?;
        let writer = CleanWriter::new(output.clone(), empty).map_err(|error| not_written(error.to_string()))?;
        let selection = Selection::new(account.extract, population, &self.plan.window, &account.duplicate_places);
        let names: Vec<String> = plan.files.iter().map(|file| file.name.clone()).collect();
        let origin = with_origin.then_some(names.as_slice());
        let worker = || CleanRows::new(&writer, &columns, selection, origin);
        let again = plan.read(self.threads, books, Arc::new(Unwatched), None, worker)?;
        if let Some((file, _)) =
            again.iter().zip(&account.files).find(|(again, first)| again.blake3 != first.file.blake3)
        {
            return Err(ExtractError::Changed { file: file.input.name.clone() }.into());
        }
        let rows = writer.finish()?;
        // Every row in use was found again, and no other.
        if rows != account.rows.in_use {
            return Err(ExtractError::DoesNotAddUp { file: name }.into());
        }
        let written = output.finish().unwrap_or_else(|| Err(not_written("it is still open".to_owned())))?;
        let (extract, has_exclusive_ends) = (account.extract, columns.has_exclusive_ends);
        Ok((written, CleanFile { extract, rows, has_exclusive_ends }))
    }
}
