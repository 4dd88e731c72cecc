//! Without a register: the ids that appear in the extracts of events, gathered before events are used.
//!
//! Who of them is counted shows only when rows have their standing; this is everybody who might be.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashSet;

use super::index::Ids;
use crate::extract::batch::Batch;
use crate::extract::{CodeBooks, ExtractError, FileRead, Plan, Unwatched, Worker};

struct Gather<'a> {
    owner: usize,
    own: HashSet<Box<[u8]>>,
    all: &'a Mutex<HashSet<Box<[u8]>>>,
}

impl Worker for Gather<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        for span in batch.texts(self.owner) {
            let id = batch.bytes(*span);
            if !self.own.contains(id) {
                self.own.insert(id.into());
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).extend(self.own);
        Ok(())
    }
}

/// The distinct ids of customers, or of employers, in well-formed rows of these extracts, and the files as they were read.
pub fn appearing(plans: &[&Plan<'_>], threads: usize, books: &CodeBooks) -> Result<(Ids, Vec<FileRead>), ExtractError> {
    let all = Mutex::new(HashSet::new());
    let mut files = Vec::new();
    for plan in plans {
        let column = |name| plan.config.extract.column(name);
        let owner = column("customer_id").or_else(|| column("employer_id")).unwrap_or_default();
        let read =
            plan.read(threads, books, Arc::new(Unwatched), None, || Gather { owner, own: HashSet::new(), all: &all })?;
        files.extend(read);
    }
    let mut ids = Ids::default();
    all.into_inner().unwrap_or_else(PoisonError::into_inner).iter().for_each(|id| ids.push(id));
    Ok((ids, files))
}
