//! Without a register: the ids that appear in the extracts of events, gathered before events are used.
//!
//! Who of them is counted shows only when rows have their status; this is everybody who might be.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashSet;

use super::damaged::{DamagedIds, Suspects};
use super::index::Ids;
use crate::config::Extract;
use crate::extract::batch::Batch;
use crate::extract::{ExtractError, FileRead, Interners, Plan, Unwatched, Worker};
use crate::schema::ColumnName;

/// Who appears.
#[derive(Debug, Default)]
pub struct Appearing {
    /// The distinct ids.
    pub ids: Ids,
    /// The files as they were read.
    pub files: Vec<FileRead>,
    /// Of each extract, the ids that look damaged.
    pub damaged: Vec<(Extract, DamagedIds)>,
}

struct Gather<'a> {
    owner: usize,
    own: HashSet<Box<[u8]>>,
    suspects: Suspects,
    all: &'a Mutex<(HashSet<Box<[u8]>>, Suspects)>,
}

impl Worker for Gather<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        for span in batch.texts(self.owner) {
            let id = batch.bytes(*span);
            if !self.own.contains(id) {
                self.own.insert(id.into());
                self.suspects.look_at(id);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.0.extend(self.own);
        all.1.merge(self.suspects);
        Ok(())
    }
}

/// The distinct ids of customers, or of employers, in well-formed rows of these extracts.
pub fn appearing(plans: &[&Plan<'_>], threads: usize, books: &Interners) -> Result<Appearing, ExtractError> {
    let all = Mutex::new((HashSet::new(), Suspects::default()));
    let (mut files, mut suspects) = (Vec::new(), Vec::new());
    for plan in plans {
        let column = |name| plan.config.extract.column(name);
        let owner = column(ColumnName::customer_id).or_else(|| column(ColumnName::employer_id)).unwrap_or_default();
        let worker = || Gather { owner, own: HashSet::new(), suspects: Suspects::default(), all: &all };
        files.extend(plan.read(threads, books, Arc::new(Unwatched), None, worker)?);
        let of_extract = std::mem::take(&mut all.lock().unwrap_or_else(PoisonError::into_inner).1);
        suspects.push((plan.config.extract, of_extract));
    }
    let mut ids = Ids::default();
    all.into_inner().unwrap_or_else(PoisonError::into_inner).0.iter().for_each(|id| ids.push(id));
    let damaged = suspects.into_iter().map(|(extract, suspects)| (extract, suspects.damaged(&ids))).collect();
    Ok(Appearing { ids, files, damaged })
}
