//! Reads one customer's rows from the extracts of a run, and leaves out those that are not in use. Of all other rows nothing is
//! kept: where a row shares its id with others, a further read tells which of them counts.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use parking_lot::Mutex;

use super::{Event, EventValue};
use crate::clean::canonical;
use crate::config::{Extract, Repeats, RunPlan};
use crate::exit_code::ExitCode;
use crate::extract::batch::{Batch, MISSING_CODE, MISSING_DAY, MISSING_NUMBER};
use crate::extract::{ColumnKind, ColumnSchema, ExtractError, FileRead, Interners, Plan, Unwatched, Worker};
use crate::history::PastRun;
use crate::sanitize::shown;
use crate::schema::{ColumnName, Entity};

/// Why events cannot be told.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum EventsError {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: "))]
    Inputs(Vec<ExtractError>),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(
        "{} is not as the run read it, so its rows may not be those that made the label, and no event is shown; \
         restore it, or leave out --events",
        shown(file)
    )]
    NotOfTheRun { file: String },
}

impl EventsError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            EventsError::Extract(error) => error.exit_code(),
            EventsError::Inputs(_) | EventsError::NotOfTheRun { .. } => ExitCode::Data,
        }
    }
}

/// The events in use of somebody in some extracts of a run, in their order; paths of its configuration start at a folder.
///
/// # Errors
/// The extracts cannot be read, or are not those of the run.
pub fn events(
    run: &PastRun,
    folder: &Path,
    (entity, id): (Entity, &str),
    extracts: &BTreeSet<Extract>,
    threads: usize,
) -> Result<Vec<Event>, EventsError> {
    let plan = RunPlan { folder: folder.to_owned(), ..run.plan.clone() };
    let books = Interners::new(plan.benefits.iter().map(|benefit| benefit.code.clone()));
    let reader = Reader { run, plan: &plan, books: &books, threads, entity };
    let mut found = Vec::new();
    for extract in entity.events().iter().filter(|extract| extracts.contains(extract)) {
        found.extend(reader.events_of(*extract, id)?);
    }
    Ok(found)
}

/// What all extracts are read with.
struct Reader<'a> {
    run: &'a PastRun,
    plan: &'a RunPlan,
    books: &'a Interners,
    threads: usize,
    entity: Entity,
}

impl<'a> Reader<'a> {
    /// The files of an extract, if it is configured.
    fn input(&self, extract: Extract) -> Result<Option<Plan<'a>>, EventsError> {
        let config = self.plan.extracts.iter().find(|config| config.extract == extract);
        config.map(|config| Plan::new(self.plan, config).map_err(EventsError::Inputs)).transpose()
    }

    /// Fails unless the files are those that the run read.
    fn check(&self, extract: Extract, files: &[FileRead]) -> Result<(), EventsError> {
        let past = self.run.manifest.extracts.iter().find(|past| past.extract == extract.name());
        let past = past.map(|past| past.files.as_slice()).unwrap_or_default();
        let is_same = |at: usize| {
            let (now, then) = (files.get(at), past.get(at));
            matches!((now, then), (Some(now), Some(then)) if now.input.name == then.file && now.blake3 == then.blake3)
        };
        match (0..files.len().max(past.len())).find(|at| !is_same(*at)) {
            None => Ok(()),
            Some(at) => {
                let (now, then) = (files.get(at).map(|file| &file.input.name), past.get(at).map(|file| &file.file));
                Err(EventsError::NotOfTheRun { file: now.or(then).cloned().unwrap_or_default() })
            }
        }
    }

    fn events_of(&self, extract: Extract, id: &str) -> Result<Vec<Event>, EventsError> {
        let Some(input) = self.input(extract)? else { return Ok(Vec::new()) };
        let shared = Mutex::new((Vec::new(), Vec::new()));
        let schemas = extract.columns();
        let owner = owner_of(extract);
        let worker = || OwnRows { id: id.as_bytes(), owner, schemas, books: self.books, shared: &shared };
        let files = input.read(self.threads, self.books, Arc::new(Unwatched), None, worker)?;
        self.check(extract, &files)?;
        let (mut rows, tasks) = shared.into_inner();
        self.leave_out_duplicates(&input, &mut rows)?;
        rows.sort_by_key(|row| row.place);
        let before = records_before(tasks);
        let event = |row: OwnRow| {
            let (sequence, record) = (row.place >> 32, row.place & u64::from(u32::MAX));
            let (file, records) = before.get(&sequence).copied().unwrap_or_default();
            let file = files[file].input.name.clone();
            Event { extract, file, record: records + record + 1, values: row.values }
        };
        let events = rows.into_iter().map(event);
        Ok(events.filter(|event| event.first_day().is_some_and(|day| day <= self.plan.window.as_of)).collect())
    }

    /// Leaves out rows of which another row has the same id and counts instead.
    fn leave_out_duplicates(&self, input: &Plan<'_>, rows: &mut Vec<OwnRow>) -> Result<(), EventsError> {
        let ids: HashSet<Vec<u8>> = rows.iter().filter_map(|row| row.id.clone()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let counted = self.counted(input, &ids, None)?;
        let counts = |row: &OwnRow, counted: &HashMap<Vec<u8>, u64>| {
            row.id.as_ref().is_none_or(|id| counted.get(id) == Some(&row.place))
        };
        if rows.iter().all(|row| counts(row, &counted)) {
            return Ok(());
        }
        // The row that would count instead may be an orphan, which counts for nothing.
        let counted = match self.register()? {
            None => counted,
            Some(register) => self.counted(input, &ids, Some(&register))?,
        };
        rows.retain(|row| counts(row, &counted));
        Ok(())
    }

    /// The place of the row that counts of each id, among rows of the register's ids if there is one.
    fn counted(
        &self,
        input: &Plan<'_>,
        ids: &HashSet<Vec<u8>>,
        register: Option<&HashSet<u64>>,
    ) -> Result<HashMap<Vec<u8>, u64>, EventsError> {
        let extract = input.config.extract;
        let names = [ColumnName::contact_id, ColumnName::application_id, ColumnName::payment_id];
        let Some(column) = names.into_iter().find_map(|name| extract.column(name)) else { return Ok(HashMap::new()) };
        let keeps_last = input.config.repeats == Repeats::KeepLast;
        let found = Mutex::new(HashMap::new());
        let worker = || SharedIds { column, owner: owner_of(extract), ids, register, keeps_last, found: &found };
        let files = input.read(self.threads, self.books, Arc::new(Unwatched), None, worker)?;
        self.check(extract, &files)?;
        Ok(found.into_inner())
    }

    /// Hashes of the register's ids; `None` without a register.
    fn register(&self) -> Result<Option<HashSet<u64>>, EventsError> {
        let Some(input) = self.input(self.entity.register())? else { return Ok(None) };
        let ids = Mutex::new(HashSet::new());
        let worker = || RegisterIds { ids: &ids };
        let files = input.read(self.threads, self.books, Arc::new(Unwatched), None, worker)?;
        self.check(self.entity.register(), &files)?;
        Ok(Some(ids.into_inner()))
    }
}

/// The column of whom rows are.
fn owner_of(extract: Extract) -> usize {
    let column = |name| extract.column(name);
    column(ColumnName::customer_id).or_else(|| column(ColumnName::employer_id)).unwrap_or_default()
}

/// By task, its file and the records of that file before it.
fn records_before(mut tasks: Vec<(u64, usize, u64)>) -> HashMap<u64, (usize, u64)> {
    tasks.sort_unstable();
    let (mut current, mut records) = (0, 0);
    let mut before = HashMap::new();
    for (sequence, file, own) in tasks {
        if file != current {
            (current, records) = (file, 0);
        }
        before.insert(sequence, (file, records));
        records += own;
    }
    before
}

fn hash(id: &[u8]) -> u64 {
    foldhash::quality::FixedState::default().hash_one(id)
}

/// A row of the customer.
struct OwnRow {
    place: u64,
    id: Option<Vec<u8>>,
    values: Vec<(ColumnName, EventValue)>,
}

/// The customer's rows, and of each task its number, its file and its records.
type Shared = Mutex<(Vec<OwnRow>, Vec<(u64, usize, u64)>)>;

/// Keeps the rows of one customer.
struct OwnRows<'a> {
    id: &'a [u8],
    owner: usize,
    schemas: &'static [ColumnSchema],
    books: &'a Interners,
    shared: &'a Shared,
}

impl OwnRows<'_> {
    fn value(&self, batch: &Batch, at: usize, row: usize) -> Option<EventValue> {
        match self.schemas[at].kind {
            ColumnKind::Text => {
                let text = batch.bytes(batch.texts(at)[row]);
                (!text.is_empty()).then(|| EventValue::Text(String::from_utf8_lossy(text).into_owned()))
            }
            ColumnKind::Code(set) => {
                let code = Some(batch.codes(at)[row]).filter(|code| *code != MISSING_CODE)?;
                Some(EventValue::Text(canonical(set, code, self.books)))
            }
            ColumnKind::Date => Some(batch.days(at)[row]).filter(|day| *day != MISSING_DAY).map(EventValue::Day),
            ColumnKind::Amount | ColumnKind::Minutes => {
                Some(batch.numbers(at)[row]).filter(|number| *number != MISSING_NUMBER).map(EventValue::Hundredths)
            }
            ColumnKind::Integer => {
                Some(batch.numbers(at)[row]).filter(|number| *number != MISSING_NUMBER).map(EventValue::Whole)
            }
            ColumnKind::Bool => batch.bools(at)[row].map(EventValue::Bool),
        }
    }
}

impl Worker for OwnRows<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        let owners = batch.texts(self.owner).iter().enumerate();
        for (row, _) in owners.filter(|(_, span)| batch.bytes(**span) == self.id) {
            let value = |at: usize| Some((self.schemas[at].column, self.value(batch, at, row)?));
            let values: Vec<(ColumnName, EventValue)> = (0..self.schemas.len()).filter_map(value).collect();
            let id = values.iter().find_map(|(column, value)| match (column, value) {
                (
                    ColumnName::contact_id | ColumnName::application_id | ColumnName::payment_id,
                    EventValue::Text(id),
                ) => Some(id.as_bytes().to_vec()),
                _ => None,
            });
            self.shared.lock().0.push(OwnRow { place: batch.place(row), id, values });
        }
        Ok(())
    }

    fn end_of_task(&mut self, sequence: u64, file: usize, records: u64) -> Result<(), ExtractError> {
        self.shared.lock().1.push((sequence, file, records));
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// Finds the row that counts of some ids.
struct SharedIds<'a> {
    column: usize,
    owner: usize,
    ids: &'a HashSet<Vec<u8>>,
    register: Option<&'a HashSet<u64>>,
    keeps_last: bool,
    found: &'a Mutex<HashMap<Vec<u8>, u64>>,
}

impl Worker for SharedIds<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        for (row, span) in batch.texts(self.column).iter().enumerate() {
            let (id, owner) = (batch.bytes(*span), batch.bytes(batch.texts(self.owner)[row]));
            if !self.ids.contains(id) || self.register.is_some_and(|register| !register.contains(&hash(owner))) {
                continue;
            }
            let place = batch.place(row);
            let mut found = self.found.lock();
            let counted = found.entry_ref(id).or_insert(place);
            *counted = if self.keeps_last { place.max(*counted) } else { place.min(*counted) };
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// Gathers the ids of a register.
struct RegisterIds<'a> {
    ids: &'a Mutex<HashSet<u64>>,
}

impl Worker for RegisterIds<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        // The id is a register's first column.
        self.ids.lock().extend(batch.texts(0).iter().map(|span| hash(batch.bytes(*span))));
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}
