//! Who is counted: the register of customers, or, without one, everybody who appears (METHOD section 3).

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::accounting::{ExtractAccount, RowCounts, Standing};
use super::index::{Ids, Index};
use crate::calendar::{Day, Window};
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_DAY};
use crate::extract::{CodeBooks, ExtractError, Plan, Progress, RejectsWriter, Worker};

/// The customers (or employers) that events are matched with.
#[derive(Debug)]
pub struct Population {
    index: Index,
    /// The first so many numbers are of those in scope.
    in_scope: u32,
    /// Whether a register told who there is; without one, who has no event in use is not counted.
    pub registered: bool,
    /// Birth dates by number, `MISSING_DAY` where there is none.
    pub births: Vec<Day>,
    /// Days of the window inside the registration, by number.
    pub observed_days: Vec<i32>,
    /// Employees by number, `MISSING_NUMBER` where that is missing; empty unless a register of employers told them.
    pub employees: Vec<i64>,
    /// The values of the configured dimensions.
    pub dimensions: Vec<Dimension>,
}

/// A dimension of the customers.
#[derive(Debug, Clone, Default)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its distinct values.
    pub values: Vec<String>,
    /// By customer number, the place of the value; [`NO_VALUE`] where it is missing.
    pub places: Vec<u32>,
}

/// A customer without a value in a dimension.
pub const NO_VALUE: u32 = u32::MAX;

impl Population {
    /// How many are in scope.
    pub fn len(&self) -> usize {
        self.in_scope as usize
    }

    /// Whether nobody is in scope.
    pub fn is_empty(&self) -> bool {
        self.in_scope == 0
    }

    /// The number of an id; those below [`Population::len`] are in scope, in bytewise order of their ids.
    #[inline]
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        self.index.find(id)
    }

    /// The id of a number.
    pub fn id(&self, number: u32) -> &[u8] {
        self.index.ids().get(number as usize)
    }

    /// Everybody of these ids, observed for the whole window.
    pub fn of_appearing(ids: &Ids, window: &Window, dimensions: &[String]) -> Self {
        let mut ordered = Ids::default();
        for at in ids.sorted() {
            ordered.push(ids.get(at as usize));
        }
        let count = ordered.len();
        let dimension = |name: &String| Dimension { name: name.clone(), values: vec![], places: vec![NO_VALUE; count] };
        Population {
            index: Index::new(ordered),
            in_scope: count as u32,
            registered: false,
            births: vec![MISSING_DAY; count],
            observed_days: vec![window.days(); count],
            employees: Vec::new(),
            dimensions: dimensions.iter().map(dimension).collect(),
        }
    }
}

/// The accepted rows of a register, in any order.
#[derive(Default)]
struct Register {
    parts: Vec<Part>,
}

/// The rows of one batch of a register.
struct Part {
    sequence: u64,
    first_record: u32,
    file: usize,
    ids: Ids,
    births: Vec<Day>,
    registrations: Vec<(Day, Day)>,
    employees: Vec<i64>,
    dimensions: Vec<Ids>,
}

struct RegisterWorker<'a> {
    register: &'a Mutex<Register>,
    extract: Extract,
}

impl Worker for RegisterWorker<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        if batch.rows() == 0 {
            return Ok(());
        }
        let column = |name| self.extract.column(name);
        let days = |name| column(name).map(|at| batch.days(at));
        let texts = |at| {
            let mut texts = Ids::default();
            batch.texts(at).iter().for_each(|span| texts.push(batch.bytes(*span)));
            texts
        };
        let known = self.extract.columns().len();
        let (from, to) = (days("registered_from"), days("registered_to"));
        let registration = |row: usize| match (from, to) {
            (Some(from), Some(to)) => (from[row], to[row]),
            _ => (MISSING_DAY, MISSING_DAY),
        };
        let part = Part {
            sequence: batch.sequence,
            first_record: batch.record[0],
            file: batch.file,
            ids: texts(0),
            births: days("birth_date").map(<[Day]>::to_vec).unwrap_or_default(),
            registrations: (0..batch.rows()).map(registration).collect(),
            employees: column("employees").map(|at| batch.numbers(at).to_vec()).unwrap_or_default(),
            dimensions: (known..batch.columns.len()).map(texts).collect(),
        };
        self.register.lock().unwrap_or_else(PoisonError::into_inner).parts.push(part);
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// Reads a register: who there is and who of them is in scope (METHOD section 3), with the accounting.
pub fn read_register(
    plan: &Plan<'_>,
    window: &Window,
    dimensions: &[String],
    threads: usize,
    books: &CodeBooks,
    progress: Arc<dyn Progress>,
    rejects: &mut RejectsWriter,
) -> Result<(Population, ExtractAccount), ExtractError> {
    let extract = plan.config.extract;
    let register = Mutex::new(Register::default());
    let worker = || RegisterWorker { register: &register, extract };
    let files = plan.read(threads, books, progress, Some(rejects), worker)?;
    let mut parts = register.into_inner().unwrap_or_else(PoisonError::into_inner).parts;
    parts.sort_by_key(|part| (part.sequence, part.first_record));
    let mut used = vec![RowCounts::default(); files.len()];
    let population = settle(parts, window, dimensions, &mut used, threads);
    Ok((population, ExtractAccount::new(extract, files, used)?))
}

/// Goes through a register's rows in input order: the first row of an id counts.
fn settle(
    parts: Vec<Part>,
    window: &Window,
    dimensions: &[String],
    used: &mut [RowCounts],
    threads: usize,
) -> Population {
    let mut all = Ids::default();
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        for row in 0..part.ids.len() {
            all.push(part.ids.get(row));
            rows.push((at as u32, row as u32));
        }
    }
    // Equal ids come in input order, so the first of each run is the one that counts.
    let order = all.sorted();
    let (mut in_scope, mut out_of_scope) = (Vec::new(), Vec::new());
    let mut previous = None;
    for at in order {
        let (part, row) = rows[at as usize];
        let part = &parts[part as usize];
        let counts = &mut used[part.file];
        let standing = if previous.is_some_and(|previous| all.get(previous as usize) == all.get(at as usize)) {
            Standing::Duplicate
        } else if observed_days(part.registrations[row as usize], window) > 0 {
            in_scope.push(at);
            Standing::InUse
        } else {
            out_of_scope.push(at);
            Standing::OutOfScope
        };
        *counts.of(standing) += 1;
        previous = Some(at);
    }
    let mut ids = Ids::default();
    in_scope.iter().chain(&out_of_scope).for_each(|at| ids.push(all.get(*at as usize)));
    drop(all);
    let row_of = |at: &u32| {
        let (part, row) = rows[*at as usize];
        (&parts[part as usize], row as usize)
    };
    let birth = |(part, row): (&Part, usize)| part.births.get(row).copied().unwrap_or(MISSING_DAY);
    let observed = |(part, row): (&Part, usize)| observed_days(part.registrations[row], window);
    let of_rows = || Population {
        index: Index::new(Ids::default()),
        in_scope: in_scope.len() as u32,
        registered: true,
        births: in_scope.iter().map(row_of).map(birth).collect(),
        observed_days: in_scope.iter().map(row_of).map(observed).collect(),
        dimensions: (0..dimensions.len())
            .map(|at| dimension(&dimensions[at], in_scope.iter().map(row_of), at))
            .collect(),
        employees: in_scope.iter().map(row_of).filter_map(|(part, row)| part.employees.get(row).copied()).collect(),
    };
    if threads < 2 {
        return Population { index: Index::new(ids), ..of_rows() };
    }
    // The index takes about as long as all the rest.
    std::thread::scope(|scope| {
        let index = scope.spawn(|| Index::new(ids));
        let population = of_rows();
        Population { index: index.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), ..population }
    })
}

fn dimension<'a>(name: &str, rows: impl Iterator<Item = (&'a Part, usize)>, at: usize) -> Dimension {
    let mut dimension = Dimension { name: name.to_owned(), ..Dimension::default() };
    let mut known: HashMap<&[u8], u32> = HashMap::new();
    for (part, row) in rows {
        let value = part.dimensions[at].get(row);
        let place = if value.is_empty() {
            NO_VALUE
        } else {
            *known.entry(value).or_insert_with(|| {
                dimension.values.push(String::from_utf8_lossy(value).into_owned());
                dimension.values.len() as u32 - 1
            })
        };
        dimension.places.push(place);
    }
    dimension
}

/// Days of the window inside a registration; 0 or less where they share none.
fn observed_days((from, to): (Day, Day), window: &Window) -> i32 {
    let from = if from == MISSING_DAY { window.start } else { from };
    let to = if to == MISSING_DAY { window.as_of } else { to };
    if to < from {
        return 0;
    }
    to.min(window.as_of).0 - from.max(window.start).0 + 1
}
